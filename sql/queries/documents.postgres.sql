-- What other engines do differently.

-- fragment: time
-- Without a zone and always UTC, as the original keeps it.
TIMESTAMP

-- fragment: folded_filename
-- In this collation only the case of ASCII letters is folded, as the pattern is.
lower(d.filename COLLATE "C")

-- name: can_write
SELECT NOT pg_is_in_recovery() AND current_setting('transaction_read_only') = 'off';
