import type { TakopiEvent } from "../../src/domain/event.ts";
import type { FollowUp, RunHost, RunRequest } from "../../src/runner/runner.ts";
import { connectJsonRpc, JsonRpcClosedError, JsonRpcError, type JsonRpcPeer } from "../../src/wire/json-rpc.ts";
import type { Subprocess } from "../../src/wire/subprocess.ts";
import { Asks } from "./asks.ts";
import { complete } from "./complete.ts";
import type { CodexConfig } from "./config.ts";
import { decodeNotification, decodeThread, decodeTurnId } from "./decode-notification.ts";
import { answerFailure, exitFailure, isWithoutAppServer } from "./failure.ts";
import { isFields, type Fields } from "../../src/runner/fields.ts";
import { Mailbox } from "../../src/runner/mailbox.ts";
import type { SessionGrants } from "../../src/runner/session-grants.ts";
import { greet } from "./greet.ts";
import { nextTurn, type NextTurn } from "./next-turn.ts";
import type { Patience } from "./patience.ts";
import { readProfile } from "./profile.ts";
import { promptInput, textInput } from "./prompt.ts";
import { isSettled, keepPlan, leavePlan, type Failure, type RunState, type Step } from "./state.ts";
import { decodeConfig, sandboxPolicy, threadParams } from "./thread-options.ts";
import { translate, translateMalformed } from "./translate.ts";
import { turnSettings, type TurnSettings } from "./turn-settings.ts";

export interface AppServerOptions {
  readonly child: Subprocess;
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
  readonly isLast: boolean;
}

