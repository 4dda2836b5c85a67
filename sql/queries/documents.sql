-- Statements about documents, as people look at them. How these files are read: src/drivers/sql/sql_queries.h.

-- fragment: document_columns
-- Read in this order by drivers/sql/sql_rows.cc.
       d.id, d.uid, d.user_id, d.filename, d.s3_key, d.bytes, d.sha256, d.prompt, d.summary, d.created_at,
       t.id, t.state, t.attempt, t.generation, t.options, t.started_at, t.completed_at, t.error_code, t.error_message, t.error_page,
       t.error_retryable, t.page_count, t.extraction_seconds, t.pages_saved, t.pages_expected, t.partial, t.extractor, t.extractor_job, t.credits

-- fragment: document_view
-- Every document has a task of its generation, written by the same transaction.
       {document_columns}
FROM documents d
JOIN tasks t ON t.document_id = d.id AND t.generation = d.generation

-- fragment: filter
-- Dates narrow the ids first, because lists run along the ids: the two scans see nothing but the index on created_at.
  AND d.user_id = $2                                                                            --? owner
  AND d.status = $3                                                                             --? state
  AND d.id >= (SELECT min(id) FROM documents WHERE created_at >= $4 AND created_at < $5)        --? dates
  AND d.id <= (SELECT max(id) FROM documents WHERE created_at >= $4 AND created_at < $5)        --? dates
  AND d.created_at >= $4 AND d.created_at < $5                                                  --? dates
  AND {folded_filename} LIKE $6 ESCAPE '\'                                                       --? name

-- name: insert_document
-- Selecting from users makes an unknown owner an empty answer instead of an error in the middle of a transaction.
INSERT INTO documents (user_id, filename, s3_key, created_at, prompt, uid, bytes, sha256)
SELECT u.id, CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS {time}), CAST($5 AS TEXT), CAST($6 AS TEXT), CAST($7 AS BIGINT), CAST($8 AS TEXT)
FROM users u
WHERE u.id = $1;

-- name: insert_key
INSERT INTO idempotency_keys (user_id, key, fingerprint, created_at)
SELECT u.id, CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS {time})
FROM users u
WHERE u.id = $1
ON CONFLICT (user_id, key) DO NOTHING;

-- name: link_key
INSERT INTO idempotency_documents (key_id, document_id)
SELECT k.id, d.id
FROM idempotency_keys k, documents d
WHERE k.user_id = $1 AND k.key = $2 AND d.uid = $3;

-- name: find_by_key
SELECT k.fingerprint, t.id, d.id, d.uid, d.s3_key, d.filename, d.created_at
FROM idempotency_keys k
JOIN idempotency_documents i ON i.key_id = k.id
JOIN documents d ON d.id = i.document_id
JOIN tasks t ON t.document_id = d.id AND t.generation = d.generation
WHERE k.user_id = $1 AND k.key = $2
ORDER BY i.document_id;

-- name: forget_keys
DELETE FROM idempotency_keys
WHERE created_at < $1;

-- name: forget_key_of_last_document
-- A key whose documents are all deleted is free again; otherwise a repeated request would be refused for ever.
DELETE FROM idempotency_keys
WHERE id = (SELECT key_id FROM idempotency_documents WHERE document_id = $1)
  AND NOT EXISTS (SELECT 1 FROM idempotency_documents i WHERE i.key_id = idempotency_keys.id AND i.document_id <> $1);

-- name: find_document
SELECT {document_view}
WHERE d.id = $1;

-- name: find_document_by_uid
SELECT {document_view}
WHERE d.uid = $1;

-- name: list_newest_first
-- Newest by id, which is the order of acceptance: it never jumps, as clocks do, and the original's indexes serve it.
SELECT {document_view}
WHERE d.id < $1
{filter}
ORDER BY d.id DESC
LIMIT $7;

-- name: list_oldest_first
SELECT {document_view}
WHERE d.id > $1
{filter}
ORDER BY d.id
LIMIT $7;

-- name: list_from
-- The rows are counted off among the ids alone, before anything is read about the documents.
SELECT {document_view}
WHERE d.id IN (
  SELECT d.id
  FROM documents d
  WHERE d.id > 0
  {filter}
  ORDER BY d.id
  LIMIT $7 OFFSET $1)
ORDER BY d.id;

-- name: count_documents
SELECT count(*)
FROM documents d
WHERE d.id > $1
{filter};

-- name: count_by_state
SELECT status, count(*)
FROM documents
GROUP BY status;

-- name: delete_document
-- Tasks and pages go with it; a worker that still holds a lease on it finds nothing to write to.
DELETE FROM documents
WHERE id = $1
RETURNING s3_key;

-- name: known_object
SELECT s3_key
FROM documents
WHERE s3_key = $1
LIMIT 1;

-- name: ping
SELECT 1;
