-- What other engines do differently.

-- name: claim_tasks
-- The third step of a claim. There is one writer, so nobody has to be skipped.
UPDATE tasks
SET state = 'PROCESSING', attempt = attempt + 1, holder = $1, claim = $2, lease_until = $3, started_at = coalesce(started_at, $4)
WHERE id IN (
  SELECT id
  FROM tasks
  WHERE state = 'PENDING' AND due_at IS NULL
  ORDER BY priority DESC, turn, id
  LIMIT $5);

-- name: claimed_tasks
-- What this claim took. INDEXED BY keeps the search among the running tasks, which are few.
SELECT d.id, d.uid, d.user_id, d.filename, d.s3_key, d.bytes, d.sha256, d.prompt, d.summary, d.created_at,
       t.id, t.state, t.attempt, t.generation, t.options, t.started_at, t.completed_at, t.error_code, t.error_message, t.error_page,
       t.error_retryable, t.page_count, t.extraction_seconds, t.pages_saved, t.pages_expected, t.partial, t.extractor,
       t.extractor_job, t.credits, t.password, t.backend_failures, t.child_failures, t.interruptions, t.extraction_note,
       (SELECT u.extractor FROM users u WHERE u.id = d.user_id)
FROM tasks t INDEXED BY idx_tasks_leases
JOIN documents d ON d.id = t.document_id
WHERE t.state = 'PROCESSING' AND t.lease_until = $2 AND t.claim = $1
ORDER BY t.priority DESC, t.turn, t.id;

-- name: count_waiting
SELECT number
FROM waiting_tasks;
