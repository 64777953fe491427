import type { Fields } from "../../src/runner/fields.ts";

/** The CLI about itself: a turn begins, a call to the API is repeated, work goes on in the background. */
export interface SystemLine {
  readonly type: "system";
  readonly subtype: string;
  readonly session_id: string | undefined;
  /** The whole line; what is in it depends on the subtype. */
  readonly fields: Fields;
}

export interface AssistantLine {
  readonly type: "assistant";
  readonly session_id: string | undefined;
  /** The call that started the sub-agent that speaks here. */
  readonly parent_tool_use_id: string | undefined;
  /** Set on messages the CLI made itself out of an API error. */
  readonly error: string | undefined;
  readonly blocks: readonly Block[];
}

export interface UserLine {
  readonly type: "user";
  readonly session_id: string | undefined;
  /** As it was sent, on lines that repeat what the host sent. Such lines are marked as `isReplay` since 2.0. */
  readonly uuid: string | undefined;
  readonly blocks: readonly Block[];
  /** `create` for a Write of a new file. */
  readonly resultType: string | undefined;
}

export interface PermissionDenial {
  readonly tool: string;
  readonly toolUseId: string | undefined;
  readonly input: unknown;
}

/** The end of a turn. */
export interface ResultLine {
  readonly type: "result";
  readonly subtype: string;
  readonly is_error: boolean;
  readonly result: string | undefined;
  readonly errors: readonly string[];
  readonly permission_denials: readonly PermissionDenial[];
  /** The user lines this turn took (2.1.3xx). */
  readonly user_message_uuids: readonly string[];
  readonly usage: Fields;
  readonly total_cost_usd: number | undefined;
  readonly duration_ms: number | undefined;
  readonly num_turns: number | undefined;
}

export interface RateLimitLine {
  readonly type: "rate_limit_event";
  readonly status: string | undefined;
  /** Seconds since 1970. */
  readonly resetsAt: number | undefined;
  readonly rateLimitType: string | undefined;
}

/** What became of a user line (2.1.3xx). */
export interface LifecycleLine {
  readonly type: "command_lifecycle";
  readonly uuid: string;
  readonly state: string | undefined;
}

/** The CLI asks the host. The last three are empty unless it asks for a permission. */
export interface ControlRequestLine {
  readonly type: "control_request";
  readonly requestId: string;
  readonly subtype: string;
  readonly tool: string;
  readonly input: Fields;
  readonly suggestions: readonly PermissionUpdate[];
}

export type ClaudeLine =
  | SystemLine
  | AssistantLine
  | UserLine
  | ResultLine
  | RateLimitLine
  | LifecycleLine
  | ControlRequestLine
  | { readonly type: "conversation_reset" }
  | { readonly type: "control_cancel_request"; readonly requestId: string }
  /** Anything else; `name` is its type. */
  | { readonly type: "other"; readonly name: string };

export interface ToolUseBlock {
  readonly type: "tool_use";
  readonly id: string;
  readonly name: string;
  readonly input: Fields;
}

export interface ToolResultBlock {
  readonly type: "tool_result";
  /** Of the call it belongs to. */
  readonly id: string;
  readonly isError: boolean;
  /** Text, or blocks. */
  readonly content: unknown;
}

export type Block =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "thinking"; readonly text: string }
  | ToolUseBlock
  | ToolResultBlock;

/** What the CLI offers to remember when a permission is given. Its keys beside `type` depend on that. */
export type PermissionUpdate = Fields & { readonly type: "addRules" | "addDirectories" | "setMode" };

export interface ClaudeQuestion {
  readonly text: string;
  readonly multiSelect: boolean;
  readonly options: readonly { readonly label: string; readonly description?: string }[];
}
