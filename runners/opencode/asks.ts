import type { Decision } from "../../src/domain/decision.ts";
import type { RunHost } from "../../src/runner/runner.ts";
import type { Api, Call } from "./api.ts";
import { decisionRequest, lastingRules, replyTo } from "./ask.ts";
import type { OpencodeEvent, PermissionEvent, QuestionEvent } from "./events.ts";

export interface AsksOptions {
  readonly api: Api;
  readonly decide: RunHost["decide"];
  readonly cwd: string;
  /** The session that keeps what was approved for it. */
  readonly session: string;
}

type Asked = PermissionEvent | QuestionEvent;

/** Answers what the server asks, in the main session and in those of sub-agents. Several questions may be open at once. */
export class Asks {
  readonly #options: AsksOptions;
  readonly #open = new Map<string, { readonly asked: Asked; readonly withdrawn: AbortController }>();
  readonly #answering = new Set<Promise<void>>();
  readonly #closed = new AbortController();

  constructor(options: AsksOptions) {
    this.#options = options;
  }

  /** Takes what concerns it and returns at once; the answer is sent when there is one. */
  receive(event: OpencodeEvent): void {
    if (event.type === "permission" || event.type === "question") this.#begin(event);
    if (event.type === "answered") this.#withdraw(event.id);
    // After an abort the server says nothing of what it asked before.
    if (event.type === "status" && event.status === "idle") this.#withdrawAll(event.sessionId);
  }

  /** Nobody waits for answers any more. Resolves when nothing is being sent. */
  async close(): Promise<void> {
    this.#withdrawAll();
    this.#closed.abort();
    await Promise.all(this.#answering);
  }

  #begin(asked: Asked): void {
    const answering = this.#answer(asked).finally(() => this.#answering.delete(answering));
    this.#answering.add(answering);
  }

  async #answer(asked: Asked): Promise<void> {
    const withdrawn = new AbortController();
    this.#open.set(asked.id, { asked, withdrawn });
    const decision = await this.#options.decide(decisionRequest(asked, this.#options.cwd), withdrawn.signal);
    this.#open.delete(asked.id);
    if (withdrawn.signal.aborted) return;
    await this.#send({ method: "POST", ...replyTo(asked, decision) });
    await this.#remember(asked, decision);
  }

  async #remember(asked: Asked, decision: Decision): Promise<void> {
    if (asked.type !== "permission" || decision.kind !== "approve" || decision.scope === "once") return;
    await this.#send({ method: "PATCH", path: `/session/${this.#options.session}`, body: lastingRules(asked) });
  }

  async #send(call: Omit<Call, "signal">): Promise<void> {
    try {
      await this.#options.api.call({ ...call, signal: this.#closed.signal });
    } catch {
      // The server is gone, or about to be: the end of the run tells.
    }
  }

  #withdraw(id: string): void {
    this.#open.get(id)?.withdrawn.abort();
    this.#open.delete(id);
  }

  #withdrawAll(sessionId?: string): void {
    for (const [id, { asked }] of this.#open) {
      if (sessionId === undefined || asked.sessionId === sessionId) this.#withdraw(id);
    }
  }
}
