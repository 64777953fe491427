import type { Seen } from "./seen.ts";
import { optionFor } from "./permission-options.ts";
import { isPlan, type PermissionRequest } from "./permission.ts";
import { textAt } from "../../src/runner/fields.ts";

/** Undefined for what can't be allowed for a session. */
export type GrantName = string | undefined;

/**
 * What the user allowed for the rest of a session. Agents keep it in the memory of their process, which ends with the run; this keeps it
 * for the session's later runs, until the bot is restarted.
 */
export class SessionGrants {
  readonly #bySession = new Map<string, ReadonlySet<string>>();

  add(session: string, name: GrantName): void {
    if (name === undefined) return;
    const granted = new Set([...(this.#bySession.get(session) ?? []), name]);
    this.#bySession.delete(session);
    this.#bySession.set(session, granted);
    const [oldest] = this.#bySession.keys();
    if (this.#bySession.size > maxSessions && oldest !== undefined) this.#bySession.delete(oldest);
  }

  has(session: string, name: GrantName): boolean {
    return name !== undefined && this.#bySession.get(session)?.has(name) === true;
  }
}

/** Those that were allowed something last are kept. */
const maxSessions = 1_000;

/**
 * A name for what the request would allow for the session. How far an "always" reaches only the agent knows: it is taken to be for this
 * very call again, or for these files, unless it says that it is for all edits.
 */
export function grantName(request: PermissionRequest, { tool, title, input, paths }: Seen): GrantName {
  const option = optionFor(request.options, "session", request.untold);
  if (option === undefined || isPlan(request.tool) || request.questions.length > 0) return undefined;
  const words = [option.id, option.name];
  if (/^(?:yes, )?allow all edits(?: during this session)?$/iu.test(option.name)) return JSON.stringify(words);
  const command = textAt(input, "command");
  const ofCall = command === undefined ? [title, input] : [command, textAt(input, "cwd")];
  return JSON.stringify([...words, tool, ...(command === undefined && paths.length > 0 ? paths : ofCall)]);
}
