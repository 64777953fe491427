import type { StartedEvent, TakopiEvent } from "../../src/domain/event.ts";
import { Mailbox } from "../../src/runner/mailbox.ts";
import type { RunHost, RunRequest } from "../../src/runner/runner.ts";
import { answerText } from "./client/answer.ts";
import { ConnectionError } from "./client/errors.ts";
import type { HappyClient } from "./client/happy-client.ts";
import type { LiveSession, Turn } from "./client/live-session.ts";
import type { SessionEvent } from "./client/session-event.ts";
import { Asks } from "./asks.ts";
import { cancelled, complete, type RunEnd } from "./complete.ts";
import { connect } from "./connect.ts";
import { explainError, explainLost, explainSend, whoOf } from "./failure.ts";
import { defaultRunPatience, type RunPatience } from "./patience.ts";
import type { HappyRunnerOptions } from "./options.ts";
import { choosePlace, existingSeat, newSeat, promptText, type Seat } from "./seat.ts";
import { Signs } from "./signs.ts";
import { begin, end, initialState, type RunState, type Step } from "./state.ts";
import { remark } from "../../src/runner/step.ts";
import { stopTurn } from "./stop-turn.ts";
import { translateSession } from "./translate-session.ts";
import { wake } from "./wake.ts";
import { within } from "./within.ts";

/** One prompt for an agent on another machine. */
export async function* runHappy(
  request: RunRequest,
  host: RunHost,
  options: HappyRunnerOptions,
): AsyncGenerator<TakopiEvent, void, undefined> {
  const run = new HappyRun(request, host, options);
  try {
    yield* run.events();
  } finally {
    await run.close();
  }
}

/** What happened, in its order. Nothing comes after the last one. */
type Post =
  | { readonly kind: "events"; readonly events: readonly TakopiEvent[] }
  | { readonly kind: "over"; readonly end: RunEnd };

class HappyRun {
  readonly #request: RunRequest;
  readonly #host: RunHost;
  readonly #options: HappyRunnerOptions;
  readonly #patience: RunPatience;
  readonly #posts = new Mailbox<Post>();
  readonly #asks: Asks;
  readonly #signs = new Signs();
  #state: RunState;
  #client: HappyClient | undefined;
  /** A session that is being started, or was, for this run. */
  #starting: Promise<string> | undefined;
  #seat: Seat | undefined;
  #opening: Promise<LiveSession> | undefined;
  #live: LiveSession | undefined;
  #sending: Promise<Turn> | undefined;
  #turn: Turn | undefined;
  /** The session has nothing more to do for this run. */
  #isSettled = false;
  #isClosed = false;
  #stopping: Promise<void> | undefined;

  constructor(request: RunRequest, host: RunHost, options: HappyRunnerOptions) {
    this.#request = request;
    this.#host = host;
    this.#options = options;
    this.#patience = { ...defaultRunPatience, ...options.patience };
    this.#state = initialState(options.engine, request.resume?.value);
    this.#asks = new Asks({
      host,
      // What is asked already is told before the session has been opened.
      answer: async (answer) => await (await this.#opening)?.answer(answer),
      where: () => ({
        cwd: this.#state.cwd,
        flavor: this.#seat?.flavor ?? options.config.agent,
        words: answerText(this.#state.answer),
      }),
      interrupt: () => void this.#live?.abort().catch(() => {}),
    });
  }

