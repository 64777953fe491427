import { setImmediate } from "node:timers/promises";
import type { TakopiEvent } from "../../src/domain/event.ts";
import { DecisionNotes } from "../../src/runner/decision-notes.ts";
import { Mailbox } from "../../src/runner/mailbox.ts";
import type { OpenedProgram } from "../../src/runner/open-program.ts";
import type { FollowUp, RunHost, RunRequest } from "../../src/runner/runner.ts";
import type { SessionGrants } from "../../src/runner/session-grants.ts";
import { connectJsonRpc, JsonRpcClosedError, JsonRpcError, type JsonRpcPeer } from "../../src/wire/json-rpc.ts";
import { JsonRpcPast } from "../../src/wire/json-rpc-past.ts";
import type { Subprocess } from "../../src/wire/subprocess.ts";
import { Asks } from "./asks.ts";
import { complete } from "./complete.ts";
import type { CodexConfig } from "./config.ts";
import { decodeNotification } from "./decode-notification.ts";
import { answerFailure, exitFailure, isWithoutAppServer } from "./failure.ts";
import type { Patience } from "./patience.ts";
import { isSettled, keepPlan, type Failure, type RunState, type Step } from "./state.ts";
import { translate, translateMalformed } from "./translate.ts";
import { Turns } from "./turns.ts";

export interface AppServerOptions {
  readonly opened: OpenedProgram;
  readonly host: RunHost;
  readonly request: RunRequest;
  readonly config: CodexConfig;
  readonly state: RunState;
  readonly patience: Patience;
  readonly grants: SessionGrants;
}

/** What happened, in its order. Nothing comes after the last one. */
interface Post {
  readonly events: readonly TakopiEvent[];
  readonly isLast?: boolean;
  /** Whether all was said again that had been said before the run was taken up. */
  readonly isCaughtUp?: boolean;
}

/** The talk with one `codex app-server`, which serves this run alone. One that is taken up is gone through again from its beginning. */
export class AppServer {
  readonly #options: AppServerOptions;
  readonly #peer: JsonRpcPeer;
  readonly #past: JsonRpcPast;
  readonly #posts = new Mailbox<Post>();
  readonly #followUps: AsyncIterator<FollowUp>;
  /** Aborted when no question can be answered any more. */
  readonly #over = new AbortController();
  readonly #asks: Asks;
  readonly #turns: Turns;
  readonly #ended: Promise<void>;
  #markEnded: () => void = () => {};
  #state: RunState;
  /** Follow-ups of which it is not known yet whether the running turn takes them. */
  #steering = 0;
  /** What ended before the host aborted has its result. */
  #isCancelled = false;
  #isThere = false;
  #isMissing = false;
  #hasPostedLast = false;

