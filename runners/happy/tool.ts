import { fieldsAt, isFields, textAt, type Fields } from "../../src/runner/fields.ts";
import { toolAction, type ToolAction } from "../../src/runner/tool-action.ts";

/** A tool call as the session tells it. */
export interface Call {
  readonly name: string;
  readonly input: Fields;
  /** The session's directory on its machine. */
  readonly cwd: string;
}

/** How a tool call is shown. */
export function shownTool({ name, input, cwd }: Call): ToolAction {
  switch (name) {
    case "mcp__happy__change_title":
    case "change_title":
      return { kind: "note", title: `title: ${textAt(input, "title") ?? "changed"}` };
    case "CodexBash":
      return toolAction({ name: "bash", input: { command: commandOf(input) }, cwd });
    case "CodexPatch":
      return patch(input, cwd);
    case "exit_plan_mode":
    case "ExitPlanMode":
      return { kind: "note", title: "plan" };
    default:
      return toolAction({ name, input, cwd });
  }
}

/** Codex names its program and arguments one by one. */
export function commandOf(input: Fields): string {
  const { command } = input;
  if (!Array.isArray(command)) return textAt(input, "command") ?? "";
  const words = command.filter((word) => typeof word === "string");
  const isShell = /(?:^|\/)(?:ba|z|da)?sh$/u.test(words[0] ?? "") && /^-l?c$/u.test(words[1] ?? "");
  return (isShell ? words.slice(2) : words).join(" ");
}

function patch(input: Fields, cwd: string): ToolAction {
  const entries = Object.entries(fieldsAt(input, "changes"));
  const changes = entries.map(([path, change]) => ({ path, kind: kindOf(change) }));
  const [first] = changes;
  if (first === undefined) return { kind: "file_change", title: "patch" };
  const { title } = toolAction({ name: "edit", input: { file_path: first.path }, cwd });
  return { kind: "file_change", title: changes.length === 1 ? title : `${changes.length} files`, changes };
}

function kindOf(change: unknown): "add" | "update" | "delete" {
  const kinds = isFields(change) ? change : {};
  if ("add" in kinds) return "add";
  return "delete" in kinds ? "delete" : "update";
}
