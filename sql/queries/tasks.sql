-- The life of a task (the picture stands in src/domain/task.h). How these files are read: src/drivers/sql/sql_queries.h.
--
-- Whoever writes for a lease names task, attempt and holder, and the state that it expects; no row means: the lease is lost.

-- fragment: fence
id = $1 AND attempt = $2 AND holder = $3 AND state = 'PROCESSING'

-- fragment: next_turn
-- Owners in turn. A task's turn is one behind its owner's last waiting task, but not before the turn that is being served now. So
-- whoever has ten thousand tasks waiting holds turns far into the future, and somebody's first one comes next. Claims then follow
-- an index, and nothing has to be counted per owner at the time of a claim.
1 + (SELECT max(turn)
     FROM (SELECT coalesce(max(turn), 0) AS turn
           FROM tasks
           WHERE state = 'PENDING' AND user_id = d.user_id
           UNION ALL
           SELECT coalesce(min(turn), 1) - 1
           FROM tasks
           WHERE state = 'PENDING' AND due_at IS NULL AND priority = 0) AS taken)

-- fragment: no_lease
holder = NULL, claim = NULL, lease_until = NULL

-- name: insert_task
-- Counted as announced: the bell is rung right after the commit, and the rescuer looks only at what was rung long ago.
INSERT INTO tasks (document_id, generation, user_id, turn, state, options, password, created_at, announced_at)
SELECT d.id, d.generation, d.user_id, {next_turn}, 'PENDING', CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS {time}), CAST($4 AS {time})
FROM documents d
WHERE d.uid = $1
RETURNING id, document_id;

-- name: insert_task_again
-- Only for a document whose newest task has ended, and once when two ask at the same time.
INSERT INTO tasks (document_id, generation, user_id, turn, state, options, password, created_at, announced_at)
SELECT d.id, d.generation + 1, d.user_id, {next_turn}, 'PENDING', CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS {time}), CAST($4 AS {time})
FROM documents d
JOIN tasks t ON t.document_id = d.id AND t.generation = d.generation
WHERE d.id = $1 AND t.state IN ('COMPLETED', 'FAILED', 'CANCELLED')
ON CONFLICT (document_id, generation) DO NOTHING;

-- name: show_newest_task
-- The document becomes what its new task is: waiting, without a result. Nothing happens when there is no newer task.
UPDATE documents
SET generation = generation + 1, status = 'PENDING', result_text = NULL, error_message = NULL, page_count = NULL,
    extraction_time_seconds = NULL, started_at = NULL, completed_at = NULL, summary = NULL
WHERE id = $1
  AND EXISTS (SELECT 1 FROM tasks t WHERE t.document_id = documents.id AND t.generation = documents.generation + 1);

-- name: newest_ticket
SELECT t.id, d.id, d.uid, d.s3_key, d.filename, d.created_at, t.state
FROM documents d
JOIN tasks t ON t.document_id = d.id AND t.generation = d.generation
WHERE d.id = $1;

-- name: release_expired
-- The first step of a claim: what a dead worker held waits again. A task that was to be cancelled, or that was interrupted too often,
-- ends here, because nobody else will end it; whoever claims is told, so that those who wait for it can be told too.
UPDATE tasks
SET state = CASE WHEN cancel_requested = 1 THEN 'CANCELLED' WHEN interruptions >= $2 THEN 'FAILED' ELSE 'PENDING' END,
    interruptions = interruptions + 1,
    completed_at = CASE WHEN cancel_requested = 1 OR interruptions >= $2 THEN CAST($1 AS {time}) END,
    password = CASE WHEN cancel_requested = 1 OR interruptions >= $2 THEN NULL ELSE password END,
    error_code = CASE WHEN cancel_requested = 1 THEN $3 WHEN interruptions >= $2 THEN $5 ELSE error_code END,
    error_message = CASE WHEN cancel_requested = 1 THEN $4 WHEN interruptions >= $2 THEN $6 ELSE error_message END,
    error_page = 0, error_retryable = 0, {no_lease}
WHERE {expired}
RETURNING document_id, state;

-- name: release_delayed
-- The second step: retries whose time has come. Each is moved once, so claims need not look at those that still wait.
UPDATE tasks
SET due_at = NULL
WHERE {retry_is_due};

-- name: claimed_tasks
-- The last step: what this claim took.
SELECT {document_columns}, t.password, t.backend_failures, t.child_failures, t.interruptions, t.extraction_note,
       (SELECT u.extractor FROM users u WHERE u.id = d.user_id)
FROM tasks t {by_lease}
JOIN documents d ON d.id = t.document_id
WHERE t.state = 'PROCESSING' AND t.lease_until = $2 AND t.claim = $1
ORDER BY t.priority DESC, t.turn, t.id;

-- name: note_extraction
UPDATE tasks
SET extraction_note = $4, extractor_job = $5
WHERE {fence};

