/**
 * Who may go on with what. Where a session was used outlives its runs, so that who has no part in it stays out of it; '' stands for
 * "no project". A button counts only under its own message, and an offer only for who asked for it.
 */
export const accessSql: string = `
CREATE TABLE session_places (
  session_key TEXT NOT NULL,
  chat_id INTEGER NOT NULL,
  project TEXT NOT NULL,
  PRIMARY KEY (session_key, chat_id, project)
) STRICT, WITHOUT ROWID;
INSERT OR IGNORE INTO session_places (session_key, chat_id, project)
  SELECT session_key, chat_id, coalesce(json_extract(context, '$.project'), '') FROM runs WHERE session_key NOT LIKE 'new:%';
CREATE TRIGGER session_place_of_new_run AFTER INSERT ON runs WHEN NEW.session_key NOT LIKE 'new:%'
  BEGIN
    INSERT OR IGNORE INTO session_places (session_key, chat_id, project)
      VALUES (NEW.session_key, NEW.chat_id, coalesce(json_extract(NEW.context, '$.project'), ''));
  END;
CREATE TRIGGER session_place_of_named_run AFTER UPDATE OF session_key ON runs WHEN NEW.session_key NOT LIKE 'new:%'
  BEGIN
    INSERT OR IGNORE INTO session_places (session_key, chat_id, project)
      VALUES (NEW.session_key, NEW.chat_id, coalesce(json_extract(NEW.context, '$.project'), ''));
  END;
CREATE INDEX session_places_by_name ON session_places (lower(substr(session_key, instr(session_key, ':') + 1)));

ALTER TABLE offers ADD COLUMN message_id INTEGER;
ALTER TABLE offers ADD COLUMN asked_by INTEGER;
CREATE INDEX offers_by_message ON offers (chat_id, message_id) WHERE message_id IS NOT NULL;
`;
