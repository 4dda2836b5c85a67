-- What other engines do differently.

-- name: copy_read_sequences
-- The largest ids that were ever given out.
SELECT coalesce(pg_sequence_last_value(CAST(pg_get_serial_sequence('users', 'id') AS REGCLASS)), 0),
       coalesce(pg_sequence_last_value(CAST(pg_get_serial_sequence('documents', 'id') AS REGCLASS)), 0),
       coalesce(pg_sequence_last_value(CAST(pg_get_serial_sequence('tasks', 'id') AS REGCLASS)), 0),
       coalesce(pg_sequence_last_value(CAST(pg_get_serial_sequence('idempotency_keys', 'id') AS REGCLASS)), 0);

-- name: copy_make_sequences
-- They are always there.
SELECT 1;

-- name: copy_raise_sequences
-- Never back; one that was not used yet and need not move still begins with 1.
SELECT setval(s.name, greatest(s.wanted, s.given_out, 1), greatest(s.wanted, s.given_out) > 0)
FROM (SELECT pg_get_serial_sequence(n.of_table, 'id') AS name, n.wanted,
             coalesce(pg_sequence_last_value(CAST(pg_get_serial_sequence(n.of_table, 'id') AS REGCLASS)), 0) AS given_out
      FROM (VALUES ('users', CAST($1 AS BIGINT)), ('documents', CAST($2 AS BIGINT)), ('tasks', CAST($3 AS BIGINT)),
                   ('idempotency_keys', CAST($4 AS BIGINT))) AS n (of_table, wanted)) AS s;
