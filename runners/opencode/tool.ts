import type { FileChange } from "../../src/domain/event.ts";
import { toolAction, type ToolAction } from "../../src/runner/tool-action.ts";
import type { ToolPart } from "./events.ts";
import { textAt } from "../../src/runner/fields.ts";

/** OpenCode's names for tools that others call differently. */
const otherNames: ReadonlyMap<string, string> = new Map([
  ["list", "ls"],
  ["codesearch", "websearch"],
  ["question", "askuserquestion"],
]);

/** How a tool call is shown. */
export function shownTool(part: ToolPart, cwd: string): ToolAction {
  const { tool, input, title } = part;
  switch (tool) {
    case "apply_patch":
      return patchAction(textAt(input, "patchText") ?? "", cwd);
    case "invalid":
      return { kind: "tool", title: `invalid call of ${textAt(input, "tool") ?? "a tool"}` };
    case "skill":
      return { kind: "tool", title: `skill: ${textAt(input, "name") ?? title}` };
    case "write":
      return withFileKind(toolAction({ name: tool, input, cwd }), part);
    default:
      return titled(toolAction({ name: otherNames.get(tool) ?? tool, input, cwd }), part);
  }
}

/** A tool nobody here knows may have told what it does. */
function titled(shown: ToolAction, { tool, title }: ToolPart): ToolAction {
  return shown.kind === "tool" && shown.title === tool && title !== ""
    ? { ...shown, title: `${tool}: ${title}` }
    : shown;
}

/** `write` tells only in its result whether the file was there before. */
function withFileKind(shown: ToolAction, { metadata }: ToolPart): ToolAction {
  const { changes } = shown;
  if (changes === undefined || metadata["exists"] !== false) return shown;
  return { ...shown, changes: changes.map(({ path }) => ({ path, kind: "add" })) };
}

const patchHeader = /^\*\*\* (Add|Update|Delete) File: (.+)$/gmu;

/** The one tool for edits that models of OpenAI get. */
function patchAction(patch: string, cwd: string): ToolAction {
  const changes = [...patch.matchAll(patchHeader)].map(([, verb = "", path = ""]) => ({
    path: path.trim(),
    kind: kindOf(verb),
  }));
  const [first] = changes;
  if (first === undefined) return { kind: "file_change", title: "apply_patch" };
  const { title } = toolAction({ name: "edit", input: { filePath: first.path }, cwd });
  return { kind: "file_change", title: changes.length === 1 ? title : `${changes.length} files`, changes };
}

function kindOf(verb: string): FileChange["kind"] {
  if (verb === "Add") return "add";
  return verb === "Delete" ? "delete" : "update";
}
