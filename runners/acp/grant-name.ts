import type { Seen } from "./seen.ts";
import { optionFor } from "./permission-options.ts";
import { isPlan, type PermissionRequest } from "./permission.ts";
import { textAt } from "../../src/runner/fields.ts";

/** Undefined for what can't be allowed for a session. */
export type GrantName = string | undefined;

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
