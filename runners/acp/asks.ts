import type { Decision, DecisionRequest } from "../../src/domain/decision.ts";
import type { RunHost } from "../../src/runner/runner.ts";
import { JsonRpcError } from "../../src/wire/json-rpc.ts";
import { decodeElicitation, elicitationAnswer, questionRequest } from "./elicitation.ts";
import {
  cancelledAnswer,
  decisionRequest,
  decodePermission,
  isAllowance,
  permissionAnswer,
  type PermissionRequest,
} from "./permission.ts";

export interface AsksOptions {
  readonly decide: RunHost["decide"];
  /** Takes note of the call a permission is asked for; returns its title, and what was told before, of it or by the agent. */
  readonly see: (request: PermissionRequest) => Promise<{ readonly title: string; readonly words: string }>;
  /** The call was not allowed. */
  readonly refused: (request: PermissionRequest) => void;
  /** The user wants the turn to end. */
  readonly interrupt: () => void;
  /** The user wants another plan. */
  readonly revise: (feedback: string) => void;
}

/** Answers what the agent asks. Everything it has no business with here, such as files, is an unknown method. */
export class Asks {
  readonly #options: AsksOptions;
  readonly #withdrawn = new AbortController();
  #asked = 0;

  constructor(options: AsksOptions) {
    this.#options = options;
  }

  /** `signal` aborts when the agent takes the question back, or is gone. */
  async answer(method: string, params: unknown, signal: AbortSignal): Promise<unknown> {
    const either = AbortSignal.any([signal, this.#withdrawn.signal]);
    if (method === "session/request_permission") return await this.#permission(params, either);
    if (method === "elicitation/create") return await this.#elicitation(params, either);
    // OpenCode and Kilo ask to write files although nobody offered it, and take this well (1.18, 7.7).
    throw new JsonRpcError(-32601, `Method not found: ${method}`);
  }

  /** The run ends: open questions are taken back and answered at once. */
  withdrawAll(): void {
    this.#withdrawn.abort();
  }

  async #permission(params: unknown, signal: AbortSignal): Promise<unknown> {
    const request = decodePermission(params);
    const where = await this.#options.see(request);
    const decision = await this.#decide(decisionRequest(request, { id: this.#nextId(), ...where }), signal);
    if (decision?.kind === "deny" && decision.interrupt === true) this.#options.interrupt();
    if (decision?.kind === "revise") this.#options.revise(decision.feedback);
    const answer = decision === undefined ? cancelledAnswer : permissionAnswer(request, decision);
    if (!isAllowance(request, answer)) this.#options.refused(request);
    return answer;
  }

  async #elicitation(params: unknown, signal: AbortSignal): Promise<unknown> {
    const form = decodeElicitation(params);
    if (form === undefined) return { action: "decline" };
    const decision = await this.#decide(questionRequest(form, this.#nextId()), signal);
    return decision === undefined ? { action: "cancel" } : elicitationAnswer(form, decision);
  }

  #nextId(): string {
    this.#asked += 1;
    return `acp.${this.#asked}`;
  }

  /** Undefined as soon as the question was taken back: the agent waits for that before it ends its turn. */
  async #decide(request: DecisionRequest, signal: AbortSignal): Promise<Decision | undefined> {
    if (signal.aborted) return undefined;
    const taken = new Promise<undefined>((resolve) => {
      signal.addEventListener("abort", () => resolve(undefined), { once: true });
    });
    const decision = await Promise.race([this.#options.decide(request, signal), taken]);
    return signal.aborted ? undefined : decision;
  }
}
