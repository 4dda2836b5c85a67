-- Statements that import what the original kept only in Redis. How these files are read: src/drivers/sql/sql_queries.h.

-- name: import_owner
INSERT INTO users (id, email, api_key, created_at)
VALUES ({new_user_id}, $1, $2, $3)
ON CONFLICT DO NOTHING;

-- name: import_document
-- Nothing happens when a document has this file already, so an import can be repeated.
INSERT INTO documents (user_id, filename, s3_key, created_at, prompt, uid, bytes, sha256, status, error_message, page_count,
                       extraction_time_seconds, started_at, completed_at, summary, result_text)
SELECT u.id, CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS {time}), CAST($5 AS TEXT), CAST($6 AS TEXT), 0, '', CAST($7 AS TEXT),
       CAST($8 AS TEXT), CAST($9 AS INTEGER), CAST($10 AS DOUBLE PRECISION), CAST($11 AS {time}), CAST($12 AS {time}),
       CAST($13 AS TEXT), CAST($14 AS TEXT)
FROM users u
WHERE u.email = $1 AND NOT EXISTS (SELECT 1 FROM documents WHERE s3_key = $3);

-- name: import_task
-- Announced in the past: workers are told soon.
INSERT INTO tasks (document_id, generation, user_id, turn, state, attempt, created_at, announced_at, started_at, completed_at,
                   error_code, error_message, page_count, pages_expected, pages_saved, extraction_seconds, facts)
SELECT d.id, 1, d.user_id, {next_turn}, d.status, CAST($2 AS INTEGER), d.created_at, d.created_at, d.started_at, d.completed_at,
       CAST($3 AS TEXT), d.error_message, d.page_count, CAST($4 AS INTEGER), CAST($4 AS INTEGER), d.extraction_time_seconds,
       CAST($5 AS TEXT)
FROM documents d
WHERE d.uid = $1;

-- name: import_page
-- A result of the original is one text, most often Markdown, whose pages cannot be told apart any more: it becomes one page.
INSERT INTO pages (task_id, number, width_pt, height_pt, rotation, label, has_text_layer, replaced_characters, text_bytes,
                   markdown_bytes, lines_bytes, text, markdown, lines)
SELECT t.id, 1, 0, 0, 0, '', CAST($2 AS INTEGER), 0, CAST($3 AS BIGINT), CAST($3 AS BIGINT), length(CAST($5 AS TEXT)), CAST($4 AS TEXT), CAST($4 AS TEXT),
       CAST($5 AS TEXT)
FROM documents d
JOIN tasks t ON t.document_id = d.id
WHERE d.uid = $1;
