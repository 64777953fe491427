import type { ActionKind, FileChange } from "../domain/event.ts";

/** How a tool call is shown: its kind, its title, and for file changes the files. */
export interface ToolAction {
  readonly kind: ActionKind;
  readonly title: string;
  readonly changes?: readonly FileChange[];
}

/** A tool call as an engine reports it. `cwd` is the run's directory; paths below it are shown relative to it. */
export interface ToolCall {
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly cwd: string;
}

type Mapping = (call: ToolCall) => ToolAction;

/** By lower-case tool name; the tools of Claude Code, OpenCode and Pi, which share most of their names. */
const mappings: ReadonlyMap<string, Mapping> = new Map([
  ...entries(["bash", "shell", "killshell"], command),
  ...entries(["edit", "write", "multiedit", "notebookedit"], fileChange),
  ...entries(["read"], (call) => labelled("read", pathOf(call), call)),
  ...entries(["glob"], (call) => labelled("glob", textOf(call, ["pattern"]), call)),
  ...entries(["ls"], (call) => labelled("ls", pathOf(call), call)),
  ...entries(["grep", "find"], pattern),
  ...entries(["websearch", "web_search"], (call) => web(call, "query", "search")),
  ...entries(["webfetch", "web_fetch"], (call) => web(call, "url", "fetch")),
  ...entries(["todowrite", "taskcreate", "taskupdate"], () => note("update todos")),
  ...entries(["todoread", "tasklist", "taskget"], () => note("read todos")),
  ...entries(["askuserquestion"], () => note("ask user")),
  ...entries(["task", "agent"], subagent),
]);

/** Kind and title of a tool call. A tool not known here is a `tool` with its raw name as title. */
export function toolAction(call: ToolCall): ToolAction {
  const mapping = mappings.get(call.name.toLowerCase());
  return mapping === undefined ? { kind: "tool", title: call.name } : mapping(call);
}

function entries(names: readonly string[], mapping: Mapping): readonly (readonly [string, Mapping])[] {
  return names.map((name) => [name, mapping]);
}

function command(call: ToolCall): ToolAction {
  const line = textOf(call, ["command"]);
  return { kind: "command", title: line === undefined ? call.name : withRelativePaths(line, call.cwd) };
}

function fileChange(call: ToolCall): ToolAction {
  const path = pathOf(call);
  if (path === undefined) return { kind: "file_change", title: call.name };
  return { kind: "file_change", title: withRelativePaths(path, call.cwd), changes: [{ path, kind: "update" }] };
}

function labelled(label: string, subject: string | undefined, call: ToolCall): ToolAction {
  if (subject === undefined) return { kind: "tool", title: call.name };
  return { kind: "tool", title: `${label}: \`${withRelativePaths(subject, call.cwd)}\`` };
}

function pattern(call: ToolCall): ToolAction {
  const subject = textOf(call, ["pattern"]);
  const name = call.name.toLowerCase();
  return { kind: "tool", title: subject === undefined ? call.name : `${name}: ${subject}` };
}

function web(call: ToolCall, key: string, fallback: string): ToolAction {
  return { kind: "web_search", title: textOf(call, [key]) ?? fallback };
}

function subagent(call: ToolCall): ToolAction {
  return { kind: "subagent", title: textOf(call, ["description", "prompt"]) ?? call.name };
}

function note(title: string): ToolAction {
  return { kind: "note", title };
}

function pathOf(call: ToolCall): string | undefined {
  return textOf(call, ["file_path", "filePath", "notebook_path", "notebookPath", "path"]);
}

function textOf(call: ToolCall, keys: readonly string[]): string | undefined {
  for (const key of keys) {
    const value = call.input[key];
    if (typeof value === "string" && value !== "") return value;
  }
  return undefined;
}

/** Writes `cwd/x` as `x` and `cwd` itself as `.`, wherever they stand as whole paths: `/app-old` is not below `/app`. */
function withRelativePaths(text: string, cwd: string): string {
  if (cwd === "" || cwd === "/" || !text.includes(cwd)) return text;
  const escaped = cwd.replace(/[.*+?^${}()|[\]\\]/gu, "\\$&");
  const below = new RegExp(`(?<![\\w./-])${escaped}/(?=[\\w.@-])`, "gu");
  const itself = new RegExp(`(?<![\\w./-])${escaped}/?(?![\\w./-])`, "gu");
  return text.replace(below, "").replace(itself, ".");
}
