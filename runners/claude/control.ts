import type { Decision } from "../../src/domain/decision.ts";
import type { RunHost } from "../../src/runner/runner.ts";
import type { Fields } from "../../src/runner/fields.ts";
import { encodeLine } from "./encode-line.ts";
import type { SessionGrants } from "../../src/runner/session-grants.ts";
import { lastingUpdates, namesOf } from "./lasting.ts";
import type { ControlRequestLine } from "./lines.ts";
import type { Past } from "./past.ts";
import { decisionRequest, permissionAnswer, type AskedWhere } from "./permission.ts";

export interface ControlOptions {
  readonly host: Pick<RunHost, "decide" | "answerTaken">;
  /** Writes one line to the CLI; false when it takes none any more. */
  readonly send: (line: string) => Promise<boolean>;
  readonly grants: SessionGrants;
  /** As in `AnswerContext`. */
  readonly modeAfterPlan?: string;
  /** Of a run that was taken up: what it asks waits until `catchUp`, since later lines may say that it no longer does. */
  readonly past?: Past;
}

/** A request, and where it came up. */
interface Asked {
  readonly line: ControlRequestLine;
  readonly where: AskedWhere;
}

/**
 * Answers what the CLI asks over its control protocol. Several questions may be open at once. Closed by `close()`, which withdraws
 * the open ones.
 */
export class Control {
  readonly #options: ControlOptions;
  readonly #open = new Map<string, AbortController>();
  readonly #answering = new Set<Promise<void>>();
  /** What this process was told to allow from now on. */
  readonly #told = new Set<string>();
  /** Requests of the past without an answer; undefined once it is over. */
  #held: Map<string, Asked> | undefined;

  constructor(options: ControlOptions) {
    this.#options = options;
    if (options.past !== undefined) this.#held = new Map();
  }

  /** Takes a request and returns at once; the answer is written when there is one. */
  receive(line: ControlRequestLine, where: AskedWhere): void {
    const permissions = this.#options.past?.answered.get(line.requestId);
    if (permissions !== undefined) this.#recall({ line, where }, permissions);
    else if (this.#held === undefined) this.#begin({ line, where });
    else this.#held.set(line.requestId, { line, where });
  }

  /** The past is over: asks what of it is still open. Resolves when all of that was asked. */
  async catchUp(): Promise<void> {
    const held = [...(this.#held?.values() ?? [])];
    this.#held = undefined;
    await Promise.all(held.map((asked) => new Promise<void>((resolve) => this.#begin(asked, resolve))));
  }

  #begin(asked: Asked, onAsked: () => void = () => {}): void {
    const answering = this.#answer(asked, onAsked).finally(() => {
      onAsked();
      this.#answering.delete(answering);
    });
    this.#answering.add(answering);
  }

  /** The CLI has the answer: what it was allowed for longer counts on. */
  #recall({ line, where }: Asked, permissions: readonly Fields[]): void {
    this.#options.host.answerTaken(line.requestId);
    const names = namesOf(lastingUpdates(line, "session", where.cwd));
    if (names.length === 0 || !permissions.some((each) => each["destination"] === "session")) return;
    this.#tell(names, where);
  }

  #tell(names: readonly string[], { session }: AskedWhere): void {
    for (const name of names) this.#told.add(name);
    if (session !== undefined) this.#options.grants.add(session, names);
  }

  /** The CLI no longer waits for an answer. */
  withdraw(requestId: string): void {
    this.#held?.delete(requestId);
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

  async #answer({ line, where }: Asked, onAsked: () => void): Promise<void> {
    const { requestId, subtype } = line;
    if (subtype !== "can_use_tool") {
      await this.#options.send(response({ subtype: "error", request_id: requestId, error: "unsupported" }));
      return;
    }
    if (this.#isGranted(line, where)) {
      await this.#reply(line, where, { kind: "approve", scope: "session" });
      return;
    }
    const withdrawn = new AbortController();
    this.#open.set(requestId, withdrawn);
    const deciding = this.#options.host.decide(await decisionRequest(line, where), withdrawn.signal);
    onAsked();
    const decision = await deciding;
    if (withdrawn.signal.aborted) return;
    const wasTaken = await this.#reply(line, where, decision);
    this.#open.delete(requestId);
    if (wasTaken && !withdrawn.signal.aborted) this.#options.host.answerTaken(requestId);
  }

  /** Allowed in an earlier run of the session. When the process asks although it was told, it has its reasons: the user decides. */
  #isGranted(line: ControlRequestLine, { cwd, session }: AskedWhere): boolean {
    const names = namesOf(lastingUpdates(line, "session", cwd));
    if (session === undefined || names.every((name) => this.#told.has(name))) return false;
    return this.#options.grants.covers(session, names);
  }

  async #reply(line: ControlRequestLine, where: AskedWhere, decision: Decision): Promise<boolean> {
    const { send, modeAfterPlan } = this.#options;
    const { cwd } = where;
    if (decision.kind === "approve" && decision.scope === "session")
      this.#tell(namesOf(lastingUpdates(line, "session", cwd)), where);
    const context = { cwd, ...(modeAfterPlan !== undefined && { modeAfterPlan }) };
    const answer = permissionAnswer(line, decision, context);
    return await send(response({ subtype: "success", request_id: line.requestId, response: answer }));
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
