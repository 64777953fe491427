/**
 * What users choose: answers to what engines ask, offers behind buttons, preferences of chats, and prompts that are passed to a working
 * run or let in before others. A `topic_id` of 0 stands for "no topic" where it is part of a key.
 */
export const choicesSql: string = `
ALTER TABLE runs ADD COLUMN steers TEXT REFERENCES runs (id);
ALTER TABLE runs ADD COLUMN is_first INTEGER NOT NULL DEFAULT 0 CHECK (is_first IN (0, 1));
ALTER TABLE outbox ADD COLUMN decision_key TEXT;
CREATE INDEX outbox_by_decision ON outbox (decision_key) WHERE decision_key IS NOT NULL;

CREATE TABLE new_decisions (
  seq INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  run_id TEXT NOT NULL REFERENCES runs (id),
  chat_id INTEGER NOT NULL,
  topic_id INTEGER,
  kind TEXT NOT NULL,
  request TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('pending', 'answered', 'taken', 'withdrawn', 'expired')),
  draft TEXT NOT NULL,
  decision TEXT,
  decided_by TEXT,
  decided_by_name TEXT,
  asked_at INTEGER NOT NULL,
  decided_at INTEGER,
  message_id INTEGER,
  face TEXT
) STRICT;
INSERT INTO new_decisions (key, run_id, chat_id, topic_id, kind, request, state, draft, decision, decided_by, asked_at, decided_at)
  SELECT 'old' || decisions.id, run_id, chat_id, topic_id, kind, request, 'taken', '{"position":0,"answers":{}}', decision,
    decided_by, decided_at, decided_at
  FROM decisions JOIN runs ON runs.id = run_id;
DROP TABLE decisions;
ALTER TABLE new_decisions RENAME TO decisions;
CREATE INDEX decisions_open ON decisions (run_id) WHERE state IN ('pending', 'answered');
CREATE INDEX decisions_by_message ON decisions (chat_id, message_id);

CREATE TABLE offers (
  id TEXT PRIMARY KEY,
  chat_id INTEGER NOT NULL,
  topic_id INTEGER,
  offer TEXT NOT NULL,
  made_at INTEGER NOT NULL,
  is_taken INTEGER NOT NULL DEFAULT 0 CHECK (is_taken IN (0, 1))
) STRICT, WITHOUT ROWID;

CREATE TABLE preferences (
  chat_id INTEGER NOT NULL,
  topic_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (chat_id, topic_id, name)
) STRICT, WITHOUT ROWID;
`;
