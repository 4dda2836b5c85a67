-- users and documents carry the names and columns of the original service, so that scripts written for it keep working; what we
-- add stands behind them. Times are RFC 3339 text with six digits ("2026-01-02T03:04:05.123456Z"): they sort as text.
--
-- Long values (result_text, facts, lines) are the last columns of their tables: SQLite has to walk over everything that stands
-- before a column to read it.

CREATE TABLE users (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  email       TEXT NOT NULL,
  api_key     TEXT NOT NULL,
  created_at  TEXT NOT NULL
) STRICT;

CREATE UNIQUE INDEX ix_users_email ON users (email);
CREATE UNIQUE INDEX ix_users_api_key ON users (api_key);

-- AUTOINCREMENT: the id of a deleted document is never given out again, or an old link would show somebody else's document.
CREATE TABLE documents (
  id                       INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id                  INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  filename                 TEXT NOT NULL,
  s3_key                   TEXT NOT NULL,     -- the key of the original in the object store, whichever store that is
  status                   TEXT NOT NULL DEFAULT 'PENDING',
  error_message            TEXT,
  page_count               INTEGER,
  extraction_time_seconds  REAL,
  created_at               TEXT NOT NULL,
  started_at               TEXT,
  completed_at             TEXT,
  prompt                   TEXT,
  summary                  TEXT,
  uid                      TEXT NOT NULL,     -- the unguessable public name
  bytes                    INTEGER NOT NULL,
  sha256                   TEXT NOT NULL,
  generation               INTEGER NOT NULL DEFAULT 1,  -- how many tasks the document has had; its newest has this number
  result_text              TEXT               -- the texts of all pages, an empty line between; NULL above 4 MB: then read the pages
) STRICT;

CREATE UNIQUE INDEX idx_documents_uid ON documents (uid);
CREATE INDEX idx_documents_s3_key ON documents (s3_key);
-- Every index ends with the row id, so these serve lists by id as well.
CREATE INDEX ix_documents_user_id ON documents (user_id);
CREATE INDEX ix_documents_status ON documents (status);
CREATE INDEX idx_user_status ON documents (user_id, status);
CREATE INDEX idx_created_at ON documents (created_at);

CREATE TABLE tasks (
  id                 INTEGER PRIMARY KEY AUTOINCREMENT,
  document_id        INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
  generation         INTEGER NOT NULL,
  user_id            INTEGER NOT NULL,           -- the document's owner, for fairness
  priority           INTEGER NOT NULL DEFAULT 0, -- larger is served first
  turn               INTEGER NOT NULL,           -- see queries/tasks.sql, next_turn
  state              TEXT NOT NULL,
  attempt            INTEGER NOT NULL DEFAULT 0, -- the fencing number: grows with every claim
  holder             TEXT,                       -- who has it, while PROCESSING
  claim              TEXT,                       -- which claim of the holder took it
  lease_until        TEXT,
  due_at             TEXT,                       -- a PENDING task that must wait; NULL: it may be claimed
  announced_at       TEXT NOT NULL,
  cancel_requested   INTEGER NOT NULL DEFAULT 0,
  backend_failures   INTEGER NOT NULL DEFAULT 0,
  child_failures     INTEGER NOT NULL DEFAULT 0,
  interruptions      INTEGER NOT NULL DEFAULT 0,
  options            TEXT NOT NULL DEFAULT '',   -- JSON; empty: all defaults
  password           TEXT,                       -- erased when the task ends
  created_at         TEXT NOT NULL,
  started_at         TEXT,
  completed_at       TEXT,
  error_code         TEXT,
  error_message      TEXT,
  error_page         INTEGER NOT NULL DEFAULT 0,
  error_retryable    INTEGER NOT NULL DEFAULT 0,
  page_count         INTEGER,                    -- of the file
  pages_expected     INTEGER NOT NULL DEFAULT 0,
  pages_saved        INTEGER NOT NULL DEFAULT 0,
  partial            INTEGER NOT NULL DEFAULT 0,
  extractor          TEXT NOT NULL DEFAULT '',
  extraction_seconds REAL,
  cpu_seconds        REAL,
  peak_memory_bytes  INTEGER,
  facts              TEXT                        -- JSON: what the PDF says about itself
) STRICT;

