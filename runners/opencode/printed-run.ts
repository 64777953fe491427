import type { TakopiEvent } from "../../src/domain/event.ts";
import { isCancelledEarly, type OpenedProgram, openProgram } from "../../src/runner/open-program.ts";
import type { RunHost, RunRequest } from "../../src/runner/runner.ts";
import { letEnd } from "../../src/wire/let-end.ts";
import type { OutputLine } from "../../src/wire/lines.ts";
import { runLaunch } from "./arguments.ts";
import { complete } from "./complete.ts";
import { exitFailure } from "./failure.ts";
import type { RunnerOptions } from "./options.ts";
import { defaultPatience, type Patience } from "./patience.ts";
import { decodeRunLine, sessionOfRunLine } from "./schema.ts";
import { unlessMissing } from "./start.ts";
import { answersOf, begin, initialState, type Failure, type RunState, type Step } from "./state.ts";
import { unchanged } from "../../src/runner/step.ts";
import { translate, translateMalformed, translateOversize } from "./translate.ts";

/** One run of `opencode run`, which talks but does not listen. */
export async function* runPrinted(
  request: RunRequest,
  host: RunHost,
  options: RunnerOptions,
): AsyncGenerator<TakopiEvent, void, undefined> {
  const opened = await open(request, host, options);
  const state = initialState(request.cwd, request.resume?.value);
  if ("error" in opened) {
    yield* complete(state, opened);
    return;
  }
  const { child } = opened;
  const cancel = (): void => void child.stop();
  host.signal.addEventListener("abort", cancel, { once: true });
  if (host.signal.aborted) cancel();
  try {
    givePrompt(request.prompt, opened, host);
    const patience: Patience = { ...defaultPatience, ...options.patience };
    yield* printed(opened, state, { signal: host.signal, patience });
  } finally {
    host.signal.removeEventListener("abort", cancel);
    await child.stop();
  }
}

async function open(request: RunRequest, host: RunHost, options: RunnerOptions): Promise<OpenedProgram | Failure> {
  if (isCancelledEarly(request, host)) return { error: "cancelled" };
  return await unlessMissing(() => openProgram(runLaunch(request, { ...options, env: host.env }), request, host));
}

/** One that is taken up has its prompt, but maybe not the end of its input. */
function givePrompt(prompt: string, { child, told, caughtUp, isTakenUp }: OpenedProgram, host: RunHost): void {
  if (isTakenUp) void caughtUp.then(() => host.caughtUp());
  if (told.length === 0) void child.write(prompt);
  child.endInput();
}

async function* printed(
  opened: OpenedProgram,
  initial: RunState,
  { signal, patience }: { readonly signal: AbortSignal; readonly patience: Patience },
): AsyncGenerator<TakopiEvent, void, undefined> {
  const { child } = opened;
  let state = initial;
  for await (const line of child.lines) {
    const step = translateLine(state, line);
    state = step.state;
    yield* step.events;
    if (hasResult(state) || isAstray(state)) break;
  }
  const result = hasResult(state);
  if (result) void letEnd(child, patience);
  yield* complete(state, await failureOf(opened, state, { result, signal, patience }));
}

/** A line of `opencode run`, with what the server would have said before it. */
export function translateLine(state: RunState, output: OutputLine): Step {
  if (output.kind === "oversize") return translateOversize(state, output.bytes);
  const events = decodeRunLine(output.text);
  if (events.length === 0) return translateMalformed(state, output.text);
  return events.reduce<Step>(
    (step, event) => {
      const next = translate(step.state, event);
      return { state: next.state, events: [...step.events, ...next.events] };
    },
    ensureStarted(state, sessionOfRunLine(output.text)),
  );
}

/** There is no line for the session itself: the first one names it. */
function ensureStarted(state: RunState, session: string | undefined): Step {
  if (session === undefined || session === state.session || state.failure !== undefined) return unchanged(state);
  const expected = state.session ?? state.requested;
  if (expected === undefined || expected === session) return begin(state, session);
  return unchanged({ ...state, failure: wrongSession(session, expected) });
}

function wrongSession(session: string, expected: string): Failure {
  return {
    error:
      `opencode went on in session ${session} instead of ${expected}, so the run was stopped. ` +
      `To continue that one, send: opencode --session ${session}`,
  };
}

/** The turn after which the model wanted no more tools is the last one. Errors end the program, too, but some only the turn. */
export function hasResult(state: RunState): boolean {
  if (state.failure !== undefined) return false;
  const finish = answersOf(state).at(-1)?.finish;
  return finish !== undefined && finish !== "tool-calls";
}

/** In a session that is not the run's. */
function isAstray({ failure, session }: RunState): boolean {
  return failure !== undefined && session === undefined;
}

interface Circumstances {
  readonly result: boolean;
  readonly signal: AbortSignal;
  readonly patience: Patience;
}

/** Absent when the last turn is what there is to say. */
async function failureOf(
  opened: OpenedProgram,
  state: RunState,
  { result, signal, patience }: Circumstances,
): Promise<Failure | undefined> {
  if (signal.aborted) return { error: "cancelled" };
  if (result || state.failure !== undefined) return state.failure;
  const { child } = opened;
  const failure = exitFailure(await letEnd(child, patience), child.stderrTail(), state.requested);
  return opened.isLost() ? { ...failure, fault: "interrupted" } : failure;
}
