import { resolve } from "node:path";
import type { Decision } from "../../src/domain/decision.ts";
import { askWhenOver } from "../../src/runner/ask-when-over.ts";
import type { DecisionNotes } from "../../src/runner/decision-notes.ts";
import type { Fields } from "../../src/runner/fields.ts";
import { isInside } from "../../src/runner/is-inside.ts";
import type { RunHost } from "../../src/runner/runner.ts";
import type { JsonRpcPast } from "../../src/wire/json-rpc-past.ts";
import type { Ask } from "./ask.ts";
import { decodeAsk } from "./decode-ask.ts";
import type { SessionGrants } from "../../src/runner/session-grants.ts";
import type { RunState } from "./state.ts";

/** A request of the app-server. */
export interface AskedRequest {
  readonly method: string;
  readonly params: unknown;
  /** Aborted when Codex no longer waits for the answer. */
  readonly signal: AbortSignal;
}

export interface AsksOptions {
  readonly host: RunHost;
  readonly past: JsonRpcPast;
  readonly notes: DecisionNotes;
  readonly cwd: string;
  readonly grants: SessionGrants;
  /** Aborted when no question of the run can be answered any more. */
  readonly over: AbortSignal;
}

/** What Codex asks during a run, on its way to the user and back. */
export class Asks {
  readonly #options: AsksOptions;
  /** Ids of the questions whose answer is on its way, by the parameters they came with. */
  readonly #given = new Map<unknown, string>();
  #count = 0;
  #areEditsAccepted = false;

  constructor(options: AsksOptions) {
    this.#options = options;
  }

  /** Changes of files in the run's directory are no longer asked about. */
  acceptEdits(): void {
    this.#areEditsAccepted = true;
  }

  /** The answer, as Codex wants it. `undefined`: this can't be answered by a user. */
  async answer({ method, params, signal }: AskedRequest, state: RunState): Promise<Fields | undefined> {
    const { host, over, past, notes } = this.#options;
    const ask = this.#read(method, params, state);
    if (ask === undefined || this.#isAllowed(ask, state)) return ask?.answer({ kind: "approve", scope: "session" });
    const { request } = ask;
    const decision = await askWhenOver(host, past, { request, withdrawn: AbortSignal.any([signal, over]) });
    if (host.signal.aborted) return ask.answer({ kind: "deny", reason: "cancelled", interrupt: true });
    if (!signal.aborted) notes.keep(request.id, decision);
    this.#given.set(params, request.id);
    this.#remember(ask, decision, state);
    return ask.answer(decision);
  }

  /** A request comes again whose answer Codex has: what it was allowed for longer counts on. False when nobody could answer it. */
  recall({ method, params }: Omit<AskedRequest, "signal">, state: RunState): boolean {
    const { host, notes } = this.#options;
    const ask = this.#read(method, params, state);
    const decision = ask === undefined ? undefined : notes.find(ask.request.id);
    if (ask === undefined || decision === undefined) return ask !== undefined;
    this.#remember(ask, decision, state);
    host.answerTaken(ask.request.id);
    return true;
  }

  /** Codex has the answer to the request that came with these parameters. */
  confirm(params: unknown): void {
    const { host, over } = this.#options;
    const id = this.#given.get(params);
    this.#given.delete(params);
    if (id !== undefined && !over.aborted) host.answerTaken(id);
  }

  /** The same requests have the same ids when the run is taken up. */
  #read(method: string, params: unknown, { patches }: RunState): Ask | undefined {
    this.#count += 1;
    return decodeAsk(method, params, { id: `ask-${this.#count}`, cwd: this.#options.cwd, patches });
  }

  #isAllowed({ names = [], edits = [] }: Ask, { thread }: RunState): boolean {
    const { grants, cwd } = this.#options;
    if (thread !== undefined && grants.covers(thread, names)) return true;
    return this.#areEditsAccepted && edits.length > 0 && edits.every((path) => isInside(resolve(cwd, path), cwd));
  }

  #remember({ names = [] }: Ask, decision: Decision, { thread }: RunState): void {
    if (decision.kind !== "approve" || decision.scope === "once") return;
    if (thread !== undefined) this.#options.grants.add(thread, names);
  }
}