-- name: complete_task
UPDATE tasks
SET state = 'COMPLETED', completed_at = $4, password = NULL, page_count = $5, partial = $6, extractor = $7, extraction_seconds = $8,
    cpu_seconds = $9, peak_memory_bytes = $10, facts = $11, extractor_job = $12, credits = $13,
    pages_saved = (SELECT count(*) FROM pages WHERE task_id = $1),
    pages_expected = (SELECT count(*) FROM pages WHERE task_id = $1),
    error_code = NULL, error_message = NULL, error_page = 0, error_retryable = 0, {no_lease}
WHERE {fence};

-- name: delete_older_tasks
-- Their pages go with them: until now they could be read by whoever had begun to.
DELETE FROM tasks
WHERE document_id = $1 AND id < $2;

-- name: extend_lease
UPDATE tasks
SET lease_until = $4
WHERE {fence}
RETURNING cancel_requested;

-- name: retry_task
-- A task that is to be cancelled is not tried again.
UPDATE tasks
SET state = CASE WHEN cancel_requested = 1 THEN 'CANCELLED' ELSE 'PENDING' END,
    completed_at = CASE WHEN cancel_requested = 1 THEN CAST($9 AS {time}) END,
    password = CASE WHEN cancel_requested = 1 THEN NULL ELSE password END,
    due_at = $4, backend_failures = backend_failures + $5, child_failures = child_failures + $6,
    error_code = CASE WHEN cancel_requested = 1 THEN $10 ELSE $7 END,
    error_message = CASE WHEN cancel_requested = 1 THEN $11 ELSE $8 END,
    error_page = 0, error_retryable = 0, {no_lease}
WHERE {fence};

-- name: fail_task
UPDATE tasks
SET state = 'FAILED', completed_at = $6, password = NULL, backend_failures = backend_failures + $4, child_failures = child_failures + $5,
    error_code = $7, error_message = $8, error_page = $9, error_retryable = $10, {no_lease}
WHERE {fence};

-- name: hand_back_task
-- A task that is to be cancelled keeps a lease that has run out: the next claim ends it.
UPDATE tasks
SET state = CASE WHEN cancel_requested = 1 THEN 'PROCESSING' ELSE 'PENDING' END,
    lease_until = CASE WHEN cancel_requested = 1 THEN created_at END,
    due_at = NULL, holder = NULL, claim = NULL
WHERE {fence};

-- name: cancel_task
UPDATE tasks
SET state = 'CANCELLED', completed_at = $4, password = NULL, error_code = $5, error_message = $6, error_page = 0, error_retryable = 0,
    {no_lease}
WHERE {fence};

-- name: cancel_newest_task
-- What waits ends at once; who works on it is told at the next heartbeat. One statement, so that no step of a worker comes between.
UPDATE tasks
SET state = CASE WHEN state = 'PENDING' THEN 'CANCELLED' ELSE state END,
    cancel_requested = CASE WHEN state = 'PENDING' THEN cancel_requested ELSE 1 END,
    completed_at = CASE WHEN state = 'PENDING' THEN CAST($2 AS {time}) END,
    password = CASE WHEN state = 'PENDING' THEN NULL ELSE password END,
    due_at = NULL,
    error_code = CASE WHEN state = 'PENDING' THEN $3 ELSE error_code END,
    error_message = CASE WHEN state = 'PENDING' THEN $4 ELSE error_message END,
    error_page = 0, error_retryable = 0
WHERE document_id = $1 AND generation = (SELECT generation FROM documents WHERE id = $1) AND state IN ('PENDING', 'PROCESSING')
RETURNING state;

-- name: take_unannounced
UPDATE tasks
SET announced_at = $1
WHERE id IN (
  SELECT id FROM tasks WHERE state = 'PENDING' AND due_at IS NULL AND announced_at < $2
  UNION ALL
  SELECT id FROM tasks WHERE state = 'PENDING' AND due_at <= $1 AND announced_at < $2
  UNION ALL
  SELECT id FROM tasks WHERE state = 'PROCESSING' AND lease_until <= $1 AND announced_at < $2
  LIMIT $3)
RETURNING id, document_id,
  (SELECT uid FROM documents d WHERE d.id = tasks.document_id),
  (SELECT s3_key FROM documents d WHERE d.id = tasks.document_id),
  (SELECT filename FROM documents d WHERE d.id = tasks.document_id),
  (SELECT created_at FROM documents d WHERE d.id = tasks.document_id);

-- name: next_due
SELECT (SELECT min(due_at) FROM tasks WHERE state = 'PENDING' AND due_at IS NOT NULL),
       (SELECT min(lease_until) FROM tasks WHERE state = 'PROCESSING');

-- name: expire_all_leases
UPDATE tasks
SET lease_until = $1
WHERE state = 'PROCESSING';
