import type { ActionEvent } from "../../src/domain/event.ts";
import { engine, type RunState } from "./state.ts";

/** Events that are understood and say nothing a chat needs. Seen with 1.18.33, or named in its `GET /doc`. */
const quietNames: ReadonlySet<string> = new Set(
  (
    "server.connected server.heartbeat server.instance.disposed global.disposed session.updated session.deleted session.diff " +
    "message.removed message.part.delta message.part.removed todo.updated file.edited file.watcher.updated vcs.branch.updated " +
    "command.executed installation.updated installation.update-available project.updated project.directories.updated " +
    "lsp.updated lsp.client.diagnostics mcp.tools.changed mcp.browser.open.failed " +
    "plugin.added catalog.updated integration.updated integration.connection.updated reference.updated models-dev.refreshed " +
    "pty.created pty.updated pty.exited pty.deleted workspace.ready workspace.failed workspace.status " +
    "worktree.ready worktree.failed tui.toast.show " +
    // Of the parts of a message, and of the lines of `opencode run`.
    "part/step-start part/patch part/snapshot part/file part/agent part/subtask part/retry part/compaction step_start"
  ).split(" "),
);

/** Notes a type nobody here knows. The newer generation of events (`session.next.*`) repeats what the older ones say. */
export function countUnknown(state: RunState, name: string): RunState {
  if (quietNames.has(name) || name.startsWith("session.next.")) return state;
  return { ...state, unknown: new Map(state.unknown).set(name, (state.unknown.get(name) ?? 0) + 1) };
}

/** One hidden action for all of them, at the end of the run. */
export function unknownEvents(state: RunState): readonly ActionEvent[] {
  if (state.unknown.size === 0) return [];
  const named = [...state.unknown].map(([name, count]) => `${name} ×${count}`).join(", ");
  const detail = { counts: Object.fromEntries(state.unknown) };
  const action = {
    id: `${engine}.unknown`,
    kind: "telemetry",
    title: `events of an unknown type: ${named}`,
    detail,
  } as const;
  return [{ type: "action", engine, action, phase: "completed", level: "debug" }];
}
