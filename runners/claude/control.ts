import type { RunHost } from "../../src/runner/runner.ts";
import { encodeLine } from "./encode-line.ts";
import { decisionRequest, permissionAnswer, type AskedWhere } from "./permission.ts";
import type { ControlRequestLine } from "./lines.ts";

export interface ControlOptions {
  readonly decide: RunHost["decide"];
  /** Writes one line to the CLI. */
  readonly send: (line: string) => Promise<unknown>;
}

/**
 * Answers what the CLI asks over its control protocol. Several questions may be open at once. Closed by `close()`, which withdraws
 * the open ones.
 */
export class Control {
  readonly #options: ControlOptions;
  readonly #open = new Map<string, AbortController>();
  readonly #answering = new Set<Promise<void>>();

  constructor(options: ControlOptions) {
    this.#options = options;
  }

  /** Takes a request and returns at once; the answer is written when there is one. */
  receive(line: ControlRequestLine, where: AskedWhere): void {
    const answering = this.#answer(line, where).finally(() => this.#answering.delete(answering));
    this.#answering.add(answering);
  }

  /** The CLI no longer waits for an answer. */
  withdraw(requestId: string): void {
    this.#open.get(requestId)?.abort();
    this.#open.delete(requestId);
  }

  withdrawAll(): void {
    for (const requestId of this.#open.keys()) this.withdraw(requestId);
  }

  async close(): Promise<void> {
    this.withdrawAll();
    await Promise.all(this.#answering);
  }

  async #answer(line: ControlRequestLine, where: AskedWhere): Promise<void> {
    const { requestId, subtype } = line;
    const { send, decide } = this.#options;
    if (subtype !== "can_use_tool") {
      await send(response({ subtype: "error", request_id: requestId, error: "unsupported" }));
      return;
    }
    const withdrawn = new AbortController();
    this.#open.set(requestId, withdrawn);
    const decision = await decide(decisionRequest(line, where), withdrawn.signal);
    this.#open.delete(requestId);
    if (withdrawn.signal.aborted) return;
    await send(response({ subtype: "success", request_id: requestId, response: permissionAnswer(line, decision) }));
  }
}

/** Ends the running turn; what waits in the CLI's queue is dropped with it (2.1.3xx). */
export function interruptRequest(): string {
  const request = { subtype: "interrupt", cancel_queued: true };
  return encodeLine({ type: "control_request", request_id: "interrupt", request });
}

function response(content: Readonly<Record<string, unknown>>): string {
  return encodeLine({ type: "control_response", response: content });
}
