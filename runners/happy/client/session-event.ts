import type { Fields } from "../../../src/runner/fields.ts";
import type { HappyError } from "./errors.ts";
import type { Message } from "./records.ts";
import type { SessionState } from "./session-state.ts";
import type { TurnEvent } from "./turn-event.ts";

/** What happens in a session that is followed, in its order. */
export type SessionEvent =
  | { readonly type: "message"; readonly message: Message; readonly says: readonly TurnEvent[] }
  /** A message that was encrypted with another key, or is damaged. */
  | { readonly type: "unreadable"; readonly seq: number }
  | { readonly type: "state"; readonly state: SessionState }
  | { readonly type: "metadata"; readonly metadata: Fields }
  /** About every 2 s while its program runs; not after every resume. */
  | { readonly type: "activity"; readonly isActive: boolean; readonly isThinking: boolean }
  /** A notification the program sends to phones: `done`, `permission`, `question`. */
  | { readonly type: "notice"; readonly kind: string }
  /** `tokens` and `cost` of a call of the model; one call may be reported twice. */
  | { readonly type: "usage"; readonly usage: Fields }
  /** The daemon of its machine came or went. The session may go on without it. */
  | { readonly type: "machine"; readonly isActive: boolean }
  | { readonly type: "deleted" }
  /** The connection to the server broke, or is there again. What was missed meanwhile follows. */
  | { readonly type: "connection"; readonly isUp: boolean }
  /** It will not be there again: nothing more comes. */
  | { readonly type: "failed"; readonly error: HappyError };