  /** The events of the run, `completed` last. */
  async *events(): AsyncGenerator<TakopiEvent, void, undefined> {
    this.#host.signal.addEventListener("abort", this.#cancel, { once: true });
    if (this.#host.signal.aborted) this.#cancel();
    else void this.#drive().then((runEnd) => this.#end(runEnd));
    for (;;) {
      const post = await this.#posts.take();
      if (post.kind === "events") yield* post.events;
      else return yield* complete(this.#state, post.end);
    }
  }

  /** Resolves when nothing of the run goes on, here or there. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#host.signal.removeEventListener("abort", this.#cancel);
    this.#asks.close();
    if (!this.#isSettled) await this.#stop();
    this.#live?.close();
    const client = this.#client;
    const close = (): void => client?.close();
    // A machine may take minutes to start what is not wanted any more: it is stopped when it is there.
    if (this.#starting === undefined || this.#seat !== undefined) close();
    else void this.#starting.then(async (id) => await client?.stopSession(id)).then(close, close);
  }

  async #drive(): Promise<RunEnd> {
    const { engine, config } = this.#options;
    const who = whoOf(engine, config);
    try {
      this.#client = await connect(this.#options, this.#host.env, this.#host.signal);
    } catch (error) {
      return { kind: "failed", ...explainError(error, who) };
    }
    try {
      this.#seat = await this.#takeSeat(this.#client);
    } catch (error) {
      return { kind: "failed", ...explainLost(error, who) };
    }
    try {
      return await this.#takeTurn(this.#client, this.#seat);
    } catch (error) {
      return { kind: "failed", ...explainError(error, { ...who, machine: this.#seat.host }) };
    }
  }

  async #takeSeat(client: HappyClient): Promise<Seat> {
    const { config } = this.#options;
    const { resume } = this.#request;
    if (resume !== undefined) return await existingSeat(client, resume.value, config);
    const place = await choosePlace(client, config);
    const { agent, create_dir: createDir } = config;
    if (this.#isUnwanted()) throw new Error("cancelled");
    this.#starting = client.spawnSession({
      machineId: place.machine.id,
      directory: place.directory,
      agent,
      createDir,
    });
    return newSeat(await this.#starting, place, config);
  }

  async #takeTurn(client: HappyClient, seat: Seat): Promise<RunEnd> {
    if (this.#isUnwanted()) return cancelled;
    this.#state = { ...this.#state, cwd: seat.directory };
    this.#started(seat);
    this.#opening = client.openSession(seat.sessionId, this.#receive);
    const live = await this.#opening;
    this.#live = live;
    if (!seat.isNew && !this.#isUnwanted()) await this.#wake(client, live, seat);
    if (!this.#isUnwanted()) return await this.#prompt(live, seat);
    live.close();
    return cancelled;
  }

  /** Nobody waits for this run any more: nothing new may be begun for it. */
  #isUnwanted(): boolean {
    return this.#isClosed || this.#host.signal.aborted;
  }

  async #wake(client: HappyClient, live: LiveSession, { host }: Seat): Promise<void> {
    const [id, patience, signs] = [`${this.#options.engine}.busy`, this.#patience, this.#signs];
    await wake({
      client,
      live,
      signs,
      patience,
      onStart: () => this.#apply(remark(this.#state, { title: `starting the session again on ${host}` })),
      onBusy: () => {
        const title = "waiting for the prompt before this one";
        this.#apply(begin(this.#state, { id, kind: "note", title, detail: {} }));
        return () => this.#apply(end(this.#state, id, { ok: true }));
      },
    });
  }

  async #prompt(live: LiveSession, { host, flavor }: Seat): Promise<RunEnd> {
    const { engine, config } = this.#options;
    const { runId, options } = this.#request;
    const { timeout_s: timeoutS } = config;
    this.#sending = live.prompt(promptText(this.#request), {
      // The same run can't send it twice, whatever breaks.
      localId: `takopi-${runId}`,
      permissionMode: options.plan === true ? "plan" : config.mode,
      model: options.model ?? config.model,
      effort: options.effort ?? config.effort,
      timeoutMs: timeoutS === undefined ? undefined : timeoutS * 1000,
    });
    const who = { engine, agent: flavor, machine: host };
    try {
      this.#turn = await this.#sending;
    } catch (error) {
      if (error instanceof ConnectionError) return { kind: "failed", ...explainSend(error, who) };
      throw error;
    }
    return { kind: "turn", outcome: await this.#turn.outcome, who, timeoutS };
  }

  readonly #receive = (event: SessionEvent): void => {
    this.#signs.receive(event);
    const place = { host: this.#seat?.host ?? "", hasPrompted: this.#turn !== undefined };
    this.#apply(translateSession(this.#state, event, place));
    if (event.type === "state") this.#asks.receive(event.state);
  };

  #started({ sessionId, host, flavor, directory }: Seat): void {
    const { engine } = this.#options;
    this.#state = { ...this.#state, session: sessionId };
    const event: StartedEvent = {
      type: "started",
      engine,
      resume: { engine, value: sessionId },
      title: `${flavor} on ${host}`,
      meta: { machine: host, directory },
    };
    this.#posts.post({ kind: "events", events: [event] });
  }

  #apply({ state, events }: Step): void {
    this.#state = state;
    if (events.length > 0) this.#posts.post({ kind: "events", events });
  }

  #end(runEnd: RunEnd): void {
    if (this.#host.signal.aborted) return;
    const goesOn = runEnd.kind === "turn" && ["timeout", "unheard"].includes(runEnd.outcome.status);
    this.#isSettled = !goesOn;
    this.#posts.post({ kind: "over", end: runEnd });
  }

  readonly #cancel = (): void => {
    this.#asks.close();
    const over = (): void => this.#posts.post({ kind: "over", end: cancelled });
    this.#stop().then(over, over);
  };

  #stop(): Promise<void> {
    this.#stopping ??= this.#stopNow();
    return this.#stopping;
  }

  async #stopNow(): Promise<void> {
    const client = this.#client;
    if (client === undefined) return;
    const patience = this.#patience;
    if (this.#live !== undefined && this.#sending !== undefined) {
      await stopTurn({ client, live: this.#live, sending: this.#sending, patience });
    } else if (this.#starting !== undefined) {
      // Nobody has asked it anything: a session of no use.
      await within(
        this.#starting.then(async (id) => await client.stopSession(id)),
        patience.stopMs,
      );
    }
  }
}
