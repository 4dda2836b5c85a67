-- What other engines do differently: a transaction may have looked at the switches before one was turned, and commit after it. Each table
-- has a transaction of its own for this, so that we never hold one table while we wait for another.

-- name: wait_for_writers_of_tasks
-- Granted when all who wrote have ended; nobody has to wait for longer than that.
LOCK TABLE tasks IN EXCLUSIVE MODE;

-- name: wait_for_writers_of_users
LOCK TABLE users IN EXCLUSIVE MODE;
