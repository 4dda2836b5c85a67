-- Statements about users. How these files are read: src/drivers/sql/sql_queries.h.

-- name: insert_user
-- Nothing comes back when the email or the key is taken: by whom does not matter, and no error ends the transaction.
INSERT INTO users (id, email, api_key, created_at)
VALUES ({new_user_id}, $1, $2, $3)
ON CONFLICT DO NOTHING
RETURNING id;

-- name: insert_owner
-- The original's open mode: whoever is named as owner exists from then on, with exactly that id.
INSERT INTO users (id, email, api_key, created_at)
VALUES ($1, $2, $3, $4)
ON CONFLICT DO NOTHING;

-- name: find_user
SELECT id, email, api_key, created_at
FROM users
WHERE id = $1;
