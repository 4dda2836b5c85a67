-- What other engines do differently.

-- fragment: expired
state = 'PROCESSING' AND lease_until <= $1

-- fragment: retry_is_due
state = 'PENDING' AND due_at <= $1

-- fragment: by_lease
-- Keeps the search among the running tasks, which are few.
INDEXED BY idx_tasks_leases

-- name: claim_tasks
-- The third step of a claim. There is one writer, so nobody has to be skipped.
UPDATE tasks
SET state = 'PROCESSING', attempt = attempt + 1, holder = $1, claim = $2, lease_until = $3, started_at = coalesce(started_at, $4)
WHERE id IN (
  SELECT id
  FROM tasks
  WHERE state = 'PENDING' AND due_at IS NULL AND {not_paused}
  ORDER BY priority DESC, turn, id
  LIMIT $5);

-- name: count_waiting
SELECT number
FROM waiting_tasks;
