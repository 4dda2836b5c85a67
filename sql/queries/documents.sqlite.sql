-- What other engines do differently.

-- fragment: time
TEXT

-- fragment: folded_filename
lower(d.filename)
