/**
 * Files that came with messages, and those that runs are to get. A `topic_id` of 0 stands for "no topic". `answer_id` is the message of
 * the bot that asked what to do with the file.
 */
export const filesSql: string = `
CREATE TABLE sent_files (
  chat_id INTEGER NOT NULL,
  message_id INTEGER NOT NULL,
  topic_id INTEGER NOT NULL,
  sender_id INTEGER NOT NULL,
  album_id TEXT,
  caption TEXT NOT NULL,
  file TEXT NOT NULL,
  answer_id INTEGER,
  received_at INTEGER NOT NULL,
  PRIMARY KEY (chat_id, message_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX sent_files_by_album ON sent_files (album_id) WHERE album_id IS NOT NULL;
CREATE INDEX sent_files_by_answer ON sent_files (chat_id, answer_id) WHERE answer_id IS NOT NULL;
CREATE INDEX sent_files_by_time ON sent_files (received_at);

CREATE TABLE run_files (
  run_id TEXT NOT NULL REFERENCES runs (id),
  position INTEGER NOT NULL,
  file TEXT NOT NULL,
  path TEXT,
  fault TEXT,
  PRIMARY KEY (run_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX run_files_to_fetch ON run_files (run_id) WHERE path IS NULL AND fault IS NULL;
`;
