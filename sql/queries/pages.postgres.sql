-- name: write_result_text
-- The original's column. Not for results above $3 bytes: a row of many megabytes would make every list that passes it slow.
UPDATE documents
SET result_text = (SELECT string_agg(text, chr(10) || chr(10) ORDER BY number) FROM pages WHERE task_id = $1)
WHERE id = $2
  AND (SELECT sum(text_bytes) FROM pages WHERE task_id = $1) <= $3;