/** The talk with one `codex app-server`, which serves this run alone. */
export class AppServer {
  readonly #options: AppServerOptions;
  readonly #peer: JsonRpcPeer;
  readonly #posts = new Mailbox<Post>();
  readonly #followUps: AsyncIterator<FollowUp>;
  /** Aborted when no question can be answered any more. */
  readonly #over = new AbortController();
  readonly #asks: Asks;
  readonly #ended: Promise<void>;
  #markEnded: () => void = () => {};
  #state: RunState;
  #turns: TurnSettings = { planning: {}, acting: {} };
  #plans = 0;
  /** Aborted when the user says something else instead of deciding about the plan. */
  #overtaken = new AbortController();
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
    this.#followUps = options.host.followUps[Symbol.asyncIterator]();
    const { host, grants, request } = options;
    this.#asks = new Asks({ host, grants, cwd: request.cwd, over: this.#over.signal });
    this.#peer = connectJsonRpc(
      options.child,
      {
        onRequest: (method, params, signal) => this.#answer(method, params, signal),
        onAnswered: (_, params) => this.#asks.confirm(params),
        onNotification: (method, params) => this.#take(translate(this.#state, decodeNotification(method, params))),
        onMalformed: (text) => this.#take(translateMalformed(this.#state, text)),
      },
      { version: false, cancelMethod: "serverRequest/resolved", confirmsAnswers: true },
    );
    options.host.signal.addEventListener("abort", this.#cancel, { once: true });
  }

  /** Gives the prompt and yields the events of the run, `completed` last. Returns false, with no event, where there is no app-server. */
  async *hold(): AsyncGenerator<TakopiEvent, boolean, undefined> {
    void this.#peer.closed.then(() => this.#lose());
    if (this.#options.host.signal.aborted) this.#cancel();
    else void this.#drive();
    for (let isLast = false; !isLast;) {
      const post = await this.#posts.take();
      yield* post.events;
      ({ isLast } = post);
    }
    if (this.#isMissing) return false;
    void this.#stopGently();
    yield* complete(this.#state, this.#isCancelled ? { error: "cancelled" } : undefined);
    return true;
  }

  /** Resolves when nothing of the process is left. */
  async close(): Promise<void> {
    this.#options.host.signal.removeEventListener("abort", this.#cancel);
    this.#over.abort();
    void this.#followUps.return?.();
    await this.#stopNow();
  }

  /** From the first word to the last follow-up. */
  async #drive(): Promise<void> {
    try {
      await this.#open();
      if (isSettled(this.#state)) return;
      for (let next = await this.#followUps.next(); next.done !== true; next = await this.#followUps.next()) {
        void this.#steer(next.value);
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  async #open(): Promise<void> {
    const { request, config, host } = this.#options;
    await greet(this.#peer);
    this.#isThere = true;
    const own = this.#readConfig();
    const profile = config.profile === undefined ? undefined : await readProfile(config.profile, host.env);
    const method = request.resume === undefined ? "thread/start" : "thread/resume";
    const opened = await this.#peer.request(method, threadParams(request, config, profile));
    const thread = decodeThread(opened);
    if (thread === undefined)
      throw new Error('codex did not say which session it is in. Update it, or set mode = "exec".');
    this.#take(translate(this.#state, thread));
    const sandbox = sandboxPolicy(config, await own, profile);
    this.#turns = turnSettings({ request, config, sandbox, thread: isFields(opened) ? opened : {} });
    await this.#begin(promptInput(request));
  }

  /** Undefined where it can't be read: then Codex decides. */
  async #readConfig(): Promise<Fields | undefined> {
    try {
      return decodeConfig(
        await this.#peer.request("config/read", { cwd: this.#options.request.cwd, includeLayers: false }),
      );
    } catch {
      return undefined;
    }
  }

  /** False when it is too late for another turn. */
  async #begin(input: readonly Fields[]): Promise<boolean> {
    if (isSettled(this.#state) || this.#isCancelled) return false;
    const { thread: threadId, isPlanning } = this.#state;
    const settings = isPlanning ? this.#turns.planning : this.#turns.acting;
    const turn = decodeTurnId(await this.#peer.request("turn/start", { threadId, input, ...settings }));
    if (turn !== undefined) this.#take(translate(this.#state, { type: "turn_started", turn }));
    return true;
  }

  /** What Codex does not take is left to the host. */
  async #steer(followUp: FollowUp): Promise<void> {
    this.#steering += 1;
    try {
      if (await this.#pass(followUp.text)) followUp.taken();
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#steering -= 1;
      this.#post([]);
    }
  }

  /** Into the running turn, or in place of a decision about its plan. */
  async #pass(text: string): Promise<boolean> {
    if (this.#state.proposal === undefined) return await this.#addToTurn(text);
    this.#overtaken.abort();
    return await this.#goOn({ text, isPlanning: true });
  }

  /** What Codex takes, it works on before the turn ends. It refuses when that has just ended (0.169.0). */
  async #addToTurn(text: string): Promise<boolean> {
    const { thread: threadId, turn: expectedTurnId } = this.#state;
    try {
      await this.#peer.request("turn/steer", { threadId, expectedTurnId, input: textInput(text) });
      return true;
    } catch (error) {
      if (error instanceof JsonRpcError) return false;
      throw error;
    }
  }

  /** The turn has ended with a plan; what comes next is the user's to say. */
  async #propose(markdown: string): Promise<void> {
    const { host } = this.#options;
    this.#plans += 1;
    this.#overtaken = new AbortController();
    const id = `plan-${this.#plans}`;
    const withdrawn = AbortSignal.any([this.#over.signal, this.#overtaken.signal]);
    const decision = await host.decide({ kind: "plan", id, markdown }, withdrawn);
    if (withdrawn.aborted) return;
    if (decision.kind === "approve" && decision.acceptEdits === true) this.#asks.acceptEdits();
    const next = nextTurn(decision);
    try {
      if (next !== undefined) await this.#goOn(next);
    } catch (error) {
      return this.#fail(error);
    }
    if (!this.#over.signal.aborted) host.answerTaken(id);
    if (next === undefined) this.#take({ state: keepPlan(this.#state), events: [] });
  }

  async #goOn({ text, isPlanning }: NextTurn): Promise<boolean> {
    this.#state = leavePlan(this.#state, isPlanning);
    return await this.#begin(textInput(text));
  }

  async #answer(method: string, params: unknown, signal: AbortSignal): Promise<unknown> {
    const answer = await this.#asks.answer({ method, params, signal }, this.#state);
    if (answer !== undefined) return answer;
    this.#take(translate(this.#state, { type: "other", name: method }));
    throw new JsonRpcError(-32601, `${method} is not supported`);
  }

  #take({ state, events }: Step): void {
    if (this.#hasPostedLast) return;
    const { proposal: known } = this.#state;
    // A run that is cancelled asks nothing any more.
    this.#state = this.#isCancelled ? keepPlan(state) : state;
    this.#post(events);
    const { proposal } = this.#state;
    if (proposal !== undefined && known === undefined) void this.#propose(proposal);
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
    this.#take({ state: { ...this.#state, failure }, events: [] });
  }

  async #lose(): Promise<void> {
    if (this.#hasPostedLast) return;
    const { child, request } = this.#options;
    const exit = await this.#stopGently();
    this.#steering = 0;
    this.#isMissing = !this.#isThere && isWithoutAppServer(child.stderrTail());
    if (isSettled(this.#state) || this.#isMissing) this.#post([]);
    else this.#end(exitFailure(exit, child.stderrTail(), this.#isThere ? undefined : request.resume?.value));
  }

  readonly #cancel = (): void => {
    this.#isCancelled = !isSettled(this.#state);
    this.#over.abort();
    void this.#stopNow();
  };

  /** Closing its input ends it at once, with all it runs. */
  #stopGently(): ReturnType<Subprocess["stop"]> {
    const { child, patience } = this.#options;
    const { exitMs: interruptGraceMs, termMs: termGraceMs } = patience;
    return child.stop({ interrupt: () => child.endInput(), interruptGraceMs, termGraceMs });
  }

  #stopNow(): ReturnType<Subprocess["stop"]> {
    const { child, patience } = this.#options;
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
    this.#options.child.endInput();
  }
}
