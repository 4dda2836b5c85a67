-- Extractors elsewhere: whose work a result is, what it is called there and what it cost; and who is to extract a user's documents. The new
-- columns stand behind the long one (facts), where reading them costs a walk over it; but facts are small while a task runs, and the rows of
-- lists are few.

ALTER TABLE users ADD COLUMN extractor TEXT CHECK (extractor IN ('auto', 'local', 'llamaparse'));  -- NULL: as the operator set it

ALTER TABLE tasks ADD COLUMN extractor_job TEXT NOT NULL DEFAULT '';    -- what the service calls its work; empty: done here
ALTER TABLE tasks ADD COLUMN credits REAL;                              -- what it charged
ALTER TABLE tasks ADD COLUMN extraction_note TEXT NOT NULL DEFAULT '';  -- JSON: what the next attempt must know (domain/extraction_note.h)
