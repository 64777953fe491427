import type { TakopiEvent } from "../../src/domain/event.ts";
import { letEnd } from "../../src/wire/let-end.ts";
import type { OutputLine } from "../../src/wire/lines.ts";
import type { Subprocess } from "../../src/wire/subprocess.ts";
import { complete } from "./complete.ts";
import { exitFailure, explainError, type FailureContext } from "./failure.ts";
import type { Failure, RunState } from "./state.ts";
import { translateLine } from "./translate.ts";
import { withTicks } from "./with-ticks.ts";
import { hasUnshownWords, showWords } from "./words.ts";

/** How long things may take, in milliseconds. */
export interface Patience {
  /** From words to their being shown. */
  readonly wordsMs: number;
  /** From the result to the end of the process by itself. */
  readonly exitMs: number;
}

export interface Circumstances {
  readonly signal: AbortSignal;
  readonly patience: Patience;
  readonly context: FailureContext;
  /** Covers what is not to be shown. */
  readonly cover: (text: string) => string;
}

/** From the first line to the outcome. How the process ends after that does not matter: runtimes disagree on exit codes. */
export async function* follow(
  child: Subprocess,
  initial: RunState,
  { signal, patience, context, cover }: Circumstances,
): AsyncGenerator<TakopiEvent, void, undefined> {
  let state = initial;
  const lines = withTicks(child.lines, { isWanted: () => hasUnshownWords(state), afterMs: patience.wordsMs });
  for await (const line of lines) {
    const step = line === undefined ? showWords(state) : translateLine(state, covered(line, cover));
    state = step.state;
    yield* step.events;
    if (state.outcome !== undefined) break;
  }
  if (state.outcome !== undefined) void letEnd(child, patience);
  yield* complete(state, await failureOf(child, state, { signal, context, cover, patience }));
}

function covered(line: OutputLine, cover: (text: string) => string): OutputLine {
  return line.kind === "line" ? { ...line, text: cover(line.text) } : line;
}

/** Absent when the request completed. */
async function failureOf(
  child: Subprocess,
  state: RunState,
  { signal, context, cover, patience }: Circumstances,
): Promise<Failure | undefined> {
  if (state.outcome?.type === "completed") return undefined;
  if (signal.aborted) return { error: "cancelled" };
  if (state.outcome !== undefined) return explainError(state.outcome, context);
  return exitFailure(state, await letEnd(child, patience), cover(child.stderrTail()));
}
