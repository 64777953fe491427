import type { Decision, DecisionRequest } from "../../src/domain/decision.ts";
import type { Fields } from "../../src/runner/fields.ts";
import type { RunHost } from "../../src/runner/runner.ts";
import type { Api, Call } from "./api.ts";
import { decisionRequest, lastingRules, replyTo } from "./ask.ts";
import { callKey, type OpencodeEvent, type PartEvent, type PermissionEvent, type QuestionEvent } from "./events.ts";
import { feedbackOn, planFileOf, planReply, readPlan } from "./plan.ts";

export interface AsksOptions {
  readonly api: Api;
  readonly host: Pick<RunHost, "decide" | "answerTaken">;
  readonly cwd: string;
  /** The session that keeps what was approved for it. */
  readonly session: string;
  /** A plan was approved: from now on the agent acts. */
  readonly planApproved: () => void;
  /** A plan was refused, which ends the turn: the next one begins with these words. */
  readonly planSentBack: (feedback: string) => void;
}

type Asked = PermissionEvent | QuestionEvent;

/** How long the server is waited for after the run has ended, in milliseconds. It says at once that it took an answer. */
const lastWordMs = 1_000;

/** Answers what the server asks, in the main session and in those of sub-agents. Several questions may be open at once. */
export class Asks {
  readonly #options: AsksOptions;
  readonly #open = new Map<string, { readonly asked: Asked; readonly withdrawn: AbortController }>();
  readonly #answering = new Set<Promise<void>>();
  readonly #closed = new AbortController();
  /** Of the tools that run, by `callKey`: what they ask for does not tell all of it. */
  readonly #calls = new Map<string, Fields>();
  #acceptsEdits = false;
  #hasRefusedPlan = false;

  constructor(options: AsksOptions) {
    this.#options = options;
  }

  /** Takes what concerns it and returns at once; the answer is sent when there is one. */
  receive(event: OpencodeEvent): void {
    if (event.type === "part") this.#note(event);
    if (event.type === "permission" || event.type === "question") this.#begin(event);
    if (event.type === "answered") this.#withdraw(event.id);
    // After an abort the server says nothing of what it asked before.
    if (event.type === "status" && event.status === "idle") this.#withdrawAll(event.sessionId);
  }

  /** Nobody waits for answers any more. Resolves when nothing is being sent: the server may yet say that it took the last one. */
  async close(): Promise<void> {
    this.#withdrawAll();
    const closing = setTimeout(() => this.#closed.abort(), lastWordMs);
    await Promise.all(this.#answering);
    clearTimeout(closing);
    this.#closed.abort();
  }

  #note({ messageId, part }: PartEvent): void {
    if (part.type !== "tool") return;
    const key = callKey(messageId, part.callId);
    if (part.status === "running") this.#calls.set(key, part.input);
    else this.#calls.delete(key);
  }

  #begin(asked: Asked): void {
    const answering = this.#answer(asked).finally(() => this.#answering.delete(answering));
    this.#answering.add(answering);
  }

  async #answer(asked: Asked): Promise<void> {
    if (this.#acceptsEdits && asked.type === "permission" && asked.permission === "edit") {
      await this.#send({ method: "POST", ...replyTo(asked, { kind: "approve", scope: "once" }) });
      return;
    }
    const { host, session } = this.#options;
    const withdrawn = new AbortController();
    this.#open.set(asked.id, { asked, withdrawn });
    const plan = asked.type === "question" && asked.sessionId === session ? planFileOf(asked) : undefined;
    const request = plan === undefined ? this.#requestFor(asked) : await this.#planRequest(asked, plan);
    if (withdrawn.signal.aborted) return;
    const decision = await host.decide(request, withdrawn.signal);
    this.#open.delete(asked.id);
    if (withdrawn.signal.aborted) return;
    if (request.kind === "plan") this.#settlePlan(decision);
    const reply = request.kind === "plan" ? planReply(asked.id, decision) : replyTo(asked, decision);
    if (await this.#send({ method: "POST", ...reply })) host.answerTaken(asked.id);
    await this.#remember(asked, decision);
  }

  #requestFor(asked: Asked): DecisionRequest {
    const call = asked.type === "permission" ? this.#calls.get(asked.call ?? "") : undefined;
    return decisionRequest(asked, { cwd: this.#options.cwd, call: call ?? {} });
  }

  async #planRequest({ id }: Asked, file: string): Promise<DecisionRequest> {
    const markdown = await readPlan(file, this.#options.api, this.#closed.signal);
    return { kind: "plan", id, markdown: markdown ?? `The plan is in ${file}, which can't be read.` };
  }

  /** Before the answer is sent: the turn may end with it. */
  #settlePlan(decision: Decision): void {
    const { planApproved, planSentBack } = this.#options;
    if (decision.kind === "approve") {
      this.#acceptsEdits = decision.acceptEdits === true;
      planApproved();
    }
    const feedback = feedbackOn(decision);
    // A model that asks on and on where nobody answers would never end.
    if (feedback === undefined || this.#hasRefusedPlan) return;
    this.#hasRefusedPlan = decision.kind !== "revise";
    planSentBack(feedback);
  }

  async #remember(asked: Asked, decision: Decision): Promise<void> {
    if (asked.type !== "permission" || decision.kind !== "approve" || decision.scope === "once") return;
    await this.#send({ method: "PATCH", path: `/session/${this.#options.session}`, body: lastingRules(asked) });
  }

  /** Whether the server took it. */
  async #send(call: Omit<Call, "signal">): Promise<boolean> {
    try {
      const { status } = await this.#options.api.call({ ...call, signal: this.#closed.signal });
      return status < 300;
    } catch {
      // The server is gone, or about to be: the end of the run tells.
      return false;
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
