import type { TakopiEvent } from "../../src/domain/event.ts";
import type { FollowUp, RunHost, RunRequest } from "../../src/runner/runner.ts";
import type { ServerSentEvent } from "../../src/wire/sse.ts";
import type { Subprocess } from "../../src/wire/subprocess.ts";
import type { Api, Call } from "./api.ts";
import { Asks } from "./asks.ts";
import { complete } from "./complete.ts";
import type { OpencodeConfig } from "./config.ts";
import { errorText, exitFailure } from "./failure.ts";
import { isFields } from "../../src/runner/fields.ts";
import { Mailbox } from "../../src/runner/mailbox.ts";
import type { Patience } from "./patience.ts";
import { agentOf, buildAgent } from "./plan.ts";
import { emptyBody, followUpBody, promptBody, type PromptChoices } from "./prompt.ts";
import { decodeEvent, engineError } from "./schema.ts";
import { isSettled, withPrompt, type Failure, type RunState, type Step } from "./state.ts";
import { remark } from "../../src/runner/step.ts";
import { translate, translateMalformed, translateOversize } from "./translate.ts";

export interface DialogueOptions {
  readonly child: Subprocess;
  readonly api: Api;
  readonly session: string;
  readonly request: RunRequest;
  readonly host: RunHost;
  readonly config: OpencodeConfig;
  readonly state: RunState;
  readonly patience: Patience;
}

type Signal =
  | { readonly kind: "event"; readonly event: ServerSentEvent }
  | { readonly kind: "follow_up"; readonly followUp: FollowUp }
  | { readonly kind: "silence" }
  | { readonly kind: "ended" };

/** The talk with one server about one session, from the prompt to the end of the last turn. */
export class Dialogue {
  readonly #options: DialogueOptions;
  readonly #asks: Asks;
  readonly #followUps: AsyncIterator<FollowUp>;
  readonly #signals = new Mailbox<Signal>();
  /** Ends the event stream, and the calls that wait for an answer. */
  readonly #closed = new AbortController();
  #state: RunState;
  /** The agent of the prompts to come. */
  #agent: string | undefined;
  /** What the next turn begins with: the answer to a plan. */
  #feedback: string | undefined;
  #hasAskedAgain = false;
  #events: AsyncIterator<ServerSentEvent, void, undefined> | undefined;
  #hasEnded = false;
  #stopping: Promise<unknown> | undefined;

