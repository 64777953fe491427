import type { Decision, DecisionRequest } from "../../src/domain/decision.ts";
import { askWhenOver } from "../../src/runner/ask-when-over.ts";
import type { DecisionNotes } from "../../src/runner/decision-notes.ts";
import type { RunHost } from "../../src/runner/runner.ts";
import { JsonRpcError } from "../../src/wire/json-rpc.ts";
import type { JsonRpcPast } from "../../src/wire/json-rpc-past.ts";
import { decodeElicitation, elicitationAnswer, questionRequest } from "./elicitation.ts";
import { grantName, type GrantName } from "./grant-name.ts";
import {
  answerIn,
  cancelledAnswer,
  decisionRequest,
  decodePermission,
  isAllowance,
  isPlan,
  permissionAnswer,
  type PermissionRequest,
} from "./permission.ts";
import type { Seen } from "./seen.ts";
import type { LastingScope } from "./permission-options.ts";

export interface AsksOptions {
  readonly host: Pick<RunHost, "decide" | "answerTaken">;
  readonly past: JsonRpcPast;
  readonly notes: DecisionNotes;
  /** How long an "always" of this agent holds where it does not say so. */
  readonly always: LastingScope | undefined;
  /** What was allowed for the session in this run or an earlier one. */
  readonly grants: { has(name: GrantName): boolean; add(name: GrantName): void };
  /** Takes note of the call. */
  readonly see: (request: PermissionRequest) => Seen;
  /** The same, once all was told of it that the user needs. */
  readonly seeWhole: (request: PermissionRequest) => Promise<Seen>;
  /** The call was not allowed. */
  readonly refused: (request: PermissionRequest) => void;
  /** The user wants the turn to end. */
  readonly interrupt: () => void;
  /** The user wants another plan. */
  readonly revise: (feedback: string) => void;
  /** The plan is approved, and with it the edits that follow. */
  readonly acceptEdits: (request: PermissionRequest) => void;
}

/** A request of the agent that was answered before the run was taken up. */
export interface RecalledRequest {
  readonly method: string;
  readonly params: unknown;
  readonly result: unknown;
}

/** What became of a permission. */
interface Decided {
  readonly request: PermissionRequest;
  readonly grant: GrantName;
  readonly decision: Decision | undefined;
  readonly isAllowed: boolean;
}

const forTheSession: Decision = { kind: "approve", scope: "session" };

/** Answers what the agent asks. Everything it has no business with here, such as files, is an unknown method. */
export class Asks {
  readonly #options: AsksOptions;
  readonly #withdrawn = new AbortController();
  /** The ids of what was decided, by the params of the agent's request, until the agent has the answer. */
  readonly #decided = new Map<unknown, string>();
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

  /** A question comes again whose answer the agent has: what followed from the answer follows again. */
  recall({ method, params, result }: RecalledRequest): void {
    if (method === "session/request_permission") this.#recallPermission(params, result);
    else if (method === "elicitation/create" && decodeElicitation(params) !== undefined) this.#recallDecision();
  }

  /** The agent has the answer to the request with these params: the protocol itself has no word for that. */
  answered(params: unknown): void {
    const id = this.#decided.get(params);
    this.#decided.delete(params);
    if (id !== undefined) this.#options.host.answerTaken(id);
  }

  /** The run ends: open questions are taken back and answered at once. */
  withdrawAll(): void {
    this.#withdrawn.abort();
  }

  async #permission(params: unknown, signal: AbortSignal): Promise<unknown> {
    const id = this.#nextId();
    const request = decodePermission(params, this.#options.always);
    const seen = await this.#options.seeWhole(request);
    const grant = grantName(request, seen);
    const isGranted = this.#options.grants.has(grant) && !signal.aborted;
    if (isGranted) return permissionAnswer(request, forTheSession);
    const decision = await this.#decide(decisionRequest(request, { id, ...seen }), params, signal);
    const answer = decision === undefined ? cancelledAnswer : permissionAnswer(request, decision);
    this.#follow({ request, grant, decision, isAllowed: isAllowance(request, answer) });
    return answer;
  }

  #recallPermission(params: unknown, result: unknown): void {
    const request = decodePermission(params, this.#options.always);
    const grant = grantName(request, this.#options.see(request));
    this.#follow({
      request,
      grant,
      decision: this.#recallDecision(),
      isAllowed: isAllowance(request, answerIn(result)),
    });
  }

  /** Undefined for a question that was taken back, and for what nobody had to be asked about. */
  #recallDecision(): Decision | undefined {
    const id = this.#nextId();
    const decision = this.#options.notes.find(id);
    if (decision !== undefined) this.#options.host.answerTaken(id);
    return decision;
  }

  #follow({ request, grant, decision, isAllowed }: Decided): void {
    if (!isAllowed) this.#options.refused(request);
    if (decision?.kind === "approve" && isAllowed) this.#approved(decision, request, grant);
    else if (decision !== undefined) this.#refused(decision);
  }

  #approved(decision: Extract<Decision, { kind: "approve" }>, request: PermissionRequest, grant: GrantName): void {
    if (decision.scope === "session") this.#options.grants.add(grant);
    if (decision.acceptEdits === true && isPlan(request.tool)) this.#options.acceptEdits(request);
  }

  #refused(decision: Decision): void {
    if (decision.kind === "deny" && decision.interrupt === true) this.#options.interrupt();
    if (decision.kind === "revise") this.#options.revise(decision.feedback);
  }

  async #elicitation(params: unknown, signal: AbortSignal): Promise<unknown> {
    const form = decodeElicitation(params);
    if (form === undefined) return { action: "decline" };
    const decision = await this.#decide(questionRequest(form, this.#nextId()), params, signal);
    return decision === undefined ? { action: "cancel" } : elicitationAnswer(form, decision);
  }

  /** The same questions have the same ids when the run is taken up. */
  #nextId(): string {
    this.#asked += 1;
    return `acp.${this.#asked}`;
  }

  /** Undefined as soon as the question was taken back: the agent waits for that before it ends its turn. */
  async #decide(request: DecisionRequest, params: unknown, signal: AbortSignal): Promise<Decision | undefined> {
    if (signal.aborted) return undefined;
    const { host, past, notes } = this.#options;
    const taken = new Promise<undefined>((resolve) => {
      signal.addEventListener("abort", () => resolve(undefined), { once: true });
    });
    const decision = await Promise.race([askWhenOver(host, past, { request, withdrawn: signal }), taken]);
    if (decision === undefined || signal.aborted) return undefined;
    notes.keep(request.id, decision);
    this.#decided.set(params, request.id);
    return decision;
  }
}
