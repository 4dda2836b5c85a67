-- Statements that copy one database into another, and compare the two. Columns come out and go in in the same order; which of them are
-- times, src/drivers/sql/sql_copy.cc knows. How these files are read: src/drivers/sql/sql_queries.h.

-- fragment: user_columns
id, email, api_key, created_at, extractor

-- fragment: document_copy_columns
id, user_id, filename, s3_key, status, error_message, page_count, extraction_time_seconds, created_at, started_at, completed_at, prompt,
summary, uid, bytes, sha256, generation, result_text

-- fragment: task_columns
id, document_id, generation, user_id, priority, turn, state, attempt, holder, claim, lease_until, due_at, announced_at, cancel_requested,
backend_failures, child_failures, interruptions, options, password, created_at, started_at, completed_at, error_code, error_message,
error_page, error_retryable, page_count, pages_expected, pages_saved, partial, extractor, extraction_seconds, cpu_seconds,
peak_memory_bytes, facts, extractor_job, credits, extraction_note

-- fragment: page_columns
task_id, number, width_pt, height_pt, rotation, label, has_text_layer, replaced_characters, fault_code, fault_message, text_bytes,
markdown_bytes, lines_bytes, text, markdown, lines

-- fragment: key_columns
id, user_id, key, fingerprint, created_at

-- name: copy_read_users
SELECT {user_columns}
FROM users
WHERE id > $1
ORDER BY id
LIMIT $2;

-- name: copy_write_user
INSERT INTO users ({user_columns})
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (id) DO UPDATE
SET email = excluded.email, api_key = excluded.api_key, created_at = excluded.created_at, extractor = excluded.extractor;

-- name: copy_list_documents
-- What tells whether two copies of a document are the same: its file, its newest task, and how much was extracted.
SELECT d.id, d.uid, d.s3_key, d.sha256, d.bytes, d.generation, t.id, t.state, t.attempt, t.cancel_requested, t.interruptions,
       (SELECT count(*) FROM tasks o WHERE o.document_id = d.id),
       (SELECT count(*) FROM tasks o JOIN pages p ON p.task_id = o.id WHERE o.document_id = d.id),
       coalesce((SELECT sum(p.text_bytes + p.markdown_bytes + p.lines_bytes)
                 FROM tasks o JOIN pages p ON p.task_id = o.id WHERE o.document_id = d.id), 0),
       t.due_at, t.completed_at
FROM documents d
LEFT JOIN tasks t ON t.document_id = d.id AND t.generation = d.generation
WHERE d.id > $1 AND d.id <= $2
ORDER BY d.id
LIMIT $3;

-- name: copy_read_document
SELECT {document_copy_columns}
FROM documents
WHERE id = $1;

-- name: copy_read_tasks
SELECT {task_columns}
FROM tasks
WHERE document_id = $1
ORDER BY id;

-- name: copy_read_pages
SELECT {page_columns}
FROM pages
WHERE (task_id, number) > ($2, $3) AND task_id IN (SELECT id FROM tasks WHERE document_id = $1)
ORDER BY task_id, number
LIMIT $4;

-- name: copy_forget_document
DELETE FROM documents
WHERE id = $1;

-- name: copy_write_document
INSERT INTO documents ({document_copy_columns})
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18);

-- name: copy_write_task
INSERT INTO tasks ({task_columns})
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27,
        $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38);

-- name: copy_write_page
INSERT INTO pages ({page_columns})
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
ON CONFLICT (task_id, number) DO NOTHING;

-- name: copy_forget_keys
DELETE FROM idempotency_keys;

-- name: copy_read_keys
SELECT {key_columns}
FROM idempotency_keys
WHERE id > $1
ORDER BY id
LIMIT $2;

-- name: copy_write_key
INSERT INTO idempotency_keys ({key_columns})
VALUES ($1, $2, $3, $4, $5);

-- name: copy_read_links
SELECT key_id, document_id
FROM idempotency_documents
WHERE key_id = $1;

-- name: copy_write_link
INSERT INTO idempotency_documents (key_id, document_id)
VALUES ($1, $2);

-- name: count_store
SELECT (SELECT count(*) FROM users), (SELECT count(*) FROM documents), (SELECT count(*) FROM tasks), (SELECT count(*) FROM pages),
       (SELECT coalesce(sum(text_bytes + markdown_bytes + lines_bytes), 0) FROM pages);
