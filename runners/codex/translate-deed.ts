import type { Action } from "../../src/domain/event.ts";
import { toolAction } from "../../src/runner/tool-action.ts";
import type { CodexItem, DeedItem, FileChangeItem, ItemPhase, TodoItem } from "./messages.ts";
import { close, maxTextChars, showOpen, type RunState, type Step } from "./state.ts";
import { unwrapShell } from "./unwrap-shell.ts";

const deeds: ReadonlySet<string> = new Set(["command", "file_change", "tool", "web_search", "subagent", "todo"]);

export function isDeed(item: CodexItem): item is DeedItem {
  return deeds.has(item.type);
}

/** A step of the turn, which is an action from its beginning to its end. */
export function translateDeed(state: RunState, phase: ItemPhase, item: DeedItem): Step {
  const action = actionOf(item, state.cwd);
  const after = withPatch({ ...state, said: { ...state.said, isLast: false } }, phase, item);
  return phase === "completed" ? close(after, action, outcomeOf(item)) : showOpen(after, action);
}

function withPatch(state: RunState, phase: ItemPhase, item: DeedItem): RunState {
  if (item.type !== "file_change") return state;
  const patches = new Map(state.patches);
  if (phase === "completed") patches.delete(item.id);
  else patches.set(item.id, item.patch);
  return { ...state, patches };
}

function actionOf(item: DeedItem, cwd: string): Action {
  const { id } = item;
  switch (item.type) {
    case "command": {
      const { title } = toolAction({ name: "bash", input: { command: unwrapShell(item.command) }, cwd });
      const exitCode = item.exitCode === undefined ? {} : { exitCode: item.exitCode };
      return { id, kind: "command", title, detail: { status: item.status, ...exitCode, ...outputDetail(item.output) } };
    }
    case "file_change":
      return {
        id,
        kind: "file_change",
        title: changesTitle(item, cwd),
        detail: { changes: item.changes, status: item.status },
      };
    case "tool": {
      const error = item.error === undefined ? {} : { error: item.error };
      return {
        id,
        kind: "tool",
        title: item.title,
        detail: { input: item.input, status: item.status, ...error, ...outputDetail(item.output) },
      };
    }
    case "web_search":
      return { id, ...toolAction({ name: "web_search", input: { query: item.query }, cwd }), detail: {} };
    case "subagent":
      return {
        id,
        kind: "subagent",
        title: item.prompt || words(item.tool) || "sub-agent",
        detail: { tool: item.tool, status: item.status },
      };
    case "todo":
      return { id, kind: "note", title: todoTitle(item), detail: { steps: item.steps } };
  }
}

function outputDetail(output: string): { readonly output?: string; readonly outputChars?: number } {
  return output === "" ? {} : { output: output.slice(0, maxTextChars), outputChars: output.length };
}

/** `wait` for `wait`, `spawn agent` for `spawnAgent` and `spawn_agent`. */
function words(tool: string): string {
  return tool.replaceAll("_", " ").replace(/[A-Z]/gu, (letter) => ` ${letter.toLowerCase()}`);
}

function changesTitle({ changes }: FileChangeItem, cwd: string): string {
  if (changes.length > 3) return `${changes.length} files`;
  const titles = changes.map(({ path }) => toolAction({ name: "edit", input: { path }, cwd }).title);
  return titles.join(", ") || "files";
}

function todoTitle({ steps }: TodoItem): string {
  if (steps.length === 0) return "todo";
  const done = steps.filter(({ isDone }) => isDone).length;
  const next = steps.find(({ isDone }) => !isDone)?.text ?? "done";
  return `todo ${done}/${steps.length}: ${next}`;
}

function outcomeOf(item: DeedItem): { readonly ok?: boolean; readonly message?: string } {
  switch (item.type) {
    case "command":
      return { ok: item.status === "completed" && (item.exitCode ?? 0) === 0, ...declined(item.status) };
    case "tool":
      return { ok: item.status === "completed" && item.error === undefined };
    case "file_change":
    case "subagent":
      return { ok: item.status === "completed", ...declined(item.status) };
    case "web_search":
    case "todo":
      return {};
  }
}

function declined(status: string | undefined): { readonly message?: string } {
  return status === "declined" ? { message: "declined" } : {};
}
