import type { TakopiEvent } from "../../src/domain/event.ts";
import type { RunHost, RunRequest } from "../../src/runner/runner.ts";
import type { OutputLine } from "../../src/wire/lines.ts";
import type { Subprocess } from "../../src/wire/subprocess.ts";
import { complete } from "./complete.ts";
import { decodeExecLine } from "./decode-exec.ts";
import { exitFailure } from "./failure.ts";
import type { Patience } from "./patience.ts";
import { promptText } from "./prompt.ts";
import { isSettled, type Failure, type RunState, type Step } from "./state.ts";
import { translate, translateMalformed } from "./translate.ts";

export interface ExecOptions {
  readonly child: Subprocess;
  readonly host: RunHost;
  readonly request: RunRequest;
  readonly state: RunState;
  readonly patience: Patience;
}

/** The events of one `codex exec`, `completed` last. It has no interrupt but a signal, and never asks. */
export async function* listenToExec(options: ExecOptions): AsyncGenerator<TakopiEvent, void, undefined> {
  const { child, host, request, patience } = options;
  const cancel = (): void => void child.stop({ termGraceMs: patience.termMs });
  host.signal.addEventListener("abort", cancel, { once: true });
  try {
    if (host.signal.aborted) cancel();
    void child.write(promptText(request)).then(() => child.endInput());
    const state = yield* translateLines(child.lines, options.state);
    const failure = await failureOf(state, options);
    // In the wrong session it must not go on.
    if (state.failure !== undefined) cancel();
    else void stopGently(options);
    yield* complete(state, failure);
  } finally {
    host.signal.removeEventListener("abort", cancel);
    await child.stop({ termGraceMs: patience.termMs });
  }
}

async function* translateLines(
  lines: AsyncIterable<OutputLine>,
  begin: RunState,
): AsyncGenerator<TakopiEvent, RunState, undefined> {
  let state = begin;
  for await (const line of lines) {
    const step = translateLine(state, line);
    ({ state } = step);
    yield* step.events;
    if (isSettled(state)) break;
  }
  return state;
}

function translateLine(state: RunState, line: OutputLine): Step {
  if (line.kind === "oversize") return translateMalformed(state, line.head);
  const message = decodeExecLine(line.text);
  return message === undefined ? translateMalformed(state, line.text) : translate(state, message);
}

async function failureOf(state: RunState, options: ExecOptions): Promise<Failure | undefined> {
  const { child, host, request } = options;
  if (state.result !== undefined) return undefined;
  if (host.signal.aborted) return { error: "cancelled" };
  if (isSettled(state)) return state.failure;
  const exit = await stopGently(options);
  return exitFailure(exit, child.stderrTail(), state.thread === undefined ? request.resume?.value : undefined);
}

/** It ends by itself after its last line. */
function stopGently({ child, patience }: ExecOptions): ReturnType<Subprocess["stop"]> {
  return child.stop({ interrupt: () => {}, interruptGraceMs: patience.exitMs, termGraceMs: patience.termMs });
}
