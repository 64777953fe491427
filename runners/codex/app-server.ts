import type { TakopiEvent } from "../../src/domain/event.ts";
import type { FollowUp, RunHost, RunRequest } from "../../src/runner/runner.ts";
import { connectJsonRpc, JsonRpcClosedError, JsonRpcError, type JsonRpcPeer } from "../../src/wire/json-rpc.ts";
import type { Subprocess } from "../../src/wire/subprocess.ts";
import { decodeAsk } from "./decode-ask.ts";
import { complete } from "./complete.ts";
import type { CodexConfig } from "./config.ts";
import { decodeNotification, decodeThread, decodeTurnId } from "./decode-notification.ts";
import { answerFailure, exitFailure, isWithoutAppServer } from "./failure.ts";
import type { Fields } from "../../src/runner/fields.ts";
import { Mailbox } from "../../src/runner/mailbox.ts";
import type { Patience } from "./patience.ts";
import { readProfile } from "./profile.ts";
import { promptInput, textInput } from "./prompt.ts";
import { isSettled, reopen, type Failure, type RunState, type Step } from "./state.ts";
import { decodeConfig, sandboxPolicy, threadParams } from "./thread-options.ts";
import { translate, translateMalformed } from "./translate.ts";

export interface AppServerOptions {
  readonly child: Subprocess;
  readonly host: RunHost;
  readonly request: RunRequest;
  readonly config: CodexConfig;
  readonly state: RunState;
  readonly patience: Patience;
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
  readonly #ended: Promise<void>;
  #markEnded: () => void = () => {};
  #state: RunState;
  #asked = 0;
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
    this.#peer = connectJsonRpc(
      options.child,
      {
        onRequest: (method, params, signal) => this.#answer(method, params, signal),
        onNotification: (method, params) => this.#take(translate(this.#state, decodeNotification(method, params))),
        onMalformed: (text) => this.#take(translateMalformed(this.#state, text)),
      },
      { version: false, cancelMethod: "serverRequest/resolved" },
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
        void this.#steer(next.value.text);
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  async #open(): Promise<void> {
    const { request, config, host } = this.#options;
    const clientInfo = { name: "takopi", title: "Takopi", version: "1" };
    await this.#peer.request("initialize", { clientInfo, capabilities: { experimentalApi: false } });
    this.#isThere = true;
    this.#peer.notify("initialized");
    const own = this.#readConfig();
    const profile = config.profile === undefined ? undefined : await readProfile(config.profile, host.env);
    const method = request.resume === undefined ? "thread/start" : "thread/resume";
    const thread = decodeThread(await this.#peer.request(method, threadParams(request, config, profile)));
    if (thread === undefined)
      throw new Error('codex did not say which session it is in. Update it, or set mode = "exec".');
    this.#take(translate(this.#state, thread));
    const effort = request.options.effort ?? config.effort;
    const policy = sandboxPolicy(config, await own, profile);
    await this.#begin({
      input: promptInput(request),
      ...(effort === undefined ? {} : { effort }),
      ...(policy === undefined ? {} : { sandboxPolicy: policy }),
    });
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

  async #begin(params: Fields): Promise<void> {
    if (isSettled(this.#state) || this.#isCancelled) return;
    const turn = decodeTurnId(await this.#peer.request("turn/start", { threadId: this.#state.thread, ...params }));
    if (turn !== undefined) this.#take(translate(this.#state, { type: "turn_started", turn }));
  }

  /** Into the running turn; into one of its own when that has just ended. */
  async #steer(text: string): Promise<void> {
    const input = textInput(text);
    this.#steering += 1;
    try {
      const { thread: threadId, turn: expectedTurnId } = this.#state;
      await this.#peer.request("turn/steer", { threadId, expectedTurnId, input }).catch(async (error: unknown) => {
        if (!(error instanceof JsonRpcError)) throw error;
        this.#state = reopen(this.#state);
        await this.#begin({ input });
      });
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#steering -= 1;
      this.#post([]);
    }
  }

  async #answer(method: string, params: unknown, signal: AbortSignal): Promise<unknown> {
    const { host, request } = this.#options;
    this.#asked += 1;
    const ask = decodeAsk(method, params, { id: `ask-${this.#asked}`, cwd: request.cwd, patches: this.#state.patches });
    if (ask === undefined) {
      this.#take(translate(this.#state, { type: "other", name: method }));
      throw new JsonRpcError(-32601, `${method} is not supported`);
    }
    const decision = await host.decide(ask.request, AbortSignal.any([signal, this.#over.signal]));
    return ask.answer(host.signal.aborted ? { kind: "deny", reason: "cancelled", interrupt: true } : decision);
  }

  #take({ state, events }: Step): void {
    if (this.#hasPostedLast) return;
    this.#state = state;
    this.#post(events);
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
    const { thread: threadId, turn: turnId } = this.#state;
    if (threadId !== undefined && turnId !== undefined && !isSettled(this.#state)) {
      const interrupted = this.#peer.request("turn/interrupt", { threadId, turnId });
      await interrupted.then(() => this.#ended).catch(() => {});
    }
    this.#options.child.endInput();
  }
}
