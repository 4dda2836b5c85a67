-- name: write_result_text
-- The original's column. Not for results above $3 bytes: a row of many megabytes would make every list that passes it slow.
UPDATE documents
SET result_text = (SELECT group_concat(text, char(10) || char(10))
                   FROM (SELECT text FROM pages WHERE task_id = $1 ORDER BY number))
WHERE id = $2
  AND (SELECT sum(text_bytes) FROM pages WHERE task_id = $1) <= $3;
