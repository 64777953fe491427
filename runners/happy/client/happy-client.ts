import { keepBacklog } from "./backlog.ts";
import { systemClock, type Clock } from "./clock.ts";
import { credentialsFromEnv, resolveCredentials, type CredentialOptions, type Credentials } from "./credentials.ts";
import { RecordOpener } from "./crypto/record-cipher.ts";
import { Directory } from "./directory.ts";
import { MachineOfflineError } from "./errors.ts";
import { createHttp, type Http } from "./http.ts";
import { Link } from "./link.ts";
import { LiveSession } from "./live-session.ts";
import { callFor, fetchMessages, fetchNewest } from "./messages.ts";
import { changeMetadata } from "./metadata.ts";
import { lastPromptSeq } from "./open-turn.ts";
import { defaultPatience, type Patience } from "./patience.ts";
import { postPrompt, type PromptOptions } from "./prompt.ts";
import { machineIdOf, openMessage, type Machine, type Message, type OpenedSession, type Session } from "./records.ts";
import type { SessionEvent } from "./session-event.ts";
import { resumeSession, startSession, type Agent, type StartOptions } from "./start-session.ts";
import { stopSession } from "./stop-session.ts";
import { waitForIdle, waitForTurn, type TurnResult, type WaitOptions } from "./waits.ts";

export interface HappyClientOptions extends CredentialOptions {
  /** Changes to how long things are waited for. */
  readonly patience?: Partial<Patience>;
  readonly clock?: Clock;
}

export interface SpawnOptions {
  /** Id of the machine, as `listMachines` tells it. */
  readonly machineId: string;
  /** Absolute path on that machine. */
  readonly directory: string;
  /** Default `claude`. */
  readonly agent?: Agent;
  /** Whether the directory may be made where there is none; default false. */
  readonly createDir?: boolean;
  /** The title in the Happy apps. */
  readonly name?: string;
}

export interface RunTaskOptions extends Pick<SpawnOptions, "machineId" | "directory" | "agent"> {
  readonly prompt: string;
  /** Default 600. */
  readonly timeoutSeconds?: number;
}

/** The server counts a session as active for minutes after its last sign of life, which it notes every 30 s. */
const aliveMs = 120_000;
/** How long a program that the server takes for ended has to show that it is there. One that is answers at once. */
const knockMs = 3_000;
const taskTimeoutSeconds = 600;

/**
 * Controls the agent sessions of one Happy account on all its machines. Everything is encrypted here: the server sees no prompt and no
 * answer. A connection is open only while a call needs one, so that a client keeps no program running.
 *
 * Every method throws `ConnectionError` when the server can't be reached, `AuthenticationError` when it does not accept the token, and
 * `EncryptionError` when the secret does not open what is asked for; what else it throws is said there. All errors are `HappyError`s.
 *
 * @example
 * const client = new HappyClient({ serverUrl: "https://api.happy.engineering" }); // token and secret from ~/.happy
 * const sessionId = await client.runTask({ machineId, directory: "/home/me/project", prompt: "Summarise this week's PRs" });
 */
export class HappyClient {
  readonly #http: Http;
  readonly #link: Link;
  readonly #directory: Directory;
  readonly #patience: Patience;
  readonly #clock: Clock;
  /** The last prompt sent to each session. */
  readonly #prompts = new Map<string, number>();

  /** Throws `AuthenticationError` when credentials are missing or malformed. Nothing is sent yet. */
  constructor(options: HappyClientOptions = {}, credentials: Credentials = resolveCredentials(options, process.env)) {
    const { serverUrl, token, secret } = credentials;
    this.#patience = { ...defaultPatience, ...options.patience };
    this.#clock = options.clock ?? systemClock;
    const { httpMs, connectMs, reconnectMs } = this.#patience;
    this.#http = createHttp({ serverUrl, token, timeoutMs: httpMs });
    this.#link = new Link({ serverUrl, token, connectMs, reconnectMs });
    this.#directory = new Directory(this.#http, new RecordOpener(secret));
  }

  /** With `HAPPY_TOKEN`, `HAPPY_SECRET` and `HAPPY_SERVER_URL`, which `serverUrl` overrules. Throws `AuthenticationError` when one is missing. */
  static fromEnv(options: Omit<HappyClientOptions, "token" | "secretB64" | "credentialsPath"> = {}): HappyClient {
    return new HappyClient(options, credentialsFromEnv(options.serverUrl, process.env));
  }

