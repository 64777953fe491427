import { fieldsAt, flagAt, isFields, listAt, numberAt, textAt, type Fields } from "../../src/runner/fields.ts";
import type { SessionSummary } from "../../src/runner/runner.ts";
import { sessionTitle } from "../../src/runner/session-title.ts";
import { engine } from "./state.ts";

/** The answer to `thread/list`, without sessions of sub-agents and those in which nothing was said. `cwd`: the directory asked for. */
export function decodeThreadList(result: unknown, cwd: string): readonly SessionSummary[] {
  const threads = isFields(result) ? listAt(result, "data").filter(isFields) : [];
  const sessions = threads.filter((thread) => !isSubagent(thread)).flatMap((thread) => summaryOf(thread, cwd));
  return sessions.toSorted((a, b) => b.updatedAt - a.updatedAt);
}

function isSubagent(thread: Fields): boolean {
  return textAt(thread, "parentThreadId") !== undefined || "subAgent" in fieldsAt(thread, "source");
}

function summaryOf(thread: Fields, cwd: string): readonly SessionSummary[] {
  const value = textAt(thread, "id");
  const title = sessionTitle(textAt(thread, "name") || (textAt(thread, "preview") ?? ""));
  if (value === undefined || title === "" || flagAt(thread, "ephemeral")) return [];
  const updatedAt = (numberAt(thread, "updatedAt") ?? 0) * 1_000;
  return [{ token: { engine, value }, title, cwd, updatedAt }];
}
