-- What other engines do differently.

-- name: wait_for_writers
-- One table per transaction, so that we never hold one while we wait for another.
SELECT wait_for_writers($1);
