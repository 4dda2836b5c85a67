-- Statements about pages. How these files are read: src/drivers/sql/sql_queries.h.

-- name: insert_page
-- Only for the lease that is named, and only once: a page that was saved before stays as it is, for it may have been read already.
INSERT INTO pages (task_id, number, width_pt, height_pt, rotation, label, has_text_layer, replaced_characters, fault_code,
                   fault_message, text_bytes, markdown_bytes, lines_bytes, text, markdown, lines)
SELECT id, CAST($4 AS INTEGER), CAST($5 AS DOUBLE PRECISION), CAST($6 AS DOUBLE PRECISION), CAST($7 AS INTEGER), CAST($8 AS TEXT),
       CAST($9 AS INTEGER), CAST($10 AS BIGINT), CAST($11 AS TEXT), CAST($12 AS TEXT), CAST($13 AS BIGINT), CAST($14 AS BIGINT),
       CAST($15 AS BIGINT), CAST($16 AS TEXT), CAST($17 AS TEXT), CAST($18 AS TEXT)
FROM tasks
WHERE {fence}
ON CONFLICT (task_id, number) DO NOTHING;

-- name: count_saved_pages
-- The last step of saving. It comes after the pages because it decides: no row, and all of them are rolled back.
UPDATE tasks
SET pages_saved = (SELECT count(*) FROM pages WHERE task_id = $1), pages_expected = $4, page_count = $5
WHERE {fence};

-- name: saved_pages
SELECT number
FROM pages
WHERE task_id = $1
ORDER BY number;

-- name: read_pages
-- Sizes are added up first, so that what would make the answer too large is never read. At least one page comes.
SELECT p.number, p.width_pt, p.height_pt, p.rotation, p.label, p.has_text_layer, p.replaced_characters, p.fault_code, p.fault_message,
       CASE WHEN CAST($5 AS INTEGER) = 1 THEN p.text END,
       CASE WHEN CAST($6 AS INTEGER) = 1 THEN p.markdown END,
       CASE WHEN CAST($7 AS INTEGER) = 1 THEN p.lines END
FROM (SELECT number, sum(bytes) OVER (ORDER BY number) - bytes AS bytes_before
      FROM (SELECT number,
                   CAST($5 AS INTEGER) * text_bytes + CAST($6 AS INTEGER) * markdown_bytes + CAST($7 AS INTEGER) * lines_bytes AS bytes
            FROM pages
            WHERE task_id = $1 AND number BETWEEN $2 AND $3
            ORDER BY number
            LIMIT $4) AS wanted) AS fitting
JOIN pages p ON p.task_id = $1 AND p.number = fitting.number
WHERE fitting.bytes_before < $8
ORDER BY p.number;

-- name: read_facts
SELECT facts
FROM tasks
WHERE id = $1 AND facts IS NOT NULL;
