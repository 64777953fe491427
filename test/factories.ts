import { randomUUID } from "node:crypto";
import type { Decision, DecisionRequest } from "../src/domain/decision.ts";
import type {
  ActionEvent,
  CompletedEvent,
  EngineId,
  ResumeToken,
  StartedEvent,
  TakopiEvent,
} from "../src/domain/event.ts";
import type { ProcessIdentity } from "../src/domain/process.ts";
import { toRunId } from "../src/domain/run.ts";
import { plainCapabilities } from "../src/runner/json-lines-runner.ts";
import { createResumeCodec } from "../src/runner/resume-line.ts";
import type {
  Capabilities,
  FollowUp,
  PastTurn,
  ResumeCodec,
  Runner,
  RunHost,
  RunRequest,
  SessionHost,
  SessionSummary,
} from "../src/runner/runner.ts";

/** The engine of everything made here, unless told otherwise. */
export const testEngine = "scripted";

export function token(value = "session-1", engine: EngineId = testEngine): ResumeToken {
  return { engine, value };
}

export function started(resume: ResumeToken = token(), more: Partial<StartedEvent> = {}): StartedEvent {
  return { type: "started", engine: resume.engine, resume, ...more };
}

export function actionStarted(id = "a1", more: Partial<ActionEvent> = {}): ActionEvent {
  const action = { id, kind: "command", title: `run ${id}`, detail: {} } as const;
  return { type: "action", engine: testEngine, action, phase: "started", ...more };
}

export function actionCompleted(id = "a1", more: Partial<ActionEvent> = {}): ActionEvent {
  return actionStarted(id, { phase: "completed", ok: true, ...more });
}

export function completed(answer = "done", more: Partial<CompletedEvent> = {}): CompletedEvent {
  return { type: "completed", engine: testEngine, ok: true, answer, resume: token(), ...more };
}

/** Every request has a run id of its own, also across test files: ending a run ends every process with its mark. */
export function runRequest(more: Partial<RunRequest> = {}): RunRequest {
  return {
    runId: toRunId(randomUUID().replaceAll("-", "").slice(0, 12)),
    prompt: "hello",
    cwd: process.cwd(),
    attachments: [],
    options: {},
    ...more,
  };
}

/** A host whose requests and processes can be looked at, and which can be aborted. */
export interface TestHost extends RunHost {
  readonly requests: readonly DecisionRequest[];
  readonly processes: readonly ProcessIdentity[];
  /** Ids of the requests whose answer the runner reported as taken. */
  readonly taken: readonly string[];
  abort(): void;
}

export interface TestHostOptions {
  /** Default: approves once, and chooses the first option of every question. */
  readonly decide?: (request: DecisionRequest, withdrawn?: AbortSignal) => Decision | Promise<Decision>;
  /** Default: the environment of the tests. */
  readonly env?: Readonly<Record<string, string>>;
  readonly followUps?: AsyncIterable<FollowUp>;
  readonly history?: readonly PastTurn[];
  readonly caughtUp?: () => void;
}

export function createTestHost(options: TestHostOptions = {}): TestHost {
  const aborter = new AbortController();
  const requests: DecisionRequest[] = [];
  const processes: ProcessIdentity[] = [];
  const taken: string[] = [];
  const { decide = agree, env = ownEnvironment(), followUps = nothing(), history = [] } = options;
  const { caughtUp = () => {} } = options;
  return {
    signal: aborter.signal,
    env,
    followUps,
    requests,
    processes,
    taken,
    history: () => history,
    answerTaken: (requestId) => void taken.push(requestId),
    abort: () => aborter.abort(),
    processStarted: (started) => void processes.push(started),
    caughtUp,
    decide: async (request, withdrawn) => {
      requests.push(request);
      return await decide(request, withdrawn);
    },
  };
}

function agree(request: DecisionRequest): Decision {
  if (request.kind !== "question") return { kind: "approve", scope: "once" };
  const answers = request.questions.map(({ id, options }) => [id, [options[0]?.label ?? "yes"]] as const);
  return { kind: "answers", answers: Object.fromEntries(answers) };
}

function ownEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

async function* nothing(): AsyncGenerator<never, void, undefined> {}

