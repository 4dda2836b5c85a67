-- Statements about what operators switch and see. How these files are read: src/drivers/sql/sql_queries.h.

-- fragment: not_paused
NOT EXISTS (SELECT 1 FROM switches WHERE name = 'paused')

-- name: changes_allowed
-- The last step of whatever clients change. Last, because by then the transaction has written, and switching waits for those that have.
SELECT 1
WHERE NOT EXISTS (SELECT 1 FROM switches WHERE name = 'read_only');

-- name: switch_on
INSERT INTO switches (name, since)
VALUES ($1, $2)
ON CONFLICT (name) DO NOTHING;

-- name: switch_off
DELETE FROM switches
WHERE name = $1;

-- name: find_switches
SELECT name, since
FROM switches;

-- name: count_queue
-- A task whose worker died waits like one that nobody took yet.
SELECT (SELECT count(*) FROM tasks WHERE state = 'PENDING' AND (due_at IS NULL OR due_at <= $1))
         + (SELECT count(*) FROM tasks WHERE state = 'PROCESSING' AND lease_until <= $1),
       (SELECT count(*) FROM tasks WHERE state = 'PENDING' AND due_at > $1),
       (SELECT count(*) FROM tasks WHERE state = 'PROCESSING' AND lease_until > $1),
       (SELECT count(*) FROM documents WHERE status = 'FAILED'),
       (SELECT count(*)
        FROM documents d
        JOIN tasks t ON t.document_id = d.id AND t.generation = d.generation
        WHERE d.status = 'FAILED' AND t.error_retryable = 1),
       (SELECT min(created_at) FROM tasks WHERE state = 'PENDING' AND (due_at IS NULL OR due_at <= $1));

-- name: find_running
SELECT d.id, d.filename, t.holder, t.attempt, t.started_at, t.lease_until, t.pages_saved, t.pages_expected
FROM tasks t {by_lease}
JOIN documents d ON d.id = t.document_id
WHERE t.state = 'PROCESSING' AND t.lease_until > $1
ORDER BY t.lease_until
LIMIT $2;
