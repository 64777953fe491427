import type { Fields } from "../../src/runner/fields.ts";

/** The end of a message of the model. */
export interface AssistantLine {
  readonly type: "assistant";
  readonly text: string;
  readonly thoughts: readonly string[];
  /** `stop`, `toolUse`, `length`, `error`, `aborted`. */
  readonly stopReason: string | undefined;
  readonly errorMessage: string | undefined;
  readonly usage: Fields;
}

export interface ToolStartLine {
  readonly type: "tool";
  readonly phase: "started";
  readonly id: string;
  readonly name: string;
  readonly input: Fields;
}

export interface ToolEndLine {
  readonly type: "tool";
  readonly phase: "completed";
  readonly id: string;
  readonly name: string;
  readonly isError: boolean;
  readonly output: string;
  /** 1.x says it; 0.73.1 only in the words of the output. */
  readonly exitCode: number | undefined;
}

/** A call of the model is repeated; `summary` for the calls that compact the context. */
export interface RetryLine {
  readonly type: "retry";
  readonly phase: "started";
  readonly of: "answer" | "summary";
  readonly attempt: number | undefined;
  readonly most: number | undefined;
  readonly delayMs: number | undefined;
  readonly error: string | undefined;
}

export interface CompactionEndLine {
  readonly type: "compaction";
  readonly phase: "completed";
  readonly isAborted: boolean;
  readonly willRetry: boolean;
  readonly error: string | undefined;
  readonly tokensBefore: number | undefined;
}

/** The answer to a command. */
export interface ResponseLine {
  readonly type: "response";
  readonly id: string;
  readonly command: string;
  readonly ok: boolean;
  readonly error: string | undefined;
  readonly data: Fields;
}

/** An extension asks the user, and waits. */
export interface DialogLine {
  readonly type: "dialog";
  readonly id: string;
  readonly method: "select" | "confirm" | "input" | "editor";
  readonly title: string;
  /** What stands below the title: the message of a `confirm`, the placeholder or the text to begin with of the others. */
  readonly text: string;
  readonly options: readonly string[];
  /** Pi answers itself after that long. */
  readonly timeoutMs: number | undefined;
}

/** `willRetry` is there from the versions on that say `settled` in the end. */
export type AgentLine =
  | { readonly type: "agent"; readonly phase: "started" | "settled" }
  | { readonly type: "agent"; readonly phase: "ended"; readonly willRetry: boolean | undefined };

export type PiLine =
  /** The header of print mode. */
  | { readonly type: "session"; readonly id: string }
  | AgentLine
  | AssistantLine
  | ToolStartLine
  | ToolEndLine
  | RetryLine
  | { readonly type: "retry"; readonly phase: "completed"; readonly ok: boolean }
  | { readonly type: "compaction"; readonly phase: "started" }
  | CompactionEndLine
  | ResponseLine
  | DialogLine
  /** An extension tells the user something, or failed. */
  | { readonly type: "notice"; readonly text: string; readonly level: "info" | "warning" | "error" }
  /** Understood, and nothing a chat needs. */
  | { readonly type: "quiet" }
  /** Anything else; `name` is its type. */
  | { readonly type: "other"; readonly name: string };
