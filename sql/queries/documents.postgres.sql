-- What other engines do differently.

-- fragment: time
-- Without a zone and always UTC, as the original keeps it.
TIMESTAMP

-- fragment: folded_filename
-- In this collation only the case of ASCII letters is folded, as the pattern is.
lower(d.filename COLLATE "C")
