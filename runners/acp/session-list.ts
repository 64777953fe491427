import type { EngineId } from "../../src/domain/event.ts";
import { fieldsAt, isFields, listAt, textAt, type Fields } from "../../src/runner/fields.ts";
import type { SessionSummary } from "../../src/runner/runner.ts";
import { sessionTitle } from "../../src/runner/session-title.ts";

/** One answer to `session/list`. */
export interface SessionPage {
  readonly sessions: readonly SessionSummary[];
  /** Asks for the next one. */
  readonly cursor?: string;
}

/** A session without an id or a directory is passed over. What has it open, the protocol does not tell. */
export function decodeSessionPage(result: unknown, engine: EngineId): SessionPage {
  const fields = isFields(result) ? result : {};
  const cursor = textAt(fields, "nextCursor") ?? "";
  const sessions = listAt(fields, "sessions").flatMap((item) => summaryOf(item, engine));
  return { sessions, ...(cursor === "" ? {} : { cursor }) };
}

function summaryOf(item: unknown, engine: EngineId): readonly SessionSummary[] {
  const fields = isFields(item) ? item : {};
  const value = textAt(fields, "sessionId") ?? "";
  const cwd = textAt(fields, "cwd");
  if (value === "" || cwd === undefined) return [];
  const title = titleOf(fields);
  return [{ token: { engine, value }, ...(title === "" ? {} : { title }), cwd, updatedAt: updatedAt(fields) }];
}

/** Without a title of its own, Qwen has the first prompt aside (0.24). */
function titleOf(fields: Fields): string {
  return sessionTitle(textAt(fields, "title") ?? textAt(fieldsAt(fields, "_meta"), "preview") ?? "");
}

/** The protocol lets the date be left out: such a session counts as the oldest. */
function updatedAt(fields: Fields): number {
  const time = Date.parse(textAt(fields, "updatedAt") ?? "");
  return Number.isNaN(time) ? 0 : time;
}