CREATE UNIQUE INDEX idx_tasks_document ON tasks (document_id, generation);
-- What a claim reads is the head of one of these, so its cost does not grow with the queue.
CREATE INDEX idx_tasks_ready ON tasks (priority DESC, turn, id) WHERE state = 'PENDING' AND due_at IS NULL;
CREATE INDEX idx_tasks_delayed ON tasks (due_at) WHERE state = 'PENDING' AND due_at IS NOT NULL;
CREATE INDEX idx_tasks_leases ON tasks (lease_until) WHERE state = 'PROCESSING';
CREATE INDEX idx_tasks_owner ON tasks (user_id, turn) WHERE state = 'PENDING';
CREATE INDEX idx_tasks_announced ON tasks (announced_at) WHERE state = 'PENDING' AND due_at IS NULL;

-- The original's columns are the summary of the newest task. A trigger writes them, so that no statement can forget it and no reader
-- ever sees the two apart.
CREATE TRIGGER documents_follow_their_newest_task AFTER UPDATE OF state, started_at, page_count ON tasks
WHEN NEW.state IS NOT OLD.state OR NEW.started_at IS NOT OLD.started_at OR NEW.page_count IS NOT OLD.page_count
BEGIN
  UPDATE documents
  SET status = NEW.state,
      error_message = CASE WHEN NEW.state IN ('FAILED', 'CANCELLED') THEN NEW.error_message END,
      page_count = NEW.page_count,
      extraction_time_seconds = NEW.extraction_seconds,
      started_at = NEW.started_at,
      completed_at = NEW.completed_at
  WHERE id = NEW.document_id AND generation = NEW.generation;
END;

-- How many tasks wait is asked before every upload, and counting a hundred thousand takes milliseconds. So it is kept. (One row for
-- all: with SQLite's single writer nobody waits for it.)
CREATE TABLE waiting_tasks (
  only_row  INTEGER PRIMARY KEY CHECK (only_row = 1),
  number    INTEGER NOT NULL
) STRICT;

INSERT INTO waiting_tasks VALUES (1, 0);

CREATE TRIGGER waiting_tasks_added AFTER INSERT ON tasks WHEN NEW.state = 'PENDING'
BEGIN
  UPDATE waiting_tasks SET number = number + 1;
END;

CREATE TRIGGER waiting_tasks_moved AFTER UPDATE OF state ON tasks WHEN (OLD.state = 'PENDING') <> (NEW.state = 'PENDING')
BEGIN
  UPDATE waiting_tasks SET number = number + (NEW.state = 'PENDING') - (OLD.state = 'PENDING');
END;

CREATE TRIGGER waiting_tasks_removed AFTER DELETE ON tasks WHEN OLD.state = 'PENDING'
BEGIN
  UPDATE waiting_tasks SET number = number - 1;
END;

CREATE TABLE pages (
  task_id              INTEGER NOT NULL REFERENCES tasks (id) ON DELETE CASCADE,
  number               INTEGER NOT NULL,
  width_pt             REAL NOT NULL,
  height_pt            REAL NOT NULL,
  rotation             INTEGER NOT NULL,
  label                TEXT NOT NULL,
  has_text_layer       INTEGER NOT NULL,
  replaced_characters  INTEGER NOT NULL,
  fault_code           TEXT,
  fault_message        TEXT,
  text_bytes           INTEGER NOT NULL,
  markdown_bytes       INTEGER NOT NULL,
  lines_bytes          INTEGER NOT NULL,
  text                 TEXT NOT NULL,
  markdown             TEXT NOT NULL,
  lines                TEXT NOT NULL,
  PRIMARY KEY (task_id, number)
) STRICT;

CREATE TABLE idempotency_keys (
  id           INTEGER PRIMARY KEY,
  user_id      INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  key          TEXT NOT NULL,
  fingerprint  TEXT NOT NULL,
  created_at   TEXT NOT NULL,
  UNIQUE (user_id, key)
) STRICT;

CREATE INDEX idx_idempotency_keys_created ON idempotency_keys (created_at);

CREATE TABLE idempotency_documents (
  key_id       INTEGER NOT NULL REFERENCES idempotency_keys (id) ON DELETE CASCADE,
  document_id  INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
  PRIMARY KEY (key_id, document_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX idx_idempotency_documents_document ON idempotency_documents (document_id);
