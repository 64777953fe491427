import type { Decision } from "../../src/domain/decision.ts";
import { askWhenOver } from "../../src/runner/ask-when-over.ts";
import type { DecisionNotes } from "../../src/runner/decision-notes.ts";
import { isFields, type Fields } from "../../src/runner/fields.ts";
import type { FollowUp, RunHost, RunRequest } from "../../src/runner/runner.ts";
import { JsonRpcError, type JsonRpcPeer } from "../../src/wire/json-rpc.ts";
import type { JsonRpcPast } from "../../src/wire/json-rpc-past.ts";
import type { CodexConfig } from "./config.ts";
import { decodeThread, decodeTurnId } from "./decode-notification.ts";
import { greet } from "./greet.ts";
import { nextTurn, type NextTurn } from "./next-turn.ts";
import { readProfile } from "./profile.ts";
import { promptInput, textInput } from "./prompt.ts";
import { isSettled, keepPlan, leavePlan, type RunState, type Step } from "./state.ts";
import { decodeConfig, sandboxPolicy, threadParams } from "./thread-options.ts";
import { translate } from "./translate.ts";
import { turnSettings, type TurnSettings } from "./turn-settings.ts";

/** The run that the turns belong to, as it is now. */
export interface TurnsRun {
  readonly state: RunState;
  readonly isCancelled: boolean;
  take(step: Step): void;
}

export interface TurnsOptions {
  readonly peer: JsonRpcPeer;
  readonly past: JsonRpcPast;
  readonly notes: DecisionNotes;
  readonly host: RunHost;
  readonly request: RunRequest;
  readonly config: CodexConfig;
  readonly run: TurnsRun;
  /** Aborted when nothing of the run can be decided any more. */
  readonly over: AbortSignal;
  /** Changes of files in the run's directory are no longer to be asked about. */
  readonly acceptEdits: () => void;
}

/** The turns of one run: its prompt, what the user sends meanwhile, and what follows from a plan. */
export class Turns {
  readonly #options: TurnsOptions;
  #settings: TurnSettings = { planning: {}, acting: {} };
  #plans = 0;
  /** Aborted when the user says something else instead of deciding about the plan. */
  #overtaken = new AbortController();

  constructor(options: TurnsOptions) {
    this.#options = options;
  }

  /** Greets the app-server; it rejects where there is none. */
  async greet(): Promise<void> {
    await greet(this.#options.peer);
  }

  /** Opens the session and gives the prompt. */
  async open(): Promise<void> {
    const { peer, request, config, host, run } = this.#options;
    const own = this.#readConfig();
    const profile = config.profile === undefined ? undefined : await readProfile(config.profile, host.env);
    const method = request.resume === undefined ? "thread/start" : "thread/resume";
    const opened = await peer.request(method, threadParams(request, config, profile));
    const thread = decodeThread(opened);
    if (thread === undefined)
      throw new Error('codex did not say which session it is in. Update it, or set mode = "exec".');
    run.take(translate(run.state, thread));
    const sandbox = sandboxPolicy(config, await own, profile);
    this.#settings = turnSettings({ request, config, sandbox, thread: isFields(opened) ? opened : {} });
    await this.#begin(promptInput(request));
  }

  /** Whether Codex took a text in the past. Undefined: it has not got it. */
  recall(followUp: FollowUp): Promise<boolean> | undefined {
    const answer = this.#options.peer.recall(nameOf(followUp) ?? "");
    return answer === undefined ? undefined : unlessRefused(answer);
  }

  /** Gives Codex a text that was sent meanwhile: into the running turn, or in place of a decision about its plan. False when it is too late. */
  async pass(followUp: FollowUp): Promise<boolean> {
    const { text } = followUp;
    const name = nameOf(followUp);
    if (this.#options.run.state.proposal === undefined) return await this.#addToTurn(text, name);
    this.#overtaken.abort();
    return await this.#goOn({ text, isPlanning: true }, name);
  }

  /** The turn has ended with a plan; what comes next is the user's to say. */
  async propose(markdown: string): Promise<void> {
    const { host, run, over, past } = this.#options;
    this.#plans += 1;
    this.#overtaken = new AbortController();
    const id = `plan-${this.#plans}`;
    const told = past.next("turn/start");
    const noted = this.#options.notes.find(id);
    if (told !== undefined && noted === undefined) {
      // In the past a text came in place of the decision.
      await this.#goOn({ text: "", isPlanning: true }, told.name);
      return;
    }
    const isDone = noted !== undefined && (told !== undefined || nextTurn(noted) === undefined);
    const decision = isDone ? noted : await this.#askAbout(id, markdown);
    if (decision === undefined) return;
    if (decision.kind === "approve" && decision.acceptEdits === true) this.#options.acceptEdits();
    const next = nextTurn(decision);
    if (next !== undefined) await this.#goOn(next);
    if (!over.aborted) host.answerTaken(id);
    if (next === undefined) run.take({ state: keepPlan(run.state), events: [] });
  }

  /** Undefined where Codex's own settings can't be read: then Codex decides. */
  async #readConfig(): Promise<Fields | undefined> {
    const { peer, request } = this.#options;
    try {
      return decodeConfig(await peer.request("config/read", { cwd: request.cwd, includeLayers: false }));
    } catch {
      return undefined;
    }
  }

  /** False when it is too late for another turn. */
  async #begin(input: readonly Fields[], name?: string): Promise<boolean> {
    const { peer, run } = this.#options;
    if (isSettled(run.state) || run.isCancelled) return false;
    const { thread: threadId, isPlanning } = run.state;
    const settings = isPlanning ? this.#settings.planning : this.#settings.acting;
    const turn = decodeTurnId(await peer.request("turn/start", { threadId, input, ...settings }, name));
    if (turn !== undefined) run.take(translate(run.state, { type: "turn_started", turn }));
    return true;
  }

  /** What Codex takes, it works on before the turn ends. It refuses when that has just ended (0.169.0). */
  async #addToTurn(text: string, name: string | undefined): Promise<boolean> {
    const { peer, run } = this.#options;
    const { thread: threadId, turn: expectedTurnId } = run.state;
    return await unlessRefused(peer.request("turn/steer", { threadId, expectedTurnId, input: textInput(text) }, name));
  }

  /** Undefined when the user says something else, or nothing. */
  async #askAbout(id: string, markdown: string): Promise<Decision | undefined> {
    const { host, past, over, notes } = this.#options;
    const withdrawn = AbortSignal.any([over, this.#overtaken.signal]);
    const request = { kind: "plan", id, markdown } as const;
    const decision = await askWhenOver(host, past, { request, withdrawn });
    if (withdrawn.aborted) return undefined;
    notes.keep(id, decision);
    return decision;
  }

  async #goOn({ text, isPlanning }: NextTurn, name?: string): Promise<boolean> {
    const { run } = this.#options;
    run.take({ state: leavePlan(run.state, isPlanning), events: [] });
    return await this.#begin(textInput(text), name);
  }
}

function nameOf({ id }: FollowUp): string | undefined {
  return id === undefined ? undefined : `follow-up ${id}`;
}

/** False when Codex says no. */
async function unlessRefused(request: Promise<unknown>): Promise<boolean> {
  try {
    await request;
    return true;
  } catch (error) {
    if (error instanceof JsonRpcError) return false;
    throw error;
  }
}
