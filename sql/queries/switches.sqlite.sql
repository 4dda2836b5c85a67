-- What other engines do differently.

-- name: wait_for_writers
-- There is one writer: whoever writes after the switch sees it.
SELECT 1;

-- name: ring
-- The bell of an embedded service hangs inside its process.
SELECT 1;
