import type { QuestionOption } from "../../src/domain/decision.ts";
import type { Fields } from "../../src/runner/fields.ts";

/** An error as OpenCode words it: the name of its class and the message of its `data`. */
export interface EngineError {
  readonly name: string;
  readonly message: string;
  /** HTTP status of the model's API. */
  readonly status: number | undefined;
}

/** A message of a session. Its parts come on their own, after it. */
export interface MessageEvent {
  readonly type: "message";
  readonly sessionId: string;
  readonly id: string;
  readonly role: string;
  /** For an assistant's message: the user's message it answers. */
  readonly parentId: string | undefined;
  /** Written for a compacted context, not for the user. */
  readonly isSummary: boolean;
}

export interface TextPart {
  readonly type: "text";
  readonly id: string;
  readonly text: string;
  /** Words the engine put there itself. */
  readonly isSynthetic: boolean;
}

export interface ReasoningPart {
  readonly type: "reasoning";
  readonly id: string;
  readonly text: string;
  readonly hasEnded: boolean;
}

export interface ToolPart {
  readonly type: "tool";
  readonly id: string;
  readonly tool: string;
  readonly status: string;
  readonly input: Fields;
  readonly output: string;
  readonly error: string | undefined;
  readonly title: string;
  readonly metadata: Fields;
  /** Names the call within its message. */
  readonly callId: string;
  /** Its output was dropped from the context long after the call. */
  readonly isCompacted: boolean;
}

/** The end of one turn of the model. */
export interface StepFinishPart {
  readonly type: "step-finish";
  readonly id: string;
  /** `stop`, `tool-calls`, `length` and others. */
  readonly reason: string;
  readonly tokens: Fields;
  readonly cost: number;
}

export type Part = TextPart | ReasoningPart | ToolPart | StepFinishPart;

export interface PartEvent {
  readonly type: "part";
  readonly sessionId: string;
  readonly messageId: string;
  readonly part: Part;
}

export interface StatusEvent {
  readonly type: "status";
  readonly sessionId: string;
  /** `busy`, `idle` or `retry`. */
  readonly status: string;
  readonly attempt: number | undefined;
  readonly message: string;
}

/** Names a call of a tool: some models count their calls anew in every message. */
export function callKey(messageId: string, callId: string): string {
  return `${messageId}/${callId}`;
}

/** The engine asks for a permission, and waits. */
export interface PermissionEvent {
  readonly type: "permission";
  readonly id: string;
  readonly sessionId: string;
  /** Such as `bash`, `edit`, `external_directory`. */
  readonly permission: string;
  readonly patterns: readonly string[];
  /** What `always` would allow from then on. */
  readonly always: readonly string[];
  readonly metadata: Fields;
  /** The call of the tool that asks, as `callKey` names it. */
  readonly call: string | undefined;
}

export interface AskedQuestion {
  readonly text: string;
  readonly multiSelect: boolean;
  readonly allowFreeText: boolean;
  readonly options: readonly QuestionOption[];
}

/** The engine asks the user, and waits. */
export interface QuestionEvent {
  readonly type: "question";
  readonly id: string;
  readonly sessionId: string;
  readonly questions: readonly AskedQuestion[];
}

/** What the server says, and what `opencode run` prints, as far as a run needs it. */
export type OpencodeEvent =
  | { readonly type: "session"; readonly id: string; readonly parentId: string | undefined }
  | MessageEvent
  | PartEvent
  | StatusEvent
  | PermissionEvent
  | QuestionEvent
  /** A permission or question was answered, or is no longer asked. */
  | { readonly type: "answered"; readonly id: string }
  | { readonly type: "error"; readonly sessionId: string | undefined; readonly error: EngineError }
  | { readonly type: "compacted"; readonly sessionId: string }
  /** Anything else; `name` is its type. */
  | { readonly type: "other"; readonly name: string };
