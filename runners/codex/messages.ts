import type { FileChange } from "../../src/domain/event.ts";
import type { Fields } from "../../src/runner/fields.ts";

/** `exec --json` says `in_progress`, the app-server `inProgress`; anything else but `completed` is no success. */
export type ItemStatus = string | undefined;

export interface CommandItem {
  readonly type: "command";
  readonly id: string;
  /** As Codex runs it, in a shell: `/bin/bash -lc 'npm test'`. */
  readonly command: string;
  readonly output: string;
  readonly exitCode: number | undefined;
  readonly status: ItemStatus;
}

export interface FileChangeItem {
  readonly type: "file_change";
  readonly id: string;
  readonly changes: readonly FileChange[];
  /** The changes as reported; only the app-server's have a `diff`. */
  readonly patch: readonly Fields[];
  readonly status: ItemStatus;
}

/** Of an MCP server, or one of the rarer tools of Codex itself. */
export interface ToolItem {
  readonly type: "tool";
  readonly id: string;
  readonly title: string;
  readonly input: unknown;
  readonly output: string;
  readonly error: string | undefined;
  readonly status: ItemStatus;
}

export interface SubagentItem {
  readonly type: "subagent";
  readonly id: string;
  readonly tool: string;
  readonly prompt: string;
  readonly status: ItemStatus;
}

export interface TodoItem {
  readonly type: "todo";
  readonly id: string;
  readonly steps: readonly { readonly text: string; readonly isDone: boolean }[];
}

export interface WebSearchItem {
  readonly type: "web_search";
  readonly id: string;
  readonly query: string;
}

/** What Codex does in a turn. */
export type DeedItem = CommandItem | FileChangeItem | ToolItem | SubagentItem | TodoItem | WebSearchItem;

/** What is said in a turn. */
export type WordsItem =
  /** `phase` tells commentary from the final answer; older models and `exec --json` leave it out. */
  | { readonly type: "message"; readonly id: string; readonly text: string; readonly phase: string | undefined }
  /** What a turn in plan mode was for. */
  | { readonly type: "plan"; readonly id: string; readonly text: string }
  | { readonly type: "reasoning"; readonly id: string; readonly text: string }
  | { readonly type: "compaction"; readonly id: string }
  | { readonly type: "warning"; readonly id: string; readonly text: string }
  /** What the user said. */
  | { readonly type: "prompt" }
  | { readonly type: "quiet" };

/** A part of a turn, the same for both ways of talking to Codex. */
export type CodexItem = DeedItem | WordsItem;

export type ItemPhase = "started" | "updated" | "completed";

export interface TurnError {
  readonly message: string;
  /** More about the cause. */
  readonly detail?: string;
  /** Codex's name for the cause, such as `unauthorized`. */
  readonly cause?: string;
}

/** Tokens by kind, all numbers of the thread so far. */
export type TokenCounts = Readonly<Record<string, number>>;

/**
 * What Codex said. `thread` and `turn` are missing in `exec --json`, which has one of each. Sub-agents have threads of their own in
 * the app-server.
 */
export type CodexMessage =
  | { readonly type: "thread"; readonly thread: string; readonly model?: string; readonly meta: Fields }
  | { readonly type: "turn_started"; readonly thread?: string; readonly turn?: string }
  | {
      readonly type: "turn_ended";
      readonly thread?: string;
      readonly status: "completed" | "interrupted" | "failed";
      readonly error?: TurnError;
      readonly usage?: TokenCounts;
    }
  | { readonly type: "item"; readonly thread?: string; readonly phase: ItemPhase; readonly item: CodexItem }
  | { readonly type: "delta"; readonly thread?: string; readonly itemId: string; readonly text: string }
  | { readonly type: "error"; readonly thread?: string; readonly error: TurnError; readonly willRetry: boolean }
  | {
      readonly type: "usage";
      readonly thread?: string;
      readonly turn: string;
      readonly total: TokenCounts;
      readonly last: TokenCounts;
    }
  /** `resetsAt`: when those that are used up are over, in milliseconds since 1970; absent where none is. */
  | { readonly type: "limits"; readonly resetsAt?: number }
  | { readonly type: "warning"; readonly text: string }
  /** Understood, and nothing a chat needs. */
  | { readonly type: "quiet" }
  /** Anything else. */
  | { readonly type: "other"; readonly name: string };
