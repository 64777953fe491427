/**
 * The journal. Times are milliseconds since 1970. `topic_id` is null outside topics. Rows are kept in the order of their integer
 * primary keys, which is the order of arrival: Telegram's update ids may start over after a week of silence.
 */
export const journalSql: string = `
CREATE TABLE inbox (
  seq INTEGER PRIMARY KEY,
  update_id INTEGER NOT NULL UNIQUE,
  payload TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('pending', 'finished'))
) STRICT;
CREATE INDEX inbox_pending ON inbox (seq) WHERE state = 'pending';

CREATE TABLE runs (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  chat_id INTEGER NOT NULL,
  topic_id INTEGER,
  sender_id INTEGER NOT NULL,
  sender_name TEXT NOT NULL,
  prompt_message_id INTEGER NOT NULL,
  prompt TEXT NOT NULL,
  engine TEXT NOT NULL,
  resume TEXT,
  session_key TEXT NOT NULL,
  context TEXT NOT NULL,
  cwd TEXT NOT NULL,
  options TEXT NOT NULL,
  state TEXT NOT NULL
    CHECK (state IN ('held', 'queued', 'running', 'done', 'failed', 'cancelled', 'interrupted')),
  created_at INTEGER NOT NULL,
  not_before INTEGER NOT NULL,
  started_at INTEGER,
  finished_at INTEGER,
  answer TEXT,
  error TEXT,
  usage TEXT
) STRICT;
CREATE INDEX runs_by_state ON runs (state, session_key);

CREATE TABLE messages (
  chat_id INTEGER NOT NULL,
  message_id INTEGER NOT NULL,
  run_id TEXT NOT NULL REFERENCES runs (id),
  role TEXT NOT NULL CHECK (role IN ('prompt', 'progress', 'final', 'notice')),
  closed INTEGER NOT NULL DEFAULT 0 CHECK (closed IN (0, 1)),
  PRIMARY KEY (chat_id, message_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX messages_by_run ON messages (run_id, role);
CREATE INDEX messages_open_cards ON messages (run_id) WHERE role = 'progress' AND closed = 0;

-- In the key, 0 stands for "no topic" and "everybody": nulls would never be equal.
CREATE TABLE sessions (
  chat_id INTEGER NOT NULL,
  topic_id INTEGER NOT NULL,
  sender_id INTEGER NOT NULL,
  engine TEXT NOT NULL,
  value TEXT NOT NULL,
  remembered_at INTEGER NOT NULL,
  PRIMARY KEY (chat_id, topic_id, sender_id, engine)
) STRICT, WITHOUT ROWID;

CREATE TABLE outbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  chat_id INTEGER NOT NULL,
  topic_id INTEGER,
  run_id TEXT REFERENCES runs (id),
  role TEXT NOT NULL CHECK (role IN ('prompt', 'progress', 'final', 'notice')),
  operation TEXT NOT NULL,
  target_message_id INTEGER,
  state TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'sent', 'failed')),
  attempts INTEGER NOT NULL DEFAULT 0,
  uncertain INTEGER NOT NULL DEFAULT 0 CHECK (uncertain IN (0, 1)),
  not_before INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  error TEXT
) STRICT;
CREATE INDEX outbox_by_state ON outbox (state, chat_id);

CREATE TABLE processes (
  run_id TEXT NOT NULL REFERENCES runs (id),
  pid INTEGER NOT NULL,
  start_mark TEXT NOT NULL,
  PRIMARY KEY (run_id, pid, start_mark)
) STRICT, WITHOUT ROWID;

CREATE TABLE decisions (
  id INTEGER PRIMARY KEY,
  run_id TEXT NOT NULL REFERENCES runs (id),
  request_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  request TEXT NOT NULL,
  decision TEXT NOT NULL,
  decided_by TEXT NOT NULL,
  decided_at INTEGER NOT NULL
) STRICT;

CREATE TABLE audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  verb TEXT NOT NULL,
  subject TEXT,
  detail TEXT
) STRICT;
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
  BEGIN SELECT RAISE(ABORT, 'audit is append only'); END;
CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit
  BEGIN SELECT RAISE(ABORT, 'audit is append only'); END;

CREATE TABLE paired_users (
  user_id INTEGER PRIMARY KEY,
  chat_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  paired_at INTEGER NOT NULL
) STRICT;

CREATE TABLE pairing (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  code_hash TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  wrong_codes INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE facts (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
`;
