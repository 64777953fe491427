import type { Decision, DecisionRequest } from "../../domain/decision.ts";
import type { RunId, Sender } from "../../domain/run.ts";
import type { LiveRun } from "../live-run.ts";
import { withCoveredRequest } from "../secret-cover.ts";
import { untilWritten } from "../until-written.ts";
import { decideByPolicy } from "./decide-by-policy.ts";
import { askMessages } from "./decision-messages.ts";
import type { DecisionKey, DecisionRow } from "./decision-store.ts";
import type { DecisionDeps } from "./decision-deps.ts";
import { expireDecision } from "./expire-decisions.ts";
import { startReminders } from "./reminders.ts";
import { settledFace, takenHeadline } from "./settled-face.ts";

const WITHDRAWN: Decision = { kind: "dismiss", reason: "Nobody waits for an answer any more." };

/**
 * Brings what engines ask to the user and the answers back. Each request is a row of the journal; this class only remembers which
 * engines wait for which. A request ends once: answered, or withdrawn when its engine or its run no longer waits.
 */
export class Decisions {
  readonly #deps: DecisionDeps;
  readonly #waiting = new Map<DecisionKey, (decision: Decision) => void>();
  /** The name a run's own request id stands for, until the run ends. */
  readonly #keys = new Map<string, DecisionKey>();
  /** Asked under an earlier start of this program by runs that go on, and not asked again yet. */
  readonly #expected = new Set<DecisionKey>();
  readonly #closed = new WeakSet<LiveRun>();

  constructor(deps: DecisionDeps) {
    this.#deps = deps;
  }

  /** Resolves when the policy or the user has decided, however long that takes, or with `dismiss` when nobody waits any more. Never rejects. */
  async ask(live: LiveRun, request: DecisionRequest, withdrawn?: AbortSignal): Promise<Decision> {
    const { store, clock, settings, newKey } = this.#deps;
    if (this.#closed.has(live)) return WITHDRAWN;
    const gone = AbortSignal.any([live.signal, ...(withdrawn ? [withdrawn] : [])]);
    const known = this.#keys.get(nameOf(live.run.id, request.id));
    if (known !== undefined && this.#expected.delete(known)) return await this.#join(live, known, gone);
    const key = newKey();
    const asked = { key, runId: live.run.id, thread: live.run.thread, request, askedAt: clock.now() };
    const decision = decideByPolicy(settings, live.run, request);
    if (decision !== undefined) {
      await untilWritten(this.#deps, () =>
        store.recordDecision(asked, { decision, decidedBy: "policy", decidedAt: asked.askedAt }),
      );
      return decision;
    }
    const messages = askMessages(live.run, withCoveredRequest(settings.secrets, asked));
    await untilWritten(this.#deps, () => store.openDecision({ ...asked, messages }));
    this.#keys.set(nameOf(live.run.id, request.id), key);
    this.#deps.deliveries.wake();
    return await this.#waitFor(live, key, gone);
  }

  /** A run goes on that an earlier start of this program began: what it had asked may be answered, and is going to be asked again. */
  expect(runId: RunId): void {
    for (const { key, request } of this.#deps.store.openDecisions(runId)) {
      this.#keys.set(nameOf(runId, request.id), key);
      this.#expected.add(key);
    }
  }

  /** The run has asked again all it waits for: the rest nobody waits for. */
  caughtUp(live: LiveRun): void {
    const { store, deliveries } = this.#deps;
    for (const row of store.openDecisions(live.run.id)) if (this.#expected.delete(row.key)) this.#close(live, row);
    deliveries.wake();
  }

  /** Gives an answer to the waiting engine. False when the decision was no longer pending: then it counts for nothing. */
  answer(row: DecisionRow, decision: Decision, by: Sender): boolean {
    const { store, clock } = this.#deps;
    const resolve = this.#waiting.get(row.key);
    if (resolve === undefined && !this.#expected.has(row.key)) return false;
    const decidedAt = clock.now();
    const given = { decision, decidedBy: String(by.id), decidedByName: by.name, decidedAt };
    if (!store.answerDecision(row.key, given)) return false;
    // First the engine: the answer counts from here on, and nobody else can give it one.
    resolve?.(decision);
    store.audit({ at: decidedAt, actor: String(by.id), verb: "decide", subject: row.runId, detail: { decision } });
    return true;
  }

  /** The engine has the answer: only now the user is told that it worked. */
  async taken(runId: RunId, requestId: string): Promise<void> {
    const key = this.#keys.get(nameOf(runId, requestId));
    const { store, deliveries, settings } = this.#deps;
    await untilWritten(this.#deps, () => {
      const row = key === undefined ? undefined : store.findDecision(key);
      if (row?.state !== "answered") return;
      const shown = withCoveredRequest(settings.secrets, row);
      store.settleDecision(row.key, "taken", settledFace(shown, takenHeadline(shown)));
    });
    deliveries.wake();
  }

  /** The run has ended: what is still open is withdrawn, and what the engine did not take is said not to have been. */
  async closeRun(live: LiveRun): Promise<void> {
    const { store, deliveries } = this.#deps;
    const runId = live.run.id;
    this.#closed.add(live);
    await untilWritten(this.#deps, () => {
      for (const row of store.openDecisions(runId)) {
        this.#close(live, row);
        this.#expected.delete(row.key);
        this.#waiting.get(row.key)?.(WITHDRAWN);
      }
    });
    for (const name of this.#keys.keys()) if (name.startsWith(nameOf(runId, ""))) this.#keys.delete(name);
    deliveries.wake();
  }

  /** The answer given before the engine asked again, or the one that is to come under the message that is there. */
  async #join(live: LiveRun, key: DecisionKey, gone: AbortSignal): Promise<Decision> {
    return this.#deps.store.findDecision(key)?.decision ?? (await this.#waitFor(live, key, gone));
  }

  async #waitFor(live: LiveRun, key: DecisionKey, gone: AbortSignal): Promise<Decision> {
    const stopReminders = startReminders(this.#deps, live.run, key);
    live.beginWaiting();
    const decision = await new Promise<Decision>((resolve) => {
      const leave = (): void => resolve(WITHDRAWN);
      this.#waiting.set(key, (answer) => {
        gone.removeEventListener("abort", leave);
        resolve(answer);
      });
      if (gone.aborted || this.#closed.has(live)) leave();
      else gone.addEventListener("abort", leave, { once: true });
    });
    this.#waiting.delete(key);
    stopReminders();
    live.endWaiting();
    if (decision === WITHDRAWN) await this.#closePending(live, key);
    return decision;
  }

  async #closePending(live: LiveRun, key: DecisionKey): Promise<void> {
    await untilWritten(this.#deps, () => {
      const row = this.#deps.store.findDecision(key);
      if (row?.state === "pending") this.#close(live, row);
    });
    this.#deps.deliveries.wake();
  }

  /** What the end of the program leaves unanswered can still be answered at the next start. */
  #close(live: LiveRun, row: DecisionRow): void {
    if (live.stopReason === "shutdown") return expireDecision(this.#deps, row);
    const headline =
      row.state === "answered"
        ? "– The run ended before it took your answer"
        : "– No longer needed: nobody waits for an answer";
    const shown = withCoveredRequest(this.#deps.settings.secrets, row);
    this.#deps.store.settleDecision(row.key, "withdrawn", settledFace(shown, headline));
  }
}

function nameOf(runId: RunId, requestId: string): string {
  return `${runId} ${requestId}`;
}
