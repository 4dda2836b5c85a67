-- What other engines do differently.

-- name: copy_read_sequences
-- The largest ids that were ever given out. Those of keys may be given out again.
SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'users'), 0),
       coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'documents'), 0),
       coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'tasks'), 0),
       coalesce((SELECT max(id) FROM idempotency_keys), 0);

-- name: copy_make_sequences
INSERT INTO sqlite_sequence (name, seq)
SELECT wanted.name, 0
FROM (SELECT 'users' AS name UNION ALL SELECT 'documents' UNION ALL SELECT 'tasks') AS wanted
WHERE wanted.name NOT IN (SELECT name FROM sqlite_sequence);

-- name: copy_raise_sequences
UPDATE sqlite_sequence
SET seq = max(seq, CASE name WHEN 'users' THEN $1 WHEN 'documents' THEN $2 WHEN 'tasks' THEN $3 ELSE 0 END);
