import type { TakopiEvent } from "../../src/domain/event.ts";
import type { OpenedProgram } from "../../src/runner/open-program.ts";
import type { RunHost, RunRequest } from "../../src/runner/runner.ts";
import { letEnd } from "../../src/wire/let-end.ts";
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
  readonly opened: OpenedProgram;
  readonly host: RunHost;
  readonly request: RunRequest;
  readonly state: RunState;
  readonly patience: Patience;
}

/** The events of one `codex exec`, `completed` last. It has no interrupt but a signal, and never asks. */
export async function* listenToExec(options: ExecOptions): AsyncGenerator<TakopiEvent, void, undefined> {
  const { opened, host, patience } = options;
  const { child } = opened;
  const cancel = (): void => void child.stop({ termGraceMs: patience.termMs });
  host.signal.addEventListener("abort", cancel, { once: true });
  try {
    if (host.signal.aborted) cancel();
    givePrompt(options);
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

/** One that is taken up has its prompt, but maybe not the end of its input. */
function givePrompt({ opened, host, request }: ExecOptions): void {
  const { child, told, caughtUp, isTakenUp } = opened;
  if (isTakenUp) void caughtUp.then(() => host.caughtUp());
  const given = told.length > 0 ? Promise.resolve() : child.write(promptText(request));
  void given.then(() => child.endInput());
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
  const { opened, host, request } = options;
  if (state.result !== undefined) return undefined;
  if (host.signal.aborted) return { error: "cancelled" };
  if (isSettled(state)) return state.failure;
  const exit = await stopGently(options);
  const session = state.thread === undefined ? request.resume?.value : undefined;
  const failure = exitFailure(exit, opened.child.stderrTail(), session);
  return opened.isLost() ? { ...failure, fault: "interrupted" } : failure;
}

/** It ends by itself after its last line. */
function stopGently({ opened, patience }: ExecOptions): ReturnType<Subprocess["stop"]> {
  return letEnd(opened.child, patience);
}
