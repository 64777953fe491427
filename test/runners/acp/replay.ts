import { readFile } from "node:fs/promises";
import { complete, type Outcome } from "../../../runners/acp/complete.ts";
import { explainError } from "../../../runners/acp/failure.ts";
import { fieldsAt, isFields, listAt, numberAt, textAt, type Fields } from "../../../src/runner/fields.ts";
import { knownAgent, type KnownAgent } from "../../../runners/acp/known-agents.ts";
import {
  cancelledAnswer,
  decisionRequest,
  decodePermission,
  isAllowance,
  type PermissionAnswer,
  type PermissionRequest,
} from "../../../runners/acp/permission.ts";
import { decodeUpdate } from "../../../runners/acp/schema.ts";
import { seenOf } from "../../../runners/acp/seen.ts";
import { initialState, type RunState, type Step } from "../../../runners/acp/state.ts";
import { countUnknown } from "../../../src/runner/unknown-types.ts";
import {
  translate,
  translateMalformed,
  translatePermission,
  translateRefusal,
} from "../../../runners/acp/translate.ts";
import type { DecisionRequest } from "../../../src/domain/decision.ts";
import type { TakopiEvent } from "../../../src/domain/event.ts";
import { JsonRpcError } from "../../../src/wire/json-rpc.ts";

export const fixturesUrl: URL = new URL("../../../fixtures/acp/", import.meta.url);

/** One prompt of a recording and the events of its run. A recording holds several prompts of one process. */
export interface ReplayedRun {
  readonly prompt: string;
  readonly events: readonly TakopiEvent[];
}

/** The runs of a recording, as the pure part of the runner sees them: what came before a prompt is no part of it. */
export async function replay(name: string): Promise<readonly ReplayedRun[]> {
  return (await recordingOf(name)).finish();
}

/** What the agent of a recording asked for, as the user is asked. */
export async function replayAsks(name: string): Promise<readonly DecisionRequest[]> {
  return (await recordingOf(name)).requests;
}

async function recordingOf(name: string): Promise<Recording> {
  const recording = new Recording(name);
  const lines = (await readFile(new URL(`${name}.jsonl`, fixturesUrl), "utf8"))
    .split("\n")
    .filter((line) => line !== "");
  for (const line of lines) {
    const record: unknown = JSON.parse(line);
    if (isFields(record)) recording.take(record);
  }
  return recording;
}

class Recording {
  readonly requests: DecisionRequest[] = [];
  readonly #engine: string;
  readonly #runs: ReplayedRun[] = [];
  readonly #asked = new Map<number, PermissionRequest>();
  #state: RunState;
  #prompt: { readonly id: number; readonly text: string; readonly events: TakopiEvent[] } | undefined;

  constructor(name: string) {
    this.#engine = name.split("--")[0] ?? name;
    this.#state = this.#fresh();
  }

  take(record: Fields): void {
    const message = fieldsAt(record, "msg");
    if (record["dir"] === "c2a") this.#sent(message);
    if (record["dir"] === "a2c") this.#received(message, textAt(record, "text"));
  }

  finish(): readonly ReplayedRun[] {
    if (this.#prompt !== undefined) this.#complete({ kind: "failed", error: "the recording ends" });
    return this.#runs;
  }

  #fresh(): RunState {
    const quirks = knownOf(this.#engine)?.quirks ?? {};
    return initialState({ engine: this.#engine, quirks, cwd: "/home/user/project", requested: undefined });
  }

  #sent(message: Fields): void {
    const id = numberAt(message, "id") ?? -1;
    const method = textAt(message, "method");
    if (method === undefined) this.#answered(id, message);
    if (method === "session/cancel") this.#state = { ...this.#state, isCancelled: true };
    if (method === "session/prompt" && this.#prompt === undefined) this.#begin(id, fieldsAt(message, "params"));
  }

  #answered(id: number, message: Fields): void {
    const asked = this.#asked.get(id);
    if (asked === undefined || isAllowance(asked, answerIn(message))) return;
    this.#apply(translateRefusal(this.#state, asked.tool.id));
  }

  #begin(id: number, params: Fields): void {
    const [block = {}] = listAt(params, "prompt").filter(isFields);
    this.#prompt = { id, text: textAt(block, "text") ?? "", events: [] };
    const session = textAt(params, "sessionId");
    this.#state = { ...this.#fresh(), ...(session === undefined ? {} : { session }), isPrompted: true };
  }

  #received(message: Fields, noise: string | undefined): void {
    if (noise !== undefined) return this.#apply(translateMalformed(this.#state, noise));
    const method = textAt(message, "method");
    if (method === "session/update") return this.#update(message["params"]);
    if (method === "session/request_permission") {
      const asked = decodePermission(message["params"], this.#state.quirks.always);
      this.#asked.set(numberAt(message, "id") ?? -1, asked);
      this.#apply(translatePermission(this.#state, asked.tool));
      this.requests.push(decisionRequest(asked, { id: "1", ...seenOf(this.#state, asked.tool) }));
      return;
    }
    if (method !== undefined) {
      if (!("id" in message) && !/^(?:_|qwen\/)/u.test(method)) this.#state = countUnknown(this.#state, method);
      return;
    }
    if (this.#prompt !== undefined && message["id"] === this.#prompt.id)
      this.#complete(outcomeOf(message, this.#state));
  }

  #update(params: unknown): void {
    const { sessionId, update } = decodeUpdate(params);
    if (sessionId === this.#state.session) this.#apply(translate(this.#state, update));
  }

  #apply({ state, events }: Step): void {
    this.#state = state;
    this.#prompt?.events.push(...events);
  }

  #complete(outcome: Outcome): void {
    const { text, events } = this.#prompt ?? { text: "", events: [] };
    this.#runs.push({ prompt: text, events: [...events, ...complete(this.#state, outcome)] });
    this.#prompt = undefined;
  }
}

function answerIn(message: Fields): PermissionAnswer {
  const optionId = textAt(fieldsAt(fieldsAt(message, "result"), "outcome"), "optionId");
  return optionId === undefined ? cancelledAnswer : { outcome: { outcome: "selected", optionId } };
}

function outcomeOf(message: Fields, { engine, isCancelled }: RunState): Outcome {
  if (isCancelled) return { kind: "failed", error: "cancelled" };
  if (!("error" in message)) return { kind: "result", result: fieldsAt(message, "result"), stderr: "" };
  const { code, message: text, data } = fieldsAt(message, "error");
  const error = new JsonRpcError(typeof code === "number" ? code : 0, typeof text === "string" ? text : "", data);
  return { kind: "failed", ...explainError(error, { engine, known: knownOf(engine), authMethods: [] }) };
}

/** The adapter of Zed has the same program name as its successor. */
function knownOf(engine: string): KnownAgent | undefined {
  return knownAgent(engine, [engine === "codex-acp-zed" ? "codex-acp" : engine]);
}
