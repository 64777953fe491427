import type { Decision } from "../../src/domain/decision.ts";
import type { RunHost } from "../../src/runner/runner.ts";
import { ConnectionError, HappyError } from "./client/errors.ts";
import type { PermissionAnswer } from "./client/live-session.ts";
import type { PendingRequest, SessionState } from "./client/session-state.ts";
import { decisionRequest, permissionAnswer, type AskedWhere } from "./permission.ts";

export interface AsksOptions {
  readonly host: Pick<RunHost, "decide" | "answerTaken">;
  /** Resolves when the session's program has the answer. */
  readonly answer: (answer: PermissionAnswer) => Promise<void>;
  readonly where: () => AskedWhere;
  /** The user wants the turn to end. */
  readonly interrupt: () => void;
}

/** After a broken connection an answer is sent again, for as long as the question is asked. */
const attempts = 5;

/** Answers what the session's program asks. Several questions may be open at once. */
export class Asks {
  readonly #options: AsksOptions;
  /** The questions that are being answered. */
  readonly #open = new Map<string, AbortController>();
  /** Those that have an answer: the state may go on naming them for a moment. */
  readonly #answered = new Set<string>();
  #isClosed = false;

  constructor(options: AsksOptions) {
    this.#options = options;
  }

  /** Asks what is new, and takes back what is no longer asked. */
  receive({ pending }: SessionState): void {
    if (this.#isClosed) return;
    const ids = new Set(pending.map(({ id }) => id));
    for (const [id, withdrawn] of this.#open) if (!ids.has(id)) withdrawn.abort();
    for (const request of pending) {
      if (!this.#open.has(request.id) && !this.#answered.has(request.id)) void this.#ask(request);
    }
  }

  /** Nobody waits for answers any more. */
  close(): void {
    this.#isClosed = true;
    for (const withdrawn of this.#open.values()) withdrawn.abort();
  }

  async #ask(request: PendingRequest): Promise<void> {
    const { host, where } = this.#options;
    const withdrawn = new AbortController();
    this.#open.set(request.id, withdrawn);
    const decision = await host.decide(decisionRequest(request, where()), withdrawn.signal);
    const isWanted = !withdrawn.signal.aborted;
    if (isWanted) await this.#give(request, decision, withdrawn.signal);
    this.#open.delete(request.id);
  }

  async #give(request: PendingRequest, decision: Decision, withdrawn: AbortSignal): Promise<void> {
    const { host, where, interrupt } = this.#options;
    this.#answered.add(request.id);
    const isTaken = await this.#send(permissionAnswer(request, decision, where()), withdrawn);
    if (isTaken) host.answerTaken(request.id);
    if (decision.kind === "deny" && decision.interrupt === true) interrupt();
  }

  /** A program that is gone is no longer asked: the end of the run tells. */
  async #send(answer: PermissionAnswer, withdrawn: AbortSignal): Promise<boolean> {
    for (let attempt = 1; attempt <= attempts; attempt += 1) {
      try {
        await this.#options.answer(answer);
        return true;
      } catch (error) {
        if (!(error instanceof HappyError)) throw error;
        if (!(error instanceof ConnectionError) || withdrawn.aborted) return false;
      }
    }
    return false;
  }
}
