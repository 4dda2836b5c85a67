-- Statements that delete everything (docquarry reset). How these files are read: src/drivers/sql/sql_queries.h.

-- name: reset_documents
-- Some at a time, with their tasks and pages; whoever deletes their files needs the keys.
DELETE FROM documents
WHERE id IN (SELECT id FROM documents ORDER BY id LIMIT $1)
RETURNING s3_key;

-- name: reset_keys
DELETE FROM idempotency_keys;

-- name: reset_users
DELETE FROM users;
