import type { CompletedEvent, EngineId, TakopiEvent } from "../domain/event.ts";
import { letEnd } from "../wire/let-end.ts";
import type { OutputLine } from "../wire/lines.ts";
import type { ProcessExit } from "../wire/subprocess.ts";
import { type OpenedProgram, openProgram } from "./open-program.ts";
import { resolveProgram } from "./program.ts";
import { createResumeCodec, type ResumeLineForm } from "./resume-line.ts";
import type { Capabilities, Runner, RunHost, RunRequest } from "./runner.ts";

/** How long a program may take to go away by itself after its last word. */
const exitMs = 3_000;

/** An engine that takes its prompt on stdin and prints one JSON value a line. */
export interface JsonLinesEngine<State> {
  readonly engine: EngineId;
  /** A name looked up on PATH, or a path, relative to `configDir`. */
  readonly command: string;
  /** Directory of `takopi.toml`: what `createRunner` is given as its context has it. */
  readonly configDir: string;
  /** Never put the prompt here: it may look like a flag. Default none. */
  readonly args?: (request: RunRequest) => readonly string[];
  /** What is written to stdin, which is then closed. Default the prompt. */
  readonly input?: (request: RunRequest) => string;
  /** The engine's own terminal command that resumes a session; see `createResumeCodec`. */
  readonly resume: Omit<ResumeLineForm, "engine">;
  /** Default: it can do nothing but run, and its runs survive a restart of the program. */
  readonly capabilities?: Partial<Capabilities>;
  /** What `translate` keeps between the lines of one run. */
  readonly begin: (request: RunRequest) => State;
  /**
   * The events of one line, pure but for `state`: a run that survived a restart is translated once more from its first line. Lines it does
   * not know have none; what it throws becomes a warning.
   */
  readonly translate: (line: unknown, state: State) => Iterable<TakopiEvent>;
}

/** What an engine can do that says nothing about it. */
export const plainCapabilities: Capabilities = {
  approvals: false,
  questions: false,
  plans: false,
  steer: false,
  interrupt: false,
  images: false,
  model: false,
  effort: [],
  sessions: false,
  fork: false,
  survives: false,
};

/**
 * A runner of which only the translation has to be written. Starting, reading, malformed lines, an end without a result, cancelling
 * and cleaning up are taken care of: the run always ends with one `completed`, and no process is left.
 *
 * @example
 * createJsonLinesRunner({
 *   engine: "acme", command: "acme", configDir,
 *   args: ({ resume }) => (resume === undefined ? [] : ["--resume", resume.value]),
 *   resume: { print: (id) => `acme --resume ${id}`, pattern: /acme\s+--resume\s+(?<token>\S+)/ },
 *   begin: () => ({}),
 *   translate: (line) => (line.type === "final" ? [{ type: "completed", engine: "acme", ok: true, answer: line.answer }] : []),
 * });
 */
export function createJsonLinesRunner<State>(form: JsonLinesEngine<State>): Runner {
  return {
    engine: form.engine,
    capabilities: { ...plainCapabilities, survives: true, ...form.capabilities },
    ...createResumeCodec({ ...form.resume, engine: form.engine }),
    run: (request, host) => run(form, request, host),
  };
}

async function* run<State>(
  form: JsonLinesEngine<State>,
  request: RunRequest,
  host: RunHost,
): AsyncGenerator<TakopiEvent, void, undefined> {
  const opened = await start(form, request, host).catch((error: unknown) => messageOf(error));
  if (typeof opened === "string") return yield failed(form.engine, opened);
  const { child } = opened;
  const cancel = (): void => void child.stop();
  host.signal.addEventListener("abort", cancel, { once: true });
  if (host.signal.aborted) cancel();
  try {
    let isCompleted = false;
    for await (const event of translated(form, form.begin(request), child.lines)) {
      isCompleted = event.type === "completed";
      yield event;
      if (isCompleted) break;
    }
    const exit = await letEnd(child, { exitMs });
    if (!isCompleted) yield withoutResult(form.engine, { exit, opened, host });
  } finally {
    host.signal.removeEventListener("abort", cancel);
    await child.stop();
  }
}

/** An engine that is taken up has its prompt, but maybe not the end of its input. */
async function start<State>(form: JsonLinesEngine<State>, request: RunRequest, host: RunHost): Promise<OpenedProgram> {
  const { command, configDir } = form;
  const program = resolveProgram(command, { configDir, home: host.env["HOME"] });
  const launch = { command: program, args: form.args?.(request) ?? [], env: host.env };
  const opened = await openProgram(launch, request, host);
  const { child, told, caughtUp, isTakenUp } = opened;
  if (isTakenUp) void caughtUp.then(() => host.caughtUp());
  const given = told.length > 0 ? Promise.resolve() : child.write(form.input?.(request) ?? request.prompt);
  void given.then(() => child.endInput());
  return opened;
}

async function* translated<State>(
  form: JsonLinesEngine<State>,
  state: State,
  lines: AsyncIterable<OutputLine>,
): AsyncGenerator<TakopiEvent, void, undefined> {
  let warningCount = 0;
  for await (const line of lines) {
    const text = line.kind === "oversize" ? line.head : line.text;
    if (text.trim() === "") continue;
    try {
      if (line.kind === "oversize") throw new Error("the line is too long");
      yield* form.translate(JSON.parse(text), state);
    } catch (error) {
      warningCount += 1;
      yield warning(form.engine, `warning-${warningCount}`, `${messageOf(error)}: ${text.slice(0, 200)}`);
    }
  }
}

interface EndWithoutResult {
  readonly exit: ProcessExit;
  readonly opened: OpenedProgram;
  readonly host: RunHost;
}

function withoutResult(engine: EngineId, { exit, opened, host }: EndWithoutResult): CompletedEvent {
  if (host.signal.aborted) return failed(engine, "cancelled");
  const how = exit.kind === "exited" ? `with exit code ${exit.code}` : `by ${exit.signal}`;
  const tail = opened.child.stderrTail().trim();
  const event = failed(engine, `${engine} ended ${how} and without a result${tail === "" ? "" : `:\n${tail}`}`);
  return opened.isLost() ? { ...event, fault: "interrupted" } : event;
}

function failed(engine: EngineId, error: string): CompletedEvent {
  return { type: "completed", engine, ok: false, answer: "", error };
}

function warning(engine: EngineId, id: string, title: string): TakopiEvent {
  const action = { id, kind: "warning", title, detail: {} } as const;
  return { type: "action", engine, action, phase: "completed", ok: false, level: "warning" };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
