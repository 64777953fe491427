import { isAbsolute, resolve } from "node:path";
import type { CompletedEvent, EngineId, TakopiEvent } from "../domain/event.ts";
import type { OutputLine } from "../wire/lines.ts";
import { type ProcessExit, startSubprocess, type Subprocess } from "../wire/subprocess.ts";
import { createResumeCodec, type ResumeLineForm } from "./resume-line.ts";
import type { Capabilities, Runner, RunHost, RunRequest } from "./runner.ts";

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
  /** Default: it can do nothing but run. */
  readonly capabilities?: Partial<Capabilities>;
  /** What `translate` keeps between the lines of one run. */
  readonly begin: (request: RunRequest) => State;
  /** The events of one line, pure but for `state`. Lines it does not know have none; what it throws becomes a warning. */
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
    capabilities: { ...plainCapabilities, ...form.capabilities },
    ...createResumeCodec({ ...form.resume, engine: form.engine }),
    run: (request, host) => run(form, request, host),
  };
}

async function* run<State>(
  form: JsonLinesEngine<State>,
  request: RunRequest,
  host: RunHost,
): AsyncGenerator<TakopiEvent, void, undefined> {
  const child = await start(form, request, host).catch((error: unknown) => messageOf(error));
  if (typeof child === "string") return yield failed(form.engine, child);
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
    const exit = await endOf(child);
    if (!isCompleted) yield failed(form.engine, whyNoResult(form.engine, { exit, child, host }));
  } finally {
    host.signal.removeEventListener("abort", cancel);
    await child.stop();
  }
}

async function start<State>(form: JsonLinesEngine<State>, request: RunRequest, host: RunHost): Promise<Subprocess> {
  const { command, configDir } = form;
  const isPath = command.includes("/") && !isAbsolute(command);
  const child = await startSubprocess({
    command: isPath ? resolve(configDir, command) : command,
    args: form.args?.(request) ?? [],
    cwd: request.cwd,
    env: host.env,
    runId: request.runId,
  });
  host.processStarted(child.identity);
  void child.write(form.input?.(request) ?? request.prompt).then(() => child.endInput());
  return child;
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

/** It may go away by itself; what does not is ended. */
function endOf(child: Subprocess): Promise<ProcessExit> {
  return child.stop({ interrupt: () => {}, interruptGraceMs: 3000 });
}

function whyNoResult(engine: EngineId, end: { exit: ProcessExit; child: Subprocess; host: RunHost }): string {
  if (end.host.signal.aborted) return "cancelled";
  const how = end.exit.kind === "exited" ? `with exit code ${end.exit.code}` : `by ${end.exit.signal}`;
  const tail = end.child.stderrTail().trim();
  return `${engine} ended ${how} and without a result${tail === "" ? "" : `:\n${tail}`}`;
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
