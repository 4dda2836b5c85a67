-- What other engines do differently.

-- name: wait_for_writers_of_tasks
-- There is one writer: whoever writes after the switch sees it.
SELECT 1;

-- name: wait_for_writers_of_users
SELECT 1;
