-- What operators switch, for all processes. A switch is on while its row is there.

CREATE TABLE switches (
  name   TEXT PRIMARY KEY CHECK (name IN ('paused', 'read_only')),
  since  TEXT NOT NULL
) STRICT, WITHOUT ROWID;
