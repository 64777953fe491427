import type { Fields } from "../../src/runner/fields.ts";

/** Why something failed. `retryable`: the same may work later. */
export interface ErrorEnvelope {
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
}

/** What happens during a send. `quiet`: a heartbeat, or something not known here, which is nothing to do. */
export type WorkerEvent =
  | { readonly type: "content_delta"; readonly text: string }
  | { readonly type: "tool_start"; readonly name: string; readonly args: Fields }
  | { readonly type: "tool_end"; readonly name: string; readonly preview: string }
  | { readonly type: "usage"; readonly counts: Fields }
  | { readonly type: "error"; readonly error: ErrorEnvelope }
  | { readonly type: "permission"; readonly isDenied: boolean; readonly name: string; readonly reason: string }
  | { readonly type: "plan_complete"; readonly plan: string }
  | { readonly type: "context"; readonly words: string }
  | { readonly type: "quiet" };

/** The answer to a send, or to anything the worker refuses. */
export interface ResultMessage {
  readonly type: "result";
  /** `unknown` when the worker could not tell what it refuses. */
  readonly id: string;
  readonly ok: boolean;
  readonly response: string;
  /** Absent where the line was too long to be read to its end. */
  readonly error?: ErrorEnvelope;
  readonly usage: Fields;
}

export interface InitOkMessage {
  readonly type: "init_ok";
  readonly id: string;
  readonly sessionId: string;
  readonly version: string | undefined;
  readonly error?: ErrorEnvelope;
}

export interface EventMessage {
  readonly type: "event";
  /** The send it belongs to. */
  readonly sendId: string | undefined;
  readonly event: WorkerEvent;
}

/** One line of the worker. `other`: the answer to `status` or `shutdown`, or of a type not known here. */
export type WorkerMessage =
  InitOkMessage | EventMessage | ResultMessage | { readonly type: "other"; readonly id: string | undefined };
