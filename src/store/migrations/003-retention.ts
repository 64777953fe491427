/**
 * What is needed to take old entries away in small steps: ways to find the oldest ones, and what belongs to a run, without reading
 * through whole tables. The audit stays append-only for its last 30 days.
 */
export const retentionSql: string = `
CREATE INDEX runs_by_end ON runs (finished_at) WHERE finished_at IS NOT NULL;
CREATE INDEX runs_by_steered ON runs (steers);
CREATE INDEX outbox_by_run ON outbox (run_id);
CREATE INDEX outbox_sent ON outbox (created_at) WHERE state = 'sent';
CREATE INDEX decisions_by_run ON decisions (run_id);
CREATE INDEX offers_by_time ON offers (made_at);

DROP TRIGGER audit_is_not_deleted;
CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit
  WHEN OLD.at > (SELECT at FROM audit ORDER BY id DESC LIMIT 1) - 2592000000
  BEGIN SELECT RAISE(ABORT, 'audit is append only'); END;
`;
