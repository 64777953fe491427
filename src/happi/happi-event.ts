import type { Fields } from "../runner/fields.ts";
import type { RequestIdentity } from "./envelope.ts";

/** What every runtime counts; engines add their own figures. */
export interface Usage extends Fields {
  readonly input_tokens: number;
  readonly output_tokens: number;
}

/** Why a request failed. `code` is for programs, `message` for people. */
export interface HappiFailure {
  readonly code:
    | "parse_error"
    | "unknown_cmd"
    | "invalid_args"
    | "config_error"
    | "engine_unavailable"
    | "session_not_found"
    | "cancelled"
    | "runtime_error";
  readonly message: string;
}

/**
 * The seven events of the protocol without what all of them have. `resume`: the line that continues the session, which a later request
 * may have as `flags.resume`.
 */
export type HappiBody =
  | { readonly type: "started" }
  | { readonly type: "delta"; readonly text: string }
  | { readonly type: "tool_call"; readonly name: string; readonly input: Fields; readonly call_id: string }
  | { readonly type: "tool_result"; readonly name: string; readonly output: Fields; readonly call_id: string }
  | { readonly type: "sub_request"; readonly envelope: RequestIdentity & { cmd: string; args: readonly string[] } }
  | { readonly type: "completed"; readonly usage: Usage; readonly resume?: string; readonly runtime?: Fields }
  | ({ readonly type: "error"; readonly resume?: string } & HappiFailure);

/** The events of one request, in order: `started` first, `completed` or `error` last. */
export type HappiBodies = AsyncGenerator<HappiBody, void, undefined>;

/** One line for an event. `ts`: milliseconds since the request began. */
export function formatEvent({ v, id }: RequestIdentity, ts: number, body: HappiBody): string {
  const { type, ...rest } = body;
  return `${withoutLineEnds(JSON.stringify({ v, id, type, ts, ...rest }))}\n`;
}

/** Legal in JSON, and the end of a line for Node's readline and for Python's `splitlines`. */
function withoutLineEnds(json: string): string {
  return json.replace(/[\u0085\u2028\u2029]/gu, (end) => `\\u${end.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
