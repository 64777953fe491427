import { fieldsAt, flagAt, isFields, numberAt, textAt, type Fields } from "../../../src/runner/fields.ts";
import { callProgram, type Callee } from "./call-program.ts";
import type { Clock } from "./clock.ts";
import type { Directory } from "./directory.ts";
import { MachineOfflineError, SpawnError } from "./errors.ts";
import type { Patience } from "./patience.ts";
import { machineIdOf, type OpenedMachine, type Session } from "./records.ts";
import type { HappySocket } from "./socket.ts";
import { decodeUpdate } from "./updates.ts";

/** A session may come up while the connection is broken, so that it is not told: the list is looked at, too. */
const listEveryMs = 10_000;

/** The agents a machine can start, where they are installed. */
export type Agent = "claude" | "codex" | "gemini" | "openclaw" | "agy";

export interface StartOptions {
  readonly socket: HappySocket;
  readonly machine: OpenedMachine;
  readonly directory: Directory;
  readonly patience: Patience;
  readonly clock: Clock;
}

export interface SpawnParams {
  /** Absolute path on the machine. */
  readonly directory: string;
  readonly agent: Agent;
  /** Whether the directory may be made where there is none. */
  readonly createDir: boolean;
}

/**
 * Starts a session on a machine; resolves to its id. A machine that gave up waiting for its own session is not believed: the session
 * comes up a little later and is recognised by its process. Throws `MachineOfflineError`, `SpawnError`, `ConnectionError`.
 */
export async function startSession(options: StartOptions, params: SpawnParams): Promise<string> {
  const arrivals = new Arrivals(options);
  try {
    const answer = await callMachine(options, "spawn-happy-session", {
      type: "spawn-in-directory",
      directory: params.directory,
      approvedNewDirectoryCreation: params.createDir,
      agent: params.agent,
    });
    const pid = latePid(answer);
    return pid === undefined ? startedId(answer, params.directory) : await arrivals.ofProcess(pid);
  } finally {
    arrivals.close();
  }
}

/**
 * Starts the program of a stopped session again, under the same id. Throws `SpawnError` where the machine can't, `MachineOfflineError`
 * where it is not connected, and `ConnectionError`.
 */
export async function resumeSession(options: StartOptions, sessionId: string): Promise<void> {
  const { machine } = options.machine;
  try {
    startedId(await callMachine(options, "resume-happy-session", { sessionId }), "");
  } catch (error) {
    // A daemon that does not resume does not listen for it; one that says it does is not there.
    const resumes = flagAt(fieldsAt(machine.metadata, "resumeSupport"), "rpcAvailable");
    if (!(error instanceof MachineOfflineError) || resumes) throw error;
    throw new SpawnError(
      `${labelOf(options)} does not resume sessions: run happy-agent auth login there once, or update happy`,
      { cause: error },
    );
  }
}

async function callMachine(options: StartOptions, method: string, params: unknown): Promise<Fields> {
  const { socket, machine, patience } = options;
  const callee: Callee = { scope: machine.machine.id, cipher: machine.cipher, label: labelOf(options) };
  const answer = await callProgram(socket, callee, { method, params, timeoutMs: patience.spawnMs });
  return isFields(answer) ? answer : {};
}

function labelOf({ machine: { machine } }: StartOptions): string {
  return `the machine ${textAt(machine.metadata, "host") ?? machine.id}`;
}

function startedId(answer: Fields, directory: string): string {
  const sessionId = textAt(answer, "sessionId");
  if (answer["type"] === "success" && sessionId !== undefined) return sessionId;
  if (answer["type"] === "requestToApproveDirectoryCreation")
    throw new SpawnError(
      `${textAt(answer, "directory") ?? directory} does not exist on the machine: make it, or allow it to be made`,
    );
  throw new SpawnError(`the machine did not start the session: ${errorIn(answer) ?? "it does not say why"}`);
}

function errorIn(answer: Fields): string | undefined {
  return textAt(answer, "error") ?? textAt(answer, "errorMessage");
}

function latePid(answer: Fields): number | undefined {
  const pid = /webhook timeout for PID (\d+)/iu.exec(errorIn(answer) ?? "")?.[1];
  return pid === undefined ? undefined : Number(pid);
}

/** The sessions that come up on a machine while one is waited for. */
class Arrivals {
  readonly #options: StartOptions;
  readonly #stopListening: () => void;
  readonly #sessions: Session[] = [];
  #notify: (hasArrived: boolean) => void = () => {};

  constructor(options: StartOptions) {
    this.#options = options;
    this.#stopListening = options.socket.listen({ update: (body) => this.#take(body) });
  }

  /** It may be there already. */
  async ofProcess(pid: number): Promise<string> {
    const { clock, patience } = this.#options;
    const end = clock.now() + patience.lateSpawnMs;
    for (;;) {
      const found = this.#sessions.find((session) => this.#isOf(session, pid));
      if (found !== undefined) return found.id;
      if (clock.now() >= end)
        throw new SpawnError(
          `${labelOf(this.#options)} began to start the session, but it did not come up (process ${pid})`,
        );
      const hasArrived = await this.#next(Math.min(listEveryMs, end - clock.now()));
      if (!hasArrived) this.#sessions.push(...(await this.#options.directory.sessions()));
    }
  }

  close(): void {
    this.#stopListening();
  }

  #isOf(session: Session, pid: number): boolean {
    return numberAt(session.metadata, "hostPid") === pid && machineIdOf(session) === this.#options.machine.machine.id;
  }

  /** Whether one came within that time. */
  async #next(ms: number): Promise<boolean> {
    const cancel = this.#options.clock.after(ms, () => this.#notify(false));
    const hasArrived = await new Promise<boolean>((resolve) => (this.#notify = resolve));
    cancel();
    return hasArrived;
  }

  #take(body: unknown): void {
    const update = decodeUpdate(body);
    if (update?.type !== "session_made") return;
    const opened = this.#options.directory.open(update.record);
    if (opened === undefined) return;
    this.#sessions.push(opened.session);
    this.#notify(true);
  }
}
