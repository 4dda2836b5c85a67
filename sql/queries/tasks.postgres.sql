-- What other engines do differently: here many claim at once. Nobody waits for a row that another one is just taking; it is skipped.
-- (ARRAY(...) is evaluated once, whatever the plan; as a join the inner query might run again and take more than its limit.)

-- fragment: expired
id = ANY (ARRAY(SELECT id FROM tasks WHERE state = 'PROCESSING' AND lease_until <= $1 FOR UPDATE SKIP LOCKED))

-- fragment: retry_is_due
id = ANY (ARRAY(SELECT id FROM tasks WHERE state = 'PENDING' AND due_at <= $1 FOR UPDATE SKIP LOCKED))

-- fragment: by_lease
-- Nothing has to be said: the statistics know that few tasks are running.

-- name: claim_tasks
-- The third step of a claim.
UPDATE tasks
SET state = 'PROCESSING', attempt = attempt + 1, holder = $1, claim = $2, lease_until = $3, started_at = coalesce(started_at, $4)
WHERE id = ANY (ARRAY(
  SELECT id
  FROM tasks
  WHERE state = 'PENDING' AND due_at IS NULL AND {not_paused}
  ORDER BY priority DESC, turn, id
  LIMIT $5
  FOR UPDATE SKIP LOCKED));

-- name: count_waiting
-- A counter would be a row that everybody waits for. Up to 20,000 are counted, along an index; beyond, the statistics of that index
-- say how many there are, about.
SELECT CASE WHEN seen <= 20000 THEN seen
            ELSE greatest(seen, (SELECT CAST(reltuples AS BIGINT) FROM pg_class WHERE oid = CAST('idx_tasks_owner' AS REGCLASS))) END
FROM (SELECT count(*) AS seen
      FROM (SELECT 1 FROM tasks WHERE state = 'PENDING' LIMIT 20001) AS head) AS counted;

-- name: ring
SELECT pg_notify('docquarry_tasks', $1);
