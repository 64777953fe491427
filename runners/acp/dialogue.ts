import { setTimeout as delay } from "node:timers/promises";
import type { TakopiEvent } from "../../src/domain/event.ts";
import type { RunHost, RunRequest } from "../../src/runner/runner.ts";
import { connectJsonRpc, JsonRpcError, type JsonRpcPeer } from "../../src/wire/json-rpc.ts";
import type { Subprocess } from "../../src/wire/subprocess.ts";
import { EditAcceptance } from "./accept-edits.ts";
import { Asks } from "./asks.ts";
import { complete, type Outcome } from "./complete.ts";
import type { AcpConfig } from "./config.ts";
import { explainTrouble } from "./explain.ts";
import { wordsOf, type FailureContext } from "./failure.ts";
import { isFields, type Fields } from "../../src/runner/fields.ts";
import type { SessionGrants } from "../../src/runner/session-grants.ts";
import { countUnknown } from "../../src/runner/unknown-types.ts";
import type { KnownAgent } from "./known-agents.ts";
import { Mailbox } from "../../src/runner/mailbox.ts";
import { openAgent, type Opened } from "./opening.ts";
import { isPlan, type PermissionRequest } from "./permission.ts";
import { promptBlocks } from "./prompt.ts";
import { decodeUpdate } from "./schema.ts";
import { isTold, seenOf, type Seen } from "./seen.ts";
import { closeThought, endWords } from "./speech.ts";
import { remark, steps, type Failure, type RunState, type Step } from "./state.ts";
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

export interface DialogueOptions {
  readonly child: Subprocess;
  readonly host: RunHost;
  readonly request: RunRequest;
  readonly state: RunState;
  readonly config: AcpConfig;
  readonly known: KnownAgent | undefined;
  readonly patience: Partial<Patience>;
  readonly grants: SessionGrants;
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
  #editAcceptance: EditAcceptance | undefined;

  constructor(options: DialogueOptions) {
    const { child, host, state, patience, grants } = options;
    this.#options = options;
    this.#patience = { ...defaultPatience, ...patience };
    this.#state = state;
    this.#asks = new Asks({
      host,
      always: state.quirks.always,
      grants: {
        has: (name) => name !== undefined && grants.covers(this.#state.session ?? "", [name]),
        add: (name) => name !== undefined && grants.add(this.#state.session ?? "", [name]),
      },
      see: (request) => this.#see(request),
      refused: ({ tool }) => this.#apply(translateRefusal(this.#state, tool.id)),
      interrupt: () => void this.#cancelTurn(),
      revise: (feedback) => (this.#feedback = feedback),
      acceptEdits: ({ tool }) => this.#editAcceptance?.wish(tool.id),
    });
    this.#peer = connectJsonRpc(child, {
      onRequest: async (method, params, signal) => await this.#asks.answer(method, params, signal),
      onAnswered: (_, params) => this.#asks.answered(params),
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
      return failed(await explainTrouble(error, { ...this.#options, context: this.#context() }));
    }
  }

  async #prompt({ agent, session }: Opened): Promise<Outcome> {
    const { request, known, child } = this.#options;
    const plans = known?.quirks?.plans;
    this.#authMethods = agent.authMethods;
    if (plans !== undefined) this.#editAcceptance = new EditAcceptance(this.#peer, session, plans);
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
      if (!isOurs) return;
      this.#apply(translate(this.#state, update));
      void this.#editAcceptance?.notice(update).catch((error: unknown) => this.#editsStillAsked(error));
    } else if (!/^(?:_|\$|qwen\/)/u.test(method)) {
      this.#state = countUnknown(this.#state, method);
    }
  }

  /** Claude's adapter may ask about a plan a moment before it tells the plan (0.100). */
  async #see({ tool: patch }: PermissionRequest): Promise<Seen> {
    if (patch.id !== "") this.#apply(translatePermission(this.#state, patch));
    if (isPlan(patch) && !isTold(this.#state, patch)) await delay(this.#patience.revealMs, undefined, { ref: false });
    return seenOf(this.#state, patch);
  }

  #editsStillAsked(error: unknown): void {
    if (!(error instanceof JsonRpcError)) return;
    const title = `${this.#state.engine} still asks before edits: ${wordsOf(error)}`;
    this.#apply(remark(this.#state, { kind: "warning", level: "warning", title }));
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

  #context(): FailureContext {
    return { engine: this.#state.engine, known: this.#options.known, authMethods: this.#authMethods };
  }
}

const cancelled: Outcome = { kind: "failed", error: "cancelled" };

function failed(failure: Failure): Outcome {
  return { kind: "failed", ...failure };
}
