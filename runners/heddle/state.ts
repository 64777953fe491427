import type { Action, EngineId } from "../../src/domain/event.ts";
import type { Step as StepOf } from "../../src/runner/step.ts";
import type { ErrorEnvelope, ResultMessage } from "./messages.ts";

/** What is known of a run so far. */
export interface RunState {
  readonly engine: EngineId;
  readonly cwd: string;
  /** The session of the run, as its token names it; absent until it is known. */
  readonly session?: string;
  /** The id of the send that carries the prompt. */
  readonly sendId: string;
  /** Tool calls without an end yet, oldest first. */
  readonly open: readonly { readonly name: string; readonly action: Action }[];
  readonly tools: number;
  /** What the model said since the last tool call. */
  readonly text: string;
  readonly plan: string;
  /** Sums over the calls of the model: the result of 0.2.0 counts only the last one. */
  readonly tokens: Readonly<Record<string, number>>;
  /** The last error during the send; the result repeats it. */
  readonly lastError?: ErrorEnvelope;
  /** The last thing the worker refused without saying what. 0.2.0 says so why it crashes. */
  readonly complaint?: string;
  /** The outcome. What comes after it counts no more. */
  readonly result?: ResultMessage;
  readonly notes: number;
}

export type Step = StepOf<RunState>;

export function initialState(run: Pick<RunState, "engine" | "cwd" | "session" | "sendId">): RunState {
  return { ...run, open: [], tools: 0, text: "", plan: "", tokens: {}, notes: 0 };
}
