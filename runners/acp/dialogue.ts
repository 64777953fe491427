import { setTimeout as delay } from "node:timers/promises";
import type { TakopiEvent } from "../../src/domain/event.ts";
import type { RunHost, RunRequest } from "../../src/runner/runner.ts";
import { connectJsonRpc, JsonRpcClosedError, JsonRpcError, type JsonRpcPeer } from "../../src/wire/json-rpc.ts";
import type { Subprocess } from "../../src/wire/subprocess.ts";
import { Asks } from "./asks.ts";
import { complete, type Outcome } from "./complete.ts";
import type { AcpConfig } from "./config.ts";
import { TooLateError } from "./deadline.ts";
import { describeTool } from "./describe-tool.ts";
import { exitFailure, explainError, withStderr, type FailureContext } from "./failure.ts";
import { isFields, textAt, type Fields } from "../../src/runner/fields.ts";
import type { KnownAgent } from "./known-agents.ts";
import { Mailbox } from "../../src/runner/mailbox.ts";
import { openAgent, type Opened } from "./opening.ts";
import { isPlan, type PermissionRequest } from "./permission.ts";
import { promptBlocks } from "./prompt.ts";
import { decodeUpdate } from "./schema.ts";
import { answerOf, closeThought, endWords } from "./speech.ts";
import { countUnknown, steps, type Failure, type RunState, type Step } from "./state.ts";
import { newTool } from "./tool.ts";
import {
  hasHiddenTools,
  revealTools,
  translate,
  translateMalformed,
  translatePermission,
  translateRefusal,
} from "./translate.ts";

/** How long the agent is waited for, in milliseconds. */
export interface Patience {
  /** After `session/cancel`. A turn ends within some 0.5 s, 3 s on a busy machine (OpenCode 1.18). */
  readonly cancelMs: number;
  /** After the end of its input. Some never exit for that alone (Kilo 7.7). */
  readonly exitMs: number;
  /** After SIGTERM. */
  readonly termMs: number;
  /** How long a tool call may stay hidden because it looks like a placeholder. */
  readonly revealMs: number;
  /** How long nothing must come before the history of a loaded session counts as told; at most ten times as long. */
  readonly quietMs: number;
}

const defaultPatience: Patience = { cancelMs: 5_000, exitMs: 1_500, termMs: 3_000, revealMs: 300, quietMs: 400 };
/** An agent that has closed its output has exited, or is about to. */
const exitAfterOutputMs = 1_000;

export interface DialogueOptions {
  readonly child: Subprocess;
  readonly host: RunHost;
  readonly request: RunRequest;
  readonly state: RunState;
  readonly config: AcpConfig;
  readonly known: KnownAgent | undefined;
  readonly patience: Partial<Patience>;
}

type Signal =
  | { readonly kind: "events"; readonly events: readonly TakopiEvent[] }
  | { readonly kind: "over"; readonly outcome: Outcome };

/** The two-way talk with one process of an agent, from the greeting to the result of the prompt. */
export class Dialogue {
  readonly #options: DialogueOptions;
  readonly #patience: Patience;
  readonly #asks: Asks;
  readonly #peer: JsonRpcPeer;
  readonly #signals = new Mailbox<Signal>();
  #state: RunState;
  #authMethods: readonly Fields[] = [];
  #updates = 0;
  #isEnding = false;
  #revealing: NodeJS.Timeout | undefined;
  /** The prompt that is being answered. */
  #turn: Promise<unknown> | undefined;
  #cancelling: Promise<void> | undefined;
  #feedback: string | undefined;