  constructor(options: AppServerOptions) {
    this.#options = options;
    this.#state = options.state;
    this.#ended = new Promise((resolve) => (this.#markEnded = resolve));
    const { opened, host, grants, request } = options;
    this.#followUps = host.followUps[Symbol.asyncIterator]();
    const past = new JsonRpcPast(opened);
    const shared = { host, past, notes: new DecisionNotes(opened.notes), over: this.#over.signal };
    this.#past = past;
    this.#asks = new Asks({ ...shared, grants, cwd: request.cwd });
    this.#peer = this.#connect();
    const acceptEdits = (): void => this.#asks.acceptEdits();
    this.#turns = new Turns({ ...options, ...shared, peer: this.#peer, run: this, acceptEdits });
    host.signal.addEventListener("abort", this.#cancel, { once: true });
  }

  get state(): RunState {
    return this.#state;
  }

  get isCancelled(): boolean {
    return this.#isCancelled;
  }

  /** Gives the prompt and yields the events of the run, `completed` last. Returns false, with no event, where there is no app-server. */
  async *hold(): AsyncGenerator<TakopiEvent, boolean, undefined> {
    const { opened, host } = this.#options;
    void this.#peer.closed.then(() => this.#lose());
    if (opened.isTakenUp) void this.#catchUp();
    if (host.signal.aborted) this.#cancel();
    else this.#drive();
    for (let isLast = false; !isLast;) {
      const post = await this.#posts.take();
      yield* post.events;
      if (post.isCaughtUp === true) host.caughtUp();
      isLast = post.isLast === true;
    }
    if (this.#isMissing) return false;
    this.#past.skip();
    void this.#stopGently();
    yield* complete(this.#state, this.#isCancelled ? { error: "cancelled" } : undefined);
    return true;
  }

  /** Resolves when nothing of the process is left. */
  async close(): Promise<void> {
    this.#options.host.signal.removeEventListener("abort", this.#cancel);
    this.#over.abort();
    this.#past.skip();
    void this.#followUps.return?.();
    await this.#stopNow();
  }

  take({ state, events }: Step): void {
    if (this.#hasPostedLast) return;
    const { proposal: known } = this.#state;
    // A run that is cancelled asks nothing any more.
    this.#state = this.#isCancelled ? keepPlan(state) : state;
    this.#post(events);
    const { proposal } = this.#state;
    if (proposal !== undefined && known === undefined) void this.#propose(proposal);
  }

  #connect(): JsonRpcPeer {
    return connectJsonRpc(
      this.#options.opened.child,
      {
        onRequest: (method, params, signal) => this.#answer(method, params, signal),
        onAnswered: (_, params) => this.#asks.confirm(params),
        onRecalled: (method, params) => this.#recall(method, params),
        onNotification: (method, params) => this.take(translate(this.#state, decodeNotification(method, params))),
        onMalformed: (text) => this.take(translateMalformed(this.#state, text)),
      },
      { version: false, cancelMethod: "serverRequest/resolved", confirmsAnswers: true, past: this.#past },
    );
  }

  /** What was asked in the past and is open is asked again by the time that this is posted. */
  async #catchUp(): Promise<void> {
    await this.#past.over;
    await setImmediate();
    if (!this.#hasPostedLast) this.#posts.post({ events: [], isCaughtUp: true });
  }

  /** From the first word to the last follow-up. */
  #drive(): void {
    const opening = this.#open();
    void this.#readFollowUps(opening);
  }

  /** False when the run is over by then. */
  async #open(): Promise<boolean> {
    try {
      await this.#turns.greet();
      this.#isThere = true;
      await this.#turns.open();
      await this.#past.over;
    } catch (error) {
      this.#fail(error);
    }
    return !isSettled(this.#state) && !this.#hasPostedLast;
  }

  async #readFollowUps(opening: Promise<boolean>): Promise<void> {
    for (let next = await this.#followUps.next(); next.done !== true; next = await this.#followUps.next()) {
      const followUp = next.value;
      const recalled = this.#turns.recall(followUp);
      if (recalled !== undefined) void this.#steer(followUp, recalled);
      else void this.#passWhenOpen(followUp, opening);
    }
  }

  /** In their order: each waits for the same. */
  async #passWhenOpen(followUp: FollowUp, opening: Promise<boolean>): Promise<void> {
    if (await opening) await this.#steer(followUp, this.#turns.pass(followUp));
  }

  /** What Codex does not take is left to the host. */
  async #steer(followUp: FollowUp, passed: Promise<boolean>): Promise<void> {
    this.#steering += 1;
    try {
      if (await passed) followUp.taken();
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#steering -= 1;
      this.#post([]);
    }
  }

  async #propose(markdown: string): Promise<void> {
    try {
      await this.#turns.propose(markdown);
    } catch (error) {
      this.#fail(error);
    }
  }

  async #answer(method: string, params: unknown, signal: AbortSignal): Promise<unknown> {
    const answer = await this.#asks.answer({ method, params, signal }, this.#state);
    if (answer !== undefined) return answer;
    this.#pass(method);
    throw new JsonRpcError(-32601, `${method} is not supported`);
  }

  #recall(method: string, params: unknown): void {
    if (!this.#asks.recall({ method, params }, this.#state)) this.#pass(method);
  }

  /** A request that nobody can answer. */
  #pass(method: string): void {
    this.take(translate(this.#state, { type: "other", name: method }));
  }

  #post(events: readonly TakopiEvent[]): void {
    if (this.#hasPostedLast) return;
    const isLast = this.#isMissing || (isSettled(this.#state) && this.#steering === 0);
    this.#hasPostedLast = isLast;
    if (isLast) {
      this.#over.abort();
      this.#markEnded();
    }
    this.#posts.post({ events, isLast });
  }

  #fail(error: unknown): void {
    // The process is on its way out, or deaf: what it leaves behind tells why.
    if (error instanceof JsonRpcClosedError) void this.#stopGently();
    else if (error instanceof JsonRpcError) this.#end(answerFailure(error, this.#options.request.resume?.value));
    else this.#end({ error: error instanceof Error ? error.message : String(error) });
  }

  #end(failure: Failure): void {
    this.take({ state: { ...this.#state, failure }, events: [] });
  }

  async #lose(): Promise<void> {
    if (this.#hasPostedLast) return;
    const { opened, request } = this.#options;
    const exit = await this.#stopGently();
    const said = opened.child.stderrTail();
    this.#steering = 0;
    this.#isMissing = !this.#isThere && isWithoutAppServer(said);
    if (isSettled(this.#state) || this.#isMissing) return this.#post([]);
    const failure = exitFailure(exit, said, this.#isThere ? undefined : request.resume?.value);
    this.#end(opened.isLost() ? { ...failure, fault: "interrupted" } : failure);
  }

  readonly #cancel = (): void => {
    this.#isCancelled = !isSettled(this.#state);
    this.#over.abort();
    this.#past.skip();
    void this.#stopNow();
  };

  /** Closing its input ends it at once, with all it runs. */
  #stopGently(): ReturnType<Subprocess["stop"]> {
    const { patience, opened } = this.#options;
    const { child } = opened;
    const { exitMs: interruptGraceMs, termMs: termGraceMs } = patience;
    return child.stop({ interrupt: () => child.endInput(), interruptGraceMs, termGraceMs });
  }

  #stopNow(): ReturnType<Subprocess["stop"]> {
    const { patience, opened } = this.#options;
    const { child } = opened;
    const { interruptMs: interruptGraceMs, termMs: termGraceMs } = patience;
    return child.stop({ interrupt: () => this.#interrupt(), interruptGraceMs, termGraceMs });
  }

  /** The turn is ended first, so that the session says so. One that is just beginning can't be interrupted, nor need it be. */
  async #interrupt(): Promise<void> {
    const { thread: threadId, turn: turnId, result } = this.#state;
    if (threadId !== undefined && turnId !== undefined && result === undefined) {
      const interrupted = this.#peer.request("turn/interrupt", { threadId, turnId });
      await interrupted.then(() => this.#ended).catch(() => {});
    }
    this.#options.opened.child.endInput();
  }
}
