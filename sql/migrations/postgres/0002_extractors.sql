-- Extractors elsewhere: whose work a result is, what it is called there and what it cost; and who is to extract a user's documents. Changes no
-- row: new columns with constant defaults are a note in the catalogue.

ALTER TABLE users ADD COLUMN extractor TEXT CHECK (extractor IN ('auto', 'local', 'llamaparse'));  -- NULL: as the operator set it

ALTER TABLE tasks ADD COLUMN extractor_job TEXT NOT NULL DEFAULT '';    -- what the service calls its work; empty: done here
ALTER TABLE tasks ADD COLUMN credits DOUBLE PRECISION;                  -- what it charged
ALTER TABLE tasks ADD COLUMN extraction_note TEXT NOT NULL DEFAULT '';  -- JSON: what the next attempt must know (domain/extraction_note.h)