  /** Starts a session; resolves to its id. Throws `MachineOfflineError` and `SpawnError`. */
  async spawnSession(options: SpawnOptions): Promise<string> {
    const { machineId, directory, agent = "claude", createDir = false, name } = options;
    const sessionId = await this.#onMachine(machineId, (on) => startSession(on, { directory, agent, createDir }));
    if (name !== undefined) await this.setSessionName(sessionId, name);
    return sessionId;
  }

  /** Starts the program of a stopped session again, on its machine. Throws `SessionNotFound`, `MachineOfflineError`, `SpawnError`. */
  async resumeSession(sessionId: string): Promise<void> {
    const machineId = machineIdOf(await this.getSession(sessionId));
    if (machineId === undefined)
      throw new MachineOfflineError(`session ${sessionId} does not say on which machine it is`);
    await this.#onMachine(machineId, (on) => resumeSession(on, sessionId));
  }

  /** Ends the program of a session. What was said stays, and the session can be resumed. Throws `SessionNotFound`. */
  async stopSession(sessionId: string): Promise<void> {
    await this.#link.use(async (socket) => {
      const opened = await this.#directory.session(sessionId);
      const machineId = machineIdOf(opened.session);
      // The machine may be gone for good.
      const machine =
        machineId === undefined ? undefined : await this.#directory.machine(machineId).catch(() => undefined);
      await stopSession({
        socket,
        http: this.#http,
        opened,
        machine,
        patience: this.#patience,
        now: this.#clock.now(),
      });
    });
  }

  /** Deletes a session and everything that was said in it. Throws `SessionNotFound`. */
  async deleteSession(sessionId: string): Promise<void> {
    const path = `/v1/sessions/${encodeURIComponent(sessionId)}`;
    await callFor(sessionId, this.#http.call({ method: "DELETE", path }));
  }

  /** Sets the title shown in the Happy apps. Throws as `updateSessionMetadata`. */
  async setSessionName(sessionId: string, name: string): Promise<Session> {
    return await this.updateSessionMetadata(sessionId, { summary: { text: name, updatedAt: this.#clock.now() }, name });
  }

  /**
   * Puts `changes` over the session's metadata, key by key, without losing what others change at the same time. Throws
   * `SessionNotFound`, `MetadataUpdateError`, and `MetadataConflictError` after ten lost attempts.
   */
  async updateSessionMetadata(sessionId: string, changes: Readonly<Record<string, unknown>>): Promise<Session> {
    return await this.#link.use(async (socket) => {
      const opened = await this.#directory.session(sessionId);
      return await changeMetadata({ socket, opened, changes, patience: this.#patience });
    });
  }

  /**
   * Sends a prompt; resolves to its `seq` when the server has it. Throws `SessionNotFound`, and `MachineOfflineError` for a session that
   * is stopped: nobody would read it.
   */
  async sendMessage(sessionId: string, text: string, options: PromptOptions = {}): Promise<number> {
    const opened = await this.#directory.session(sessionId);
    if (!opened.session.active && !(await this.isReachable(sessionId)))
      throw new MachineOfflineError(`session ${sessionId} is stopped: resumeSession starts it again`);
    const seq = await postPrompt(this.#http, opened, { ...options, text });
    this.#prompts.set(sessionId, seq);
    return seq;
  }

  /**
   * Waits for the end of the turn that answers the last prompt: the last one this client sent, else the last one there is. Throws
   * `TimeoutError`, `SessionNotFound`, `MachineOfflineError` when the session's program is gone.
   */
  async waitForTurnCompletion(sessionId: string, options: WaitOptions = {}): Promise<TurnResult> {
    const open = (onEvent: (event: SessionEvent) => void): Promise<LiveSession> => this.openSession(sessionId, onEvent);
    const begin = async (live: LiveSession, timeoutMs: number): ReturnType<LiveSession["prompt"]> => {
      const seq = this.#prompts.get(sessionId) ?? (await this.#lastPrompt(sessionId));
      return live.follow(seq, { timeoutMs });
    };
    return await waitForTurn(open, begin, options);
  }

  /** Waits until nobody works in the session's terminal and nothing waits for an answer. Throws `TimeoutError`, `SessionNotFound`. */
  async waitForIdle(sessionId: string, options: WaitOptions = {}): Promise<void> {
    await waitForIdle((onEvent) => this.openSession(sessionId, onEvent), options);
  }

  /** The latest changed first; sessions that the secret does not open are left out. */
  async listSessions({ activeOnly = false }: { readonly activeOnly?: boolean } = {}): Promise<readonly Session[]> {
    const sessions = await this.#directory.sessions();
    return activeOnly ? sessions.filter(({ active }) => active) : sessions;
  }

  /** Throws `SessionNotFound`. */
  async getSession(sessionId: string): Promise<Session> {
    return (await this.#directory.session(sessionId)).session;
  }

  /** Whether the server had a sign of life of the session in the last two minutes. Throws `SessionNotFound`. */
  async isAlive(sessionId: string): Promise<boolean> {
    const { active, activeAt } = await this.getSession(sessionId);
    return active && this.#clock.now() - activeAt < aliveMs;
  }

  /** Whether the session's program answers: surer than `isAlive`, and slower where it does not (3 s). Throws `SessionNotFound`. */
  async isReachable(sessionId: string): Promise<boolean> {
    const live = await this.openSession(sessionId, () => {});
    try {
      return await live.isThere(knockMs);
    } finally {
      live.close();
    }
  }

  /** All messages, in their order. Throws `SessionNotFound`. */
  async getMessages(sessionId: string): Promise<readonly Message[]> {
    const { cipher } = await this.#directory.session(sessionId);
    const messages: Message[] = [];
    for await (const record of fetchMessages(this.#http, sessionId, 0)) messages.push(openMessage(cipher, record));
    return messages;
  }

  /** Machines that the secret does not open are left out. */
  async listMachines({ activeOnly = false }: { readonly activeOnly?: boolean } = {}): Promise<readonly Machine[]> {
    const machines = await this.#directory.machines();
    return activeOnly ? machines.filter(({ active }) => active) : machines;
  }

  /** Throws `MachineOfflineError` when the account has no such machine. */
  async getMachine(machineId: string): Promise<Machine> {
    return (await this.#directory.machine(machineId)).machine;
  }

  /** Starts a session, sends the prompt, waits for the answer, stops the session; resolves to its id. Throws as these four. */
  async runTask({ prompt, timeoutSeconds = taskTimeoutSeconds, ...spawn }: RunTaskOptions): Promise<string> {
    const sessionId = await this.spawnSession(spawn);
    try {
      const open = (onEvent: (event: SessionEvent) => void): Promise<LiveSession> =>
        this.openSession(sessionId, onEvent);
      await waitForTurn(open, (live, timeoutMs) => live.prompt(prompt, { timeoutMs }), { timeoutSeconds });
    } finally {
      await this.stopSession(sessionId);
    }
    return sessionId;
  }

  /**
   * Follows a session: its events are told, and it takes prompts, answers and aborts. Keeps a connection open until the caller closes
   * it. Throws `SessionNotFound`.
   */
  async openSession(sessionId: string, onEvent: (event: SessionEvent) => void): Promise<LiveSession> {
    const held = await this.#link.hold();
    const { listen, drop } = keepBacklog(held.socket);
    try {
      const opened: OpenedSession = await this.#directory.session(sessionId);
      const refetch = () => this.#directory.record(sessionId);
      const [http, clock, patience] = [this.#http, this.#clock, this.#patience];
      return new LiveSession({ http, held, listen, opened, refetch, clock, patience, onEvent });
    } catch (error) {
      drop();
      held.release();
      throw error;
    }
  }

  /** For good: what is going on fails with a `ConnectionError`. A client that is not used any more needs no closing. */
  close(): void {
    this.#link.close();
  }

  async #lastPrompt(sessionId: string): Promise<number> {
    const { cipher } = await this.#directory.session(sessionId);
    return lastPromptSeq(await fetchNewest(this.#http, sessionId), cipher);
  }

  async #onMachine<T>(machineId: string, work: (options: StartOptions) => Promise<T>): Promise<T> {
    return await this.#link.use(async (socket) => {
      const machine = await this.#directory.machine(machineId);
      const { directory, patience, clock } = {
        directory: this.#directory,
        patience: this.#patience,
        clock: this.#clock,
      };
      return await work({ socket, machine, directory, patience, clock });
    });
  }
}