  constructor(options: DialogueOptions) {
    const { child, host, state, patience } = options;
    this.#options = options;
    this.#patience = { ...defaultPatience, ...patience };
    this.#state = state;
    this.#asks = new Asks({
      decide: (...asked) => host.decide(...asked),
      see: (request) => this.#see(request),
      refused: ({ tool }) => this.#apply(translateRefusal(this.#state, tool.id)),
      interrupt: () => void this.#cancelTurn(),
      revise: (feedback) => (this.#feedback = feedback),
    });
    this.#peer = connectJsonRpc(child, {
      onRequest: async (method, params, signal) => await this.#asks.answer(method, params, signal),
      onNotification: (method, params) => this.#receive(method, params),
      onMalformed: (text) => this.#apply(translateMalformed(this.#state, text)),
    });
    host.signal.addEventListener("abort", this.#cancel, { once: true });
  }

  /** Gives the prompt and yields the events of the run, `completed` last. */
  async *hold(): AsyncGenerator<TakopiEvent, void, undefined> {
    const { signal } = this.#options.host;
    if (signal.aborted) this.#cancel();
    else void this.#converse().then((outcome) => this.#end(signal.aborted ? cancelled : outcome));
    for (let next = await this.#signals.take(); ; next = await this.#signals.take()) {
      if (next.kind === "events") yield* next.events;
      else return yield* complete(this.#state, next.outcome);
    }
  }

  /** Resolves when nothing of the process is left. */
  async close(): Promise<void> {
    const { child, host } = this.#options;
    const { exitMs: interruptGraceMs, termMs: termGraceMs } = this.#patience;
    host.signal.removeEventListener("abort", this.#cancel);
    clearTimeout(this.#revealing);
    this.#isEnding = true;
    this.#asks.withdrawAll();
    if (this.#turn !== undefined) await this.#cancelTurn();
    await child.stop({ interrupt: () => child.endInput(), interruptGraceMs, termGraceMs });
    await this.#peer.closed;
  }

  async #converse(): Promise<Outcome> {
    const { request, config } = this.#options;
    try {
      const opened = await openAgent({
        peer: this.#peer,
        request,
        config,
        context: this.#context(),
        quietMs: this.#patience.quietMs,
        updates: () => this.#updates,
        onSession: (event) => this.#apply({ state: { ...this.#state, session: event.resume.value }, events: [event] }),
      });
      return "error" in opened ? failed(opened) : await this.#prompt(opened);
    } catch (error) {
      return failed(await this.#explain(error));
    }
  }

  async #prompt({ agent, session }: Opened): Promise<Outcome> {
    const { request, known, child } = this.#options;
    this.#authMethods = agent.authMethods;
    const takesImages = agent.takesImages && known?.quirks?.dropsImages !== true;
    let prompt = await promptBlocks({ text: request.prompt, attachments: request.attachments, takesImages });
    while (!this.#isEnding) {
      this.#state = { ...this.#state, isPrompted: true };
      const result = await this.#takeTurn({ sessionId: session.id, prompt });
      const feedback = this.#feedback;
      if (feedback === undefined)
        return { kind: "result", result: isFields(result) ? result : {}, stderr: child.stderrTail() };
      this.#feedback = undefined;
      this.#apply(steps(this.#state, closeThought, endWords));
      prompt = [{ type: "text", text: feedback }];
    }
    return cancelled;
  }

  async #takeTurn(params: Fields): Promise<unknown> {
    try {
      this.#turn = this.#peer.request("session/prompt", params);
      return await this.#turn;
    } finally {
      this.#turn = undefined;
    }
  }

  #receive(method: string, params: unknown): void {
    if (method === "session/update") {
      this.#updates += 1;
      const { sessionId, update } = decodeUpdate(params);
      const isOurs = sessionId === undefined || sessionId === this.#state.session;
      if (isOurs) this.#apply(translate(this.#state, update));
    } else if (!/^(?:_|\$|qwen\/)/u.test(method)) {
      this.#state = countUnknown(this.#state, method);
    }
  }

  /** Claude's adapter may ask about a plan a moment before it tells the plan (0.100). */
  async #see({ tool }: PermissionRequest): Promise<{ readonly title: string; readonly words: string }> {
    if (tool.id !== "") this.#apply(translatePermission(this.#state, tool));
    if (isPlan(tool) && this.#told(tool.id) === "") await delay(this.#patience.revealMs, undefined, { ref: false });
    const { title } = describeTool(this.#state.tools.get(tool.id) ?? newTool(tool.id), this.#state.cwd);
    return { title, words: this.#told(tool.id) || answerOf(this.#state) || title };
  }

  #told(toolId: string): string {
    const tool = this.#state.tools.get(toolId) ?? newTool(toolId);
    return textAt(tool.input ?? {}, "plan") ?? tool.text;
  }

  #apply({ state, events }: Step): void {
    this.#state = state;
    if (events.length > 0) this.#signals.post({ kind: "events", events });
    if (hasHiddenTools(state)) this.#revealing ??= setTimeout(() => this.#reveal(), this.#patience.revealMs);
  }

  #reveal(): void {
    this.#revealing = undefined;
    this.#apply(revealTools(this.#state));
  }

  readonly #cancel = (): void => {
    this.#isEnding = true;
    this.#state = { ...this.#state, isCancelled: true };
    this.#asks.withdrawAll();
    if (this.#turn === undefined) this.#end(cancelled);
    else void this.#cancelTurn().then(() => this.#end(cancelled));
  };

  #cancelTurn(): Promise<void> {
    this.#cancelling ??= this.#interruptTurn();
    return this.#cancelling;
  }

  async #interruptTurn(): Promise<void> {
    const ended = this.#turn?.catch(() => {});
    if (ended === undefined) return;
    this.#peer.notify("session/cancel", { sessionId: this.#state.session });
    const timer = new AbortController();
    const waited = delay(this.#patience.cancelMs, undefined, { signal: timer.signal }).catch(() => {});
    await Promise.race([ended, waited]);
    timer.abort();
  }

  #end(outcome: Outcome): void {
    this.#signals.post({ kind: "over", outcome });
  }

  async #explain(error: unknown): Promise<Failure> {
    const { child, config } = this.#options;
    const { engine } = this.#state;
    if (error instanceof JsonRpcError) return explainError(error, this.#context());
    if (error instanceof TooLateError) {
      const late = `${engine} did not ${error.message} within ${config.start_timeout_s} s. Raise start_timeout_s, or try it in a terminal.`;
      return { error: withStderr(late, child.stderrTail()) };
    }
    if (!(error instanceof JsonRpcClosedError))
      return { error: error instanceof Error ? error.message : String(error) };
    const exit = await Promise.race([child.exited, delay(exitAfterOutputMs, undefined, { ref: false })]);
    return exitFailure(engine, exit, child.stderrTail());
  }

  #context(): FailureContext {
    return { engine: this.#state.engine, known: this.#options.known, authMethods: this.#authMethods };
  }
}

const cancelled: Outcome = { kind: "failed", error: "cancelled" };

function failed(failure: Failure): Outcome {
  return { kind: "failed", ...failure };
}
