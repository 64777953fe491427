import type { ApprovalScope } from "../../src/domain/decision.ts";
import { isFields, listAt, textAt, textsAt } from "../../src/runner/fields.ts";
import { isInside } from "../../src/runner/is-inside.ts";
import type { ControlRequestLine, PermissionUpdate } from "./lines.ts";

/**
 * What makes an approval last, out of what the CLI suggests; nothing where it can't last that long. The rules are enough, together with
 * the directory when the call reaches outside `cwd`: without that the same call is asked again (2.1.329). Never the mode along with
 * rules: that would accept every edit. For edits the CLI suggests no rules but its mode that accepts them, and that only for a session.
 */
export function lastingUpdates(
  { suggestions }: ControlRequestLine,
  scope: ApprovalScope,
  cwd: string,
): readonly PermissionUpdate[] {
  if (scope === "once") return [];
  const rules = suggestions.filter(({ type }) => type === "addRules");
  const directories = suggestions.filter(({ type }) => type === "addDirectories").flatMap((each) => outside(each, cwd));
  if (rules.length > 0) {
    const destination = scope === "session" ? "session" : "localSettings";
    return [...rules, ...directories].map((update) => ({ ...update, destination }));
  }
  if (scope === "project") return [];
  const modes = suggestions.filter(({ type, ...more }) => type === "setMode" && more["destination"] === "session");
  return [...modes, ...directories];
}

/** Each rule, directory and mode under a name of its own, equal for equal ones. */
export function namesOf(updates: readonly PermissionUpdate[]): readonly string[] {
  return updates.flatMap((update) => {
    switch (update.type) {
      case "addRules":
        return listAt(update, "rules")
          .filter(isFields)
          .map((rule) => JSON.stringify([textAt(rule, "toolName"), textAt(rule, "ruleContent")]));
      case "addDirectories":
        return textsAt(update, "directories").map((path) => `directory ${path}`);
      case "setMode":
        return [`mode ${textAt(update, "mode")}`];
    }
  });
}

function outside(update: PermissionUpdate, cwd: string): readonly PermissionUpdate[] {
  const directories = textsAt(update, "directories").filter((path) => !isInside(path, cwd));
  return directories.length === 0 ? [] : [{ ...update, directories }];
}
