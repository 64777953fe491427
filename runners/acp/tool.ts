import type { Action, ActionDetail, ActionEvent, EngineId, FileChange } from "../../src/domain/event.ts";
import { describeTool } from "./describe-tool.ts";
import type { Fields } from "../../src/runner/fields.ts";
import type { TextChange } from "../../src/runner/unified-diff.ts";
import type { ToolPatch } from "./updates.ts";

/** How much of a tool's output an action keeps, in characters: enough to show, too little to fill memory. */
const maxOutputChars = 1_000;

/** A tool call as far as it is known. */
export interface Tool {
  readonly id: string;
  readonly title: string;
  readonly name: string | undefined;
  readonly kind: string;
  readonly status: string;
  readonly input: Fields | undefined;
  readonly text: string;
  readonly changes: readonly FileChange[];
  /** Kept until it ends, for the question whether it may. */
  readonly texts: readonly TextChange[];
  readonly paths: readonly string[];
  readonly exitCode: number | undefined;
  readonly returned: string;
  /** What its terminal printed, the end of it. */
  readonly printed: string;
  readonly hasFailed: boolean;
  /** `ended` tools take no more updates. */
  readonly shown: "hidden" | "open" | "ended";
  /** The action as last shown. */
  readonly action?: Action;
}

export function newTool(id: string): Tool {
  return {
    id,
    title: "",
    name: undefined,
    kind: "other",
    status: "pending",
    input: undefined,
    text: "",
    changes: [],
    texts: [],
    paths: [],
    exitCode: undefined,
    returned: "",
    printed: "",
    hasFailed: false,
    shown: "hidden",
  };
}

export function mergeTool(tool: Tool, patch: ToolPatch): Tool {
  const { id: _same, moreOutput = "", changes = [], texts = [], ...more } = patch;
  return {
    ...tool,
    ...more,
    ...purposeOf(tool, patch),
    name: patch.name ?? tool.name ?? nameIn(patch.title ?? ""),
    // A result that says "done" replaces the diff in the list, not what was changed.
    ...(changes.length === 0 ? { changes: tool.changes, texts: tool.texts } : { changes, texts }),
    printed: `${tool.printed}${moreOutput}`.slice(-2 * maxOutputChars),
  };
}

/** Kilo announces a call after it has asked for it (7.7): what was known is better. */
function purposeOf(tool: Tool, { title = "", input }: ToolPatch): Pick<Tool, "title" | "input"> {
  const isVague = isEmptyInput(input) && tool.input !== undefined && !isEmptyInput(tool.input);
  if (isVague) return { title: tool.title, input: tool.input };
  return { title: title || tool.title, input: input ?? tool.input };
}

/** Agents without a field for the name have it as title while they know no better, or before a colon. */
function nameIn(title: string): string | undefined {
  return /^[a-z]\w*(?=:|$)/iu.exec(title)?.[0];
}

/** The user refused it: some agents never say another word of it. */
export function refuseTool(tool: Tool): Tool {
  return { ...tool, hasFailed: true };
}

/** Announced before the model has said what it wants: "Terminal" with no input. Shown, it would change its title at once. */
export function isPlaceholder({ status, input }: Tool): boolean {
  return status === "pending" && isEmptyInput(input);
}

function isEmptyInput(input: Fields | undefined): boolean {
  return input !== undefined && Object.keys(input).every((key) => key === "cwd");
}

export function isFinished({ status }: Tool): boolean {
  return status === "completed" || status === "failed";
}

/** A tool and what is said of it. */
export interface ShownTool {
  readonly tool: Tool;
  readonly events: readonly ActionEvent[];
}

/** Shows a tool that was hidden, or what changed since it was last shown. */
export function showTool(tool: Tool, { engine, cwd }: { readonly engine: EngineId; readonly cwd: string }): ShownTool {
  const action = actionOf(tool, cwd);
  if (tool.action !== undefined && isSameAction(tool.action, action)) return { tool, events: [] };
  const phase = tool.shown === "hidden" ? "started" : "updated";
  return { tool: { ...tool, shown: "open", action }, events: [{ type: "action", engine, action, phase }] };
}

/** Ends a tool. `ok` as the agent sees it. */
export function endTool(
  tool: Tool,
  { engine, cwd, ok }: { readonly engine: EngineId; readonly cwd: string; readonly ok: boolean },
): ShownTool {
  const action = actionOf(tool, cwd);
  const exitCode = action.kind === "command" ? (tool.exitCode ?? wordedExitCode(tool, ok)) : undefined;
  const output = outputOf(tool, action.kind);
  const detail: ActionDetail = {
    ...action.detail,
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(output === "" ? {} : { output: output.slice(0, maxOutputChars), outputChars: output.length }),
  };
  const event: ActionEvent = {
    type: "action",
    engine,
    action: { ...action, detail },
    phase: "completed",
    ok: ok && (exitCode ?? 0) === 0 && !tool.hasFailed,
  };
  return { tool: { ...tool, texts: [], shown: "ended" }, events: [event] };
}

function actionOf(tool: Tool, cwd: string): Action {
  const { kind, title, changes } = describeTool(tool, cwd);
  const detail: ActionDetail = {
    ...(tool.name === undefined ? {} : { tool: tool.name }),
    // The input of a file change holds the file; its path is in `changes`.
    ...(changes === undefined ? withInput(tool) : { changes }),
  };
  return { id: tool.id, kind, title, detail };
}

function withInput({ input }: Tool): Fields {
  return input === undefined || Object.keys(input).length === 0 ? {} : { input };
}

function isSameAction(a: Action, b: Action): boolean {
  const sameChanges = JSON.stringify(a.detail.changes) === JSON.stringify(b.detail.changes);
  return a.title === b.title && a.kind === b.kind && sameChanges;
}

/** What a command returned is its bare output; around its text there may be fences and headings. With files it is the other way. */
function outputOf({ text, printed, returned }: Tool, kind: Action["kind"]): string {
  const sources = kind === "command" ? [returned, printed, text] : [text, printed, returned];
  return sources.find((output) => output.trim() !== "") ?? "";
}

/** Claude and Cline tell a failed command's code in its output alone. */
function wordedExitCode(tool: Tool, ok: boolean): number | undefined {
  if (ok && !tool.hasFailed) return undefined;
  const code = /exit(?:ed with)? code:? (\d+)/iu.exec(outputOf(tool, "command"))?.[1];
  return code === undefined ? undefined : Number(code);
}
