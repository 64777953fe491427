import type { FileChange } from "../../src/domain/event.ts";
import { toolAction, type ToolAction } from "../../src/runner/tool-action.ts";
import { isFields, listAt, textAt, textsAt, type Fields } from "../../src/runner/fields.ts";

/** What a tool call tells of itself. `kind` is the protocol's. */
interface Described {
  readonly title: string;
  readonly name: string | undefined;
  readonly kind: string;
  readonly input: Fields | undefined;
  readonly changes: readonly FileChange[];
  readonly paths: readonly string[];
}

/** How a tool call is shown: by its name where that is a common one, else by its kind. */
export function describeTool(tool: Described, cwd: string): ToolAction {
  const subject: Subject = { tool, input: tool.input ?? {}, name: tool.name ?? "", cwd };
  return subagent(subject) ?? fileChange(subject) ?? byName(subject) ?? byKind(subject);
}

interface Subject {
  readonly tool: Described;
  readonly input: Fields;
  readonly name: string;
  readonly cwd: string;
}

function subagent({ tool, input, name }: Subject): ToolAction | undefined {
  const isOne = ["subagent_type", "agent_type", "agent_name"].some((key) => textAt(input, key) !== undefined);
  const isNamed = tool.kind !== "execute" && /^(?:agent|task|spawn_agent)$/iu.test(name);
  if (!isOne && !isNamed) return undefined;
  return { kind: "subagent", title: textAt(input, "description") ?? textAt(input, "prompt") ?? titleOf(tool) };
}

function fileChange({ tool, input, name, cwd }: Subject): ToolAction | undefined {
  const isEdit = ["edit", "delete", "move"].includes(tool.kind) || name === "apply_patch";
  if (!isEdit && tool.changes.length === 0) return undefined;
  const changes = changesOf(tool, input);
  const [first, ...others] = changes;
  if (first === undefined) return { kind: "file_change", title: titleOf(tool) };
  const { title } = toolAction({ name: "edit", input: { path: first.path }, cwd });
  return { kind: "file_change", title: others.length === 0 ? title : `${title} and ${others.length} more`, changes };
}

function changesOf(tool: Described, input: Fields): readonly FileChange[] {
  if (tool.changes.length > 0) return tool.changes;
  const patched = patchChanges(input);
  if (patched.length > 0) return patched;
  const kind = tool.kind === "delete" ? "delete" : "update";
  return tool.paths.map((path) => ({ path, kind }));
}

/** What Cline and Codex give to `apply_patch`: a patch in a form of its own. */
export function patchIn(input: Fields): string | undefined {
  return [textAt(input, "patchText"), textAt(input, "input")].find((text) => text?.startsWith("*** Begin Patch"));
}

const patchKinds = { Add: "add", Update: "update", Delete: "delete" } as const;

export function patchChanges(input: Fields): readonly FileChange[] {
  return [...(patchIn(input) ?? "").matchAll(/^\*\*\* (Add|Update|Delete) File: (.+)$/gmu)].flatMap(([, verb, path]) =>
    (verb === "Add" || verb === "Update" || verb === "Delete") && path !== undefined
      ? [{ path, kind: patchKinds[verb] }]
      : [],
  );
}

/** A name that means nothing to us comes back as the title. */
function byName({ input, name, cwd }: Subject): ToolAction | undefined {
  if (name === "") return undefined;
  const { kind, title } = toolAction({ name, input, cwd });
  return title === name ? undefined : { kind, title };
}

function byKind({ tool, input, name, cwd }: Subject): ToolAction {
  const title = titleOf(tool);
  switch (tool.kind) {
    case "execute":
      return toolAction({ name: "bash", input: { command: commandOf(input) ?? title }, cwd });
    case "read":
      return readAction({ path: tool.paths[0] ?? fileIn(input), title, cwd });
    case "search":
    case "fetch":
      return isWebSearch(`${name} ${title}`)
        ? { kind: "web_search", title: textAt(input, "query") ?? title }
        : lookup({ kind: tool.kind, input, title, cwd });
    case "think":
    case "switch_mode":
      return { kind: "note", title };
    default:
      return { kind: "tool", title };
  }
}

function readAction({ path, title, cwd }: { path: string | undefined; title: string; cwd: string }): ToolAction {
  return path === undefined ? { kind: "tool", title } : toolAction({ name: "read", input: { path }, cwd });
}

/** Cline names its files only there (3.0). */
function fileIn(input: Fields): string | undefined {
  const [first] = listAt(input, "files").filter(isFields);
  return first === undefined ? undefined : textAt(first, "path");
}

function lookup({ kind, input, title, cwd }: { kind: string; input: Fields; title: string; cwd: string }): ToolAction {
  const name = kind === "fetch" ? "webfetch" : "grep";
  const hasSubject = textAt(input, kind === "fetch" ? "url" : "pattern") !== undefined;
  return hasSubject ? toolAction({ name, input, cwd }) : { kind: "tool", title };
}

function isWebSearch(words: string): boolean {
  return /web_?search/iu.test(words);
}

/** A line, a list that begins with a shell (`bash -lc …`), a list of words, or several lines (Cline). */
export function commandOf(input: Fields): string | undefined {
  const line = textAt(input, "command");
  if (line !== undefined) return line;
  const words = textsAt(input, "command");
  if (words.length > 0) return /^-\w*c$/u.test(words[1] ?? "") ? words.slice(2).join(" ") : words.join(" ");
  const lines = textsAt(input, "commands");
  return lines.length === 0 ? undefined : lines.join("; ");
}

/** Cline's titles end in the input as JSON, cut (3.0). */
function titleOf({ title, name, kind }: Described): string {
  const words = title.replace(/^(\w+): \{".*/su, "$1");
  return [words, name, kind].find((text) => text !== undefined && text !== "") ?? "tool";
}
