import { resolve } from "node:path";
import type { Fields } from "../../src/runner/fields.ts";
import { isInside } from "../../src/runner/is-inside.ts";
import type { RunHost } from "../../src/runner/runner.ts";
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
    const { host, cwd, over } = this.#options;
    this.#count += 1;
    const ask = decodeAsk(method, params, { id: `ask-${this.#count}`, cwd, patches: state.patches });
    if (ask === undefined || this.#isAllowed(ask, state)) return ask?.answer({ kind: "approve", scope: "session" });
    const decision = await host.decide(ask.request, AbortSignal.any([signal, over]));
    if (host.signal.aborted) return ask.answer({ kind: "deny", reason: "cancelled", interrupt: true });
    this.#given.set(params, ask.request.id);
    if (decision.kind === "approve" && decision.scope !== "once") this.#remember(ask, state);
    return ask.answer(decision);
  }

  /** Codex has the answer to the request that came with these parameters. */
  confirm(params: unknown): void {
    const { host, over } = this.#options;
    const id = this.#given.get(params);
    this.#given.delete(params);
    if (id !== undefined && !over.aborted) host.answerTaken(id);
  }

  #isAllowed({ names = [], edits = [] }: Ask, { thread }: RunState): boolean {
    const { grants, cwd } = this.#options;
    if (thread !== undefined && grants.covers(thread, names)) return true;
    return this.#areEditsAccepted && edits.length > 0 && edits.every((path) => isInside(resolve(cwd, path), cwd));
  }

  #remember({ names = [] }: Ask, { thread }: RunState): void {
    if (thread !== undefined) this.#options.grants.add(thread, names);
  }
}