  constructor(options: DialogueOptions) {
    const { api, host, session, state, request, config } = options;
    this.#options = options;
    this.#state = state;
    this.#agent = agentOf(request, config);
    this.#asks = new Asks({
      api,
      session,
      cwd: state.cwd,
      host,
      planApproved: () => (this.#agent = buildAgent),
      planSentBack: (feedback) => (this.#feedback = feedback),
    });
    this.#followUps = host.followUps[Symbol.asyncIterator]();
    host.signal.addEventListener("abort", this.#cancel, { once: true });
    if (host.signal.aborted) this.#cancel();
  }

  /** Gives the prompt and yields the events of the run, `completed` last. */
  async *hold(): AsyncGenerator<TakopiEvent, void, undefined> {
    const refused = await this.#begin();
    while (refused === undefined && !this.#isOver()) yield* await this.#next();
    const failure = refused ?? (await this.#failure());
    yield* complete(this.#state, failure);
  }

  /** Resolves when nothing of the server is left. */
  async close(): Promise<void> {
    const { host, child, patience } = this.#options;
    host.signal.removeEventListener("abort", this.#cancel);
    const hasWork = !this.#isOver();
    this.#stopping ??= hasWork ? this.#stopNow() : child.stop({ termGraceMs: patience.termMs });
    void this.#followUps.return?.();
    await this.#asks.close();
    await this.#stopping;
    this.#closed.abort();
  }

  /** The prompt is given when the first event shows that none will be missed. */
  async #begin(): Promise<Failure | undefined> {
    const { api } = this.#options;
    try {
      this.#events = await api.events(this.#closed.signal);
      await this.#events.next();
      const refused = await this.#post(await promptBody(this.#choices()));
      if (refused !== undefined) return refused;
      this.#state = withPrompt(this.#state);
    } catch {
      this.#hasEnded = true;
      return undefined;
    }
    this.#pullEvent();
    this.#pullFollowUp();
    return undefined;
  }

  #choices(): PromptChoices {
    const { request, config } = this.#options;
    return { request, config, agent: this.#agent };
  }

  async #post(body: NonNullable<Call["body"]>): Promise<Failure | undefined> {
    const { api, session } = this.#options;
    const path = `/session/${session}/prompt_async`;
    const answer = await api.call({ method: "POST", path, body, signal: this.#closed.signal });
    if (answer.status < 300) return undefined;
    const said = errorText(engineError(isFields(answer.body) ? answer.body : {}));
    return { error: `opencode refused the prompt (${answer.status}). ${said}` };
  }

  #isOver(): boolean {
    if (this.#hasEnded) return true;
    if (this.#options.host.signal.aborted) return this.#state.phase === "idle";
    return isSettled(this.#state) && (this.#feedback === undefined || this.#state.failure !== undefined);
  }

  async #next(): Promise<readonly TakopiEvent[]> {
    const silence = this.#armSilence();
    const signal = await this.#signals.take();
    clearTimeout(silence);
    switch (signal.kind) {
      case "event": {
        const events = this.#apply(this.#translate(signal.event));
        await this.#sendFeedback();
        if (!this.#isOver()) this.#pullEvent();
        return events;
      }
      case "follow_up":
        this.#pullFollowUp();
        await this.#sendFollowUp(signal.followUp);
        return [];
      case "silence":
        return await this.#askAgain();
      case "ended":
        this.#hasEnded = true;
        return [];
    }
  }

  #translate({ data, oversize }: ServerSentEvent): Step {
    if (oversize !== undefined) return translateOversize(this.#state, oversize);
    const event = decodeEvent(data);
    if (event === undefined) return translateMalformed(this.#state, data);
    this.#asks.receive(event);
    return translate(this.#state, event);
  }

  #apply({ state, events }: Step): readonly TakopiEvent[] {
    this.#state = state;
    return events;
  }

  /** The engine takes it between two tools, or as a turn of its own after the running one. What it refuses stays with the sender. */
  async #sendFollowUp(followUp: FollowUp): Promise<void> {
    if (this.#options.host.signal.aborted) return;
    if (await this.#sendText(followUp.text)) followUp.taken();
  }

  /** The refusal of a plan has ended the turn. */
  async #sendFeedback(): Promise<void> {
    const feedback = this.#feedback;
    if (feedback === undefined || this.#state.phase !== "idle" || this.#options.host.signal.aborted) return;
    this.#feedback = undefined;
    await this.#sendText(feedback);
  }

  /** Whether the engine took it. */
  async #sendText(text: string): Promise<boolean> {
    if (!(await this.#isTaken(followUpBody(text, this.#choices())))) return false;
    this.#state = withPrompt(this.#state);
    this.#hasAskedAgain = false;
    return true;
  }

  async #isTaken(body: NonNullable<Call["body"]>): Promise<boolean> {
    return (await this.#post(body).catch(() => "unreachable")) === undefined;
  }

  /** A prompt that came in the moment the turn ended is kept, but not worked on, until there is another one (1.18.33). */
  async #askAgain(): Promise<readonly TakopiEvent[]> {
    const canAsk = !this.#hasAskedAgain && !this.#options.host.signal.aborted;
    this.#hasAskedAgain = true;
    if (canAsk && (await this.#isTaken(emptyBody(this.#choices())))) return [];
    this.#hasEnded = true;
    const title = "opencode has not answered everything that was sent";
    return this.#apply(remark(this.#state, { kind: "warning", title, level: "warning", ok: false }));
  }

  #armSilence(): NodeJS.Timeout | undefined {
    if (this.#state.phase !== "idle") return undefined;
    return setTimeout(() => this.#signals.post({ kind: "silence" }), this.#options.patience.nextTurnMs);
  }

  #pullEvent(): void {
    const ended = (): void => this.#signals.post({ kind: "ended" });
    this.#events?.next().then(({ done, value }) => {
      if (done === true) ended();
      else this.#signals.post({ kind: "event", event: value });
    }, ended);
  }

  #pullFollowUp(): void {
    const ignore = (): void => {};
    this.#followUps.next().then(({ done, value }) => {
      if (done !== true) this.#signals.post({ kind: "follow_up", followUp: value });
    }, ignore);
  }

  /** Absent when the last turn is what there is to say. */
  async #failure(): Promise<Failure | undefined> {
    const { child, host, patience } = this.#options;
    if (host.signal.aborted) return { error: "cancelled" };
    if (this.#state.failure !== undefined || this.#state.phase === "idle") return this.#state.failure;
    const exit = await Promise.race([child.exited, after(patience.exitMs)]);
    if (exit !== undefined) return exitFailure(exit, child.stderrTail());
    return { error: "opencode's event stream broke off. Send a message to let it go on." };
  }

  readonly #cancel = (): void => {
    this.#stopping ??= this.#stopNow();
    const ended = (): void => this.#signals.post({ kind: "ended" });
    this.#stopping.then(ended, ended);
  };

  /** The abort ends the commands that run, which are in process groups of their own. */
  async #stopNow(): Promise<void> {
    const { api, child, session, patience } = this.#options;
    const signal = AbortSignal.timeout(patience.abortMs);
    await this.#asks.close();
    await api.call({ method: "POST", path: `/session/${session}/abort`, signal }).catch(() => {});
    await child.stop({ termGraceMs: patience.termMs });
  }
}

async function after(ms: number): Promise<undefined> {
  return await new Promise((resolve) => setTimeout(() => resolve(undefined), ms));
}
