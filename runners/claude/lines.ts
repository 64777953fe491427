/** A line every turn's events have; absent fields were absent, or of a type not expected. */
interface SessionLine {
  readonly session_id?: string | undefined;
}

/** The CLI about itself: a turn begins, a call to the API is repeated, work goes on in the background. */
export interface SystemLine extends SessionLine {
  readonly type: "system";
  readonly subtype: string;
  // init
  readonly model?: string | undefined;
  readonly cwd?: string | undefined;
  readonly permissionMode?: string | undefined;
  readonly apiKeySource?: string | undefined;
  readonly claude_code_version?: string | undefined;
  readonly output_style?: string | undefined;
  readonly tools: readonly string[];
  readonly mcp_servers: readonly unknown[];
  // api_retry; no `error_status` means that no answer came at all
  readonly attempt?: number | undefined;
  readonly max_retries?: number | undefined;
  readonly retry_delay_ms?: number | undefined;
  readonly error_status?: number | undefined;
  readonly error?: string | undefined;
  // sub-agents and background work
  readonly task_id?: string | undefined;
  readonly tool_use_id?: string | undefined;
  readonly description?: string | undefined;
  readonly status?: string | undefined;
  readonly summary?: string | undefined;
  /** `summary` is all that a sub-agent has to say, not a line about it. */
  readonly summary_is_report?: boolean | undefined;
  readonly tasks: readonly unknown[];
  // informational, compact_boundary
  readonly content?: string | undefined;
  readonly compact_metadata: { readonly pre_tokens?: number | undefined };
}

export interface AssistantLine extends SessionLine {
  readonly type: "assistant";
  /** The call that started the sub-agent that speaks here. */
  readonly parent_tool_use_id?: string | undefined;
  /** Set on messages the CLI made itself out of an API error. */
  readonly error?: string | undefined;
  readonly message: { readonly content: readonly unknown[] };
}

export interface UserLine extends SessionLine {
  readonly type: "user";
  readonly message: { readonly content: readonly unknown[] };
  readonly tool_use_result?: { readonly type?: string | undefined } | undefined;
}

export interface PermissionDenial {
  readonly tool_name: string;
  readonly tool_use_id?: string | undefined;
  readonly tool_input?: unknown;
}

/** The end of a turn. */
export interface ResultLine extends SessionLine {
  readonly type: "result";
  readonly subtype: string;
  readonly is_error: boolean;
  readonly result?: string | undefined;
  readonly errors: readonly string[];
  readonly permission_denials: readonly PermissionDenial[];
  /** The user lines this turn took (2.1.3xx). */
  readonly user_message_uuids: readonly string[];
  readonly usage: Readonly<Record<string, unknown>>;
  readonly total_cost_usd?: number | undefined;
  readonly duration_ms?: number | undefined;
  readonly num_turns?: number | undefined;
}

export interface RateLimitLine {
  readonly type: "rate_limit_event";
  readonly rate_limit_info: {
    readonly status?: string | undefined;
    /** Seconds since 1970. */
    readonly resetsAt?: number | undefined;
    readonly rateLimitType?: string | undefined;
  };
}

/** What became of a user line (2.1.3xx). */
export interface LifecycleLine {
  readonly type: "command_lifecycle";
  readonly command_uuid: string;
  readonly state?: string | undefined;
}

/** The CLI asks the host. */
export interface ControlRequestLine {
  readonly type: "control_request";
  readonly request_id: string;
  readonly request: {
    readonly subtype: string;
    readonly tool_name: string;
    readonly input: Readonly<Record<string, unknown>>;
    readonly permission_suggestions: readonly unknown[];
  };
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
  | { readonly type: "control_cancel_request"; readonly request_id: string }
  /** Anything else; `name` is its type, with its subtype if it has one. */
  | { readonly type: "other"; readonly name: string };

export interface ToolUseBlock {
  readonly type: "tool_use";
  readonly id: string;
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
}

export interface ToolResultBlock {
  readonly type: "tool_result";
  readonly tool_use_id: string;
  readonly is_error?: boolean | undefined;
  readonly content: readonly unknown[];
}

export type Block =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "thinking"; readonly thinking: string }
  | ToolUseBlock
  | ToolResultBlock;

/** What the CLI offers to remember when a permission is given. */
export type PermissionSuggestion = Readonly<Record<string, unknown>> & { readonly type: "addRules" | "setMode" };

export interface ClaudeQuestion {
  readonly question: string;
  readonly multiSelect: boolean;
  readonly options: readonly { readonly label: string; readonly description?: string | undefined }[];
}
