-- What operators switch, for all processes. A switch is on while its row is there.

CREATE TABLE switches (
  name   TEXT PRIMARY KEY CHECK (name IN ('paused', 'read_only')),
  since  TIMESTAMP NOT NULL
);

-- Returns when all who wrote to a table have ended; nobody else waits for longer than that. A transaction may have looked at the switches
-- before one was turned, and commit after it.
CREATE FUNCTION wait_for_writers(of_table TEXT) RETURNS INTEGER LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('LOCK TABLE %I IN EXCLUSIVE MODE', of_table);
  RETURN 1;
END
$$;
