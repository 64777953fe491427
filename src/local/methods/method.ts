import type { LocalState } from "../world/local-state.ts";
import type { Params } from "./params.ts";

/** One call of the Bot API. */
export interface BotCall {
  readonly state: LocalState;
  readonly params: Params;
  /** Aborted when the client hung up. */
  readonly signal: AbortSignal;
}

/** Does a call and returns its `result`; refuses with `BotApiFailure`. */
export type BotMethod = (call: BotCall) => unknown;

/** Methods by Telegram's names. */
export type BotMethods = Readonly<Record<string, BotMethod>>;
