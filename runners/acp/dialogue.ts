import { setImmediate, setTimeout as delay } from "node:timers/promises";
import type { TakopiEvent } from "../../src/domain/event.ts";
import { DecisionNotes } from "../../src/runner/decision-notes.ts";
import type { OpenedProgram } from "../../src/runner/open-program.ts";
import type { RunHost, RunRequest } from "../../src/runner/runner.ts";
import { connectJsonRpc, JsonRpcError, type JsonRpcPeer } from "../../src/wire/json-rpc.ts";
import { JsonRpcPast } from "../../src/wire/json-rpc-past.ts";
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
import { defaultPatience, type Patience } from "./patience.ts";
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
import { Turns } from "./turns.ts";

export interface DialogueOptions {
  readonly opened: OpenedProgram;
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
  | { readonly kind: "caught_up" }
  | { readonly kind: "over"; readonly outcome: Outcome };

/**
 * The two-way talk with one process of an agent, from the greeting to the result of the prompt. One that is taken up is gone through again
 * from its beginning.
 */
export class Dialogue {
  readonly #options: DialogueOptions;
  readonly #patience: Patience;
  readonly #past: JsonRpcPast;
  readonly #asks: Asks;
  readonly #peer: JsonRpcPeer;
  readonly #turns: Turns;
  readonly #signals = new Mailbox<Signal>();
  #state: RunState;
  #authMethods: readonly Fields[] = [];
  #updates = 0;
  #revealing: NodeJS.Timeout | undefined;
  #editAcceptance: EditAcceptance | undefined;

  constructor(options: DialogueOptions) {
    const { opened, host, state, patience } = options;
    this.#options = options;
    this.#patience = { ...defaultPatience, ...patience };
    this.#state = state;
    this.#past = new JsonRpcPast(opened);
    this.#asks = this.#createAsks();
    this.#peer = this.#connect();
    this.#turns = new Turns({
      peer: this.#peer,
      past: this.#past,
      cancelMs: this.#patience.cancelMs,
      onPrompt: () => (this.#state = { ...this.#state, isPrompted: true }),
      onRevision: () => this.#apply(steps(this.#state, closeThought, endWords)),
    });
    host.signal.addEventListener("abort", this.#cancel, { once: true });
  }

  /** Gives the prompt and yields the events of the run, `completed` last. */
  async *hold(): AsyncGenerator<TakopiEvent, void, undefined> {
    const { opened, host } = this.#options;
    const { signal } = host;
    if (opened.isTakenUp) void this.#catchUp();
    if (signal.aborted) this.#cancel();
    else void this.#converse().then((outcome) => this.#end(signal.aborted ? cancelled : outcome));
    for (let next = await this.#signals.take(); ; next = await this.#signals.take()) {
      if (next.kind === "events") yield* next.events;
      else if (next.kind === "caught_up") host.caughtUp();
      else return yield* complete(this.#state, next.outcome);
    }
  }

  /** Resolves when nothing of the process is left. */
  async close(): Promise<void> {
    const { opened, host } = this.#options;
    const { child } = opened;
    const { exitMs: interruptGraceMs, termMs: termGraceMs } = this.#patience;
    host.signal.removeEventListener("abort", this.#cancel);
    clearTimeout(this.#revealing);
    this.#giveUp();
    await this.#turns.cancel(this.#state.session);
    await child.stop({ interrupt: () => child.endInput(), interruptGraceMs, termGraceMs });
    await this.#peer.closed;
  }

  #createAsks(): Asks {
    const { opened, host, state, grants } = this.#options;
    return new Asks({
      host,
      past: this.#past,
      notes: new DecisionNotes(opened.notes),
      always: state.quirks.always,
      grants: {
        has: (name) => name !== undefined && grants.covers(this.#state.session ?? "", [name]),
        add: (name) => name !== undefined && grants.add(this.#state.session ?? "", [name]),
      },
      see: (request) => this.#see(request),
      seeWhole: (request) => this.#seeWhole(request),
      refused: ({ tool }) => this.#apply(translateRefusal(this.#state, tool.id)),
      interrupt: () => void this.#turns.cancel(this.#state.session),
      revise: (feedback) => this.#turns.revise(feedback),
      acceptEdits: ({ tool }) => this.#editAcceptance?.wish(tool.id),
    });
  }

  #connect(): JsonRpcPeer {
    return connectJsonRpc(
      this.#options.opened.child,
      {
        onRequest: async (method, params, signal) => await this.#asks.answer(method, params, signal),
        onAnswered: (_, params) => this.#asks.answered(params),
        onRecalled: (method, params, result) => this.#asks.recall({ method, params, result }),
        onNotification: (method, params) => this.#receive(method, params),
        onMalformed: (text) => this.#apply(translateMalformed(this.#state, text)),
      },
      { past: this.#past },
    );
  }

  /** What was asked in the past and is open is asked again by the time that this is posted. */
  async #catchUp(): Promise<void> {
    await this.#past.over;
    await setImmediate();
    this.#signals.post({ kind: "caught_up" });
  }

  async #converse(): Promise<Outcome> {
    const { request, config, opened: program } = this.#options;
    try {
      const opened = await openAgent({
        peer: this.#peer,
        past: this.#past,
        request,
        config,
        context: this.#context(),
        quietMs: this.#patience.quietMs,
        updates: () => this.#updates,
        onSession: (event) => this.#apply({ state: { ...this.#state, session: event.resume.value }, events: [event] }),
      });
      return "error" in opened ? failed(opened) : await this.#prompt(opened);
    } catch (error) {
      const failure = await explainTrouble(error, { child: program.child, config, context: this.#context() });
      return failed(program.isLost() ? { ...failure, fault: "interrupted" } : failure);
    }
  }

  async #prompt({ agent, session }: Opened): Promise<Outcome> {
    const { request, known, opened } = this.#options;
    const plans = known?.quirks?.plans;
    this.#authMethods = agent.authMethods;
    if (plans !== undefined) this.#editAcceptance = new EditAcceptance(this.#peer, session, plans);
    const takesImages = agent.takesImages && known?.quirks?.dropsImages !== true;
    const prompt = await promptBlocks({ text: request.prompt, attachments: request.attachments, takesImages });
    const ended = await this.#turns.hold(session.id, prompt);
    if (ended === undefined) return cancelled;
    const result = isFields(ended.result) ? ended.result : {};
    return { kind: "result", result, stderr: opened.child.stderrTail() };
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

  #see({ tool: patch }: PermissionRequest): Seen {
    if (patch.id !== "") this.#apply(translatePermission(this.#state, patch));
    return seenOf(this.#state, patch);
  }

  /** Claude's adapter may ask about a plan a moment before it tells the plan (0.100). */
  async #seeWhole(request: PermissionRequest): Promise<Seen> {
    const { tool: patch } = request;
    const isWanting = (): boolean => isPlan(patch) && !isTold(this.#state, patch);
    this.#see(request);
    if (isWanting()) await this.#past.over;
    if (isWanting()) await delay(this.#patience.revealMs, undefined, { ref: false });
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
    this.#state = { ...this.#state, isCancelled: true };
    this.#giveUp();
    const cancelling = this.#turns.cancel(this.#state.session);
    if (cancelling === undefined) this.#end(cancelled);
    else void cancelling.then(() => this.#end(cancelled));
  };

  /** Nothing more is begun, and nothing of the past is gone through again. */
  #giveUp(): void {
    this.#turns.end();
    this.#asks.withdrawAll();
    this.#past.skip();
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