export async function collect(events: AsyncIterable<TakopiEvent>): Promise<TakopiEvent[]> {
  const all: TakopiEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

/** The one `completed` event; throws when there is none. */
export function completedOf(events: readonly TakopiEvent[]): CompletedEvent {
  const found = events.find((event) => event.type === "completed");
  if (found === undefined) throw new Error(`no completed event among ${events.length}`);
  return found;
}

/** One run of a `ScriptedRunner`, driven by the test. */
export class ScriptedRun {
  readonly request: RunRequest;
  readonly host: RunHost;
  /** Settles when the consumer is through with the run, or has stopped it. */
  readonly finished: Promise<void>;
  readonly #queue: (TakopiEvent | "end" | Error)[] = [];
  #wake: () => void = () => {};
  #finish: () => void = () => {};

  constructor(request: RunRequest, host: RunHost) {
    this.request = request;
    this.host = host;
    this.finished = new Promise((resolve) => (this.#finish = resolve));
    host.signal.addEventListener("abort", () => this.#wake(), { once: true });
  }

  emit(...events: readonly TakopiEvent[]): void {
    this.#push(...events);
  }

  /** The generator returns. */
  end(): void {
    this.#push("end");
  }

  /** The generator throws. */
  fail(error: Error): void {
    this.#push(error);
  }

  async *events(): AsyncGenerator<TakopiEvent, void, undefined> {
    try {
      for (let item = await this.#next(); item !== "end"; item = await this.#next()) {
        if (item instanceof Error) throw item;
        yield item;
      }
    } finally {
      this.#finish();
    }
  }

  #push(...items: readonly (TakopiEvent | "end" | Error)[]): void {
    this.#queue.push(...items);
    this.#wake();
  }

  /** An aborted run that has nothing more to say ends. */
  async #next(): Promise<TakopiEvent | "end" | Error> {
    while (this.#queue.length === 0) {
      if (this.host.signal.aborted) return "end";
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    return this.#queue.shift() ?? "end";
  }
}

export type Script = (request: RunRequest, host: RunHost) => AsyncIterable<TakopiEvent>;

/** What a runner answers when it is asked for the sessions of a directory. */
export type ListSessions = (cwd: string, host: SessionHost) => Promise<readonly SessionSummary[]>;

/** Options of a `ScriptedRunner`. */
export interface ScriptedRunnerOptions {
  readonly engine?: EngineId;
  readonly capabilities?: Partial<Capabilities>;
  readonly script?: Script;
  /** Makes it a runner that lists sessions: these, or what the function says. */
  readonly sessions?: readonly SessionSummary[] | ListSessions;
}

/**
 * A runner that says what the test says: either by a script, or by the `ScriptedRun` that `nextRun()` hands out.
 * A driven run ends when the test calls `end()`, when it is aborted, or when the consumer stops.
 */
export class ScriptedRunner implements Runner {
  readonly engine: EngineId;
  readonly capabilities: Capabilities;
  readonly requests: RunRequest[] = [];
  readonly listSessions?: ListSessions;
  readonly #codec: ResumeCodec;
  readonly #script: Script | undefined;
  readonly #runs: ScriptedRun[] = [];
  readonly #waiting: ((run: ScriptedRun) => void)[] = [];

  constructor(options: ScriptedRunnerOptions = {}) {
    const { engine = testEngine, sessions } = options;
    this.engine = engine;
    this.capabilities = { ...plainCapabilities, sessions: sessions !== undefined, ...options.capabilities };
    if (sessions !== undefined)
      this.listSessions = typeof sessions === "function" ? sessions : () => Promise.resolve(sessions);
    this.#script = options.script;
    const pattern = new RegExp(`${engine}\\s+--resume\\s+(?<token>[^\`\\s]+)`);
    this.#codec = createResumeCodec({ engine, print: (value) => `${engine} --resume ${value}`, pattern });
  }

  run(request: RunRequest, host: RunHost): AsyncIterable<TakopiEvent> {
    this.requests.push(request);
    if (this.#script !== undefined) return this.#script(request, host);
    const run = new ScriptedRun(request, host);
    const waiting = this.#waiting.shift();
    if (waiting === undefined) this.#runs.push(run);
    else waiting(run);
    return run.events();
  }

  /** The next run in the order of beginning, waiting for it if need be. */
  nextRun(): Promise<ScriptedRun> {
    const run = this.#runs.shift();
    return run === undefined ? new Promise((resolve) => this.#waiting.push(resolve)) : Promise.resolve(run);
  }

  formatResume(resume: ResumeToken): string {
    return this.#codec.formatResume(resume);
  }

  extractResume(text: string): ResumeToken | undefined {
    return this.#codec.extractResume(text);
  }

  isResumeLine(line: string): boolean {
    return this.#codec.isResumeLine(line);
  }
}
