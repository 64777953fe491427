import { randomBytes, randomUUID } from "node:crypto";
import { io, type Socket } from "socket.io-client";
import { z } from "zod";
import type { Cipher } from "../../../../runners/happy/client/crypto/cipher.ts";
import { dataKeyCipher } from "../../../../runners/happy/client/crypto/data-key.ts";
import { contentKeyPair } from "../../../../runners/happy/client/crypto/keys.ts";
import { legacyCipher } from "../../../../runners/happy/client/crypto/legacy.ts";
import { Changes } from "./changes.ts";
import type { FakeAccount } from "./fake-account.ts";
import { outputDialect, sessionDialect, type Dialect } from "./dialect.ts";
import type { FakeHappyServer } from "./fake-happy-server.ts";
import { FakeSession, type Script } from "./fake-session.ts";
import { playScript } from "./script.ts";
import { sealKey } from "./sealed-key.ts";

export interface FakeMachineOptions {
  readonly server: FakeHappyServer;
  readonly account: FakeAccount;
  readonly id?: string;
  readonly host?: string;
  /** Default: data keys, and the session protocol. */
  readonly isOld?: boolean;
  readonly script?: Script;
  /** Default true. */
  readonly resumes?: boolean;
}

const callSchema = z.object({ method: z.string(), params: z.string() });
const spawnSchema = z.looseObject({
  directory: z.string().optional(),
  agent: z.string().default("claude"),
  approvedNewDirectoryCreation: z.boolean().default(false),
});
const sessionIdSchema = z.looseObject({ sessionId: z.string() });
const idSchema = z.looseObject({ id: z.string() });

/** A machine with a daemon: it starts, stops and resumes sessions, whose programs play a script. */
export class FakeMachine {
  readonly id: string;
  readonly host: string;
  /** The sessions it ever started, by id. */
  readonly sessions: Map<string, FakeSession> = new Map();
  /** The plain parameters of every start of a session. */
  readonly spawned: unknown[] = [];
  readonly #options: FakeMachineOptions;
  /** Opens its record and calls, and no session. */
  readonly key: Uint8Array = new Uint8Array(randomBytes(32));
  readonly #cipher: Cipher;
  #socket: Socket | undefined;
  #pid = 4000;
  #stops = 0;
  readonly #changes = new Changes();

  private constructor(options: FakeMachineOptions) {
    this.#options = options;
    this.id = options.id ?? randomUUID();
    this.host = options.host ?? "workstation";
    this.#cipher = options.isOld === true ? legacyCipher(options.account.secret) : dataKeyCipher(this.key);
  }

  static async start(options: FakeMachineOptions): Promise<FakeMachine> {
    const machine = new FakeMachine(options);
    await machine.#register();
    await machine.comeOnline();
    return machine;
  }

  /** The newest session; throws when there is none. */
  get session(): FakeSession {
    const newest = [...this.sessions.values()].at(-1);
    if (newest === undefined) throw new Error("no session was started");
    return newest;
  }

  /** Resolves when so many sessions were to be started. */
  async spawns(count: number): Promise<void> {
    await this.#changes.when(() => this.spawned.length >= count);
  }

  /** Resolves when so many were to be stopped. */
  async stops(count: number): Promise<void> {
    await this.#changes.when(() => this.#stops >= count);
  }

  async comeOnline(): Promise<void> {
    const { server, account, resumes = true } = this.#options;
    const auth = { token: account.token, clientType: "machine-scoped", machineId: this.id };
    const socket = io(server.url, {
      path: "/v1/updates",
      transports: ["websocket"],
      auth,
      forceNew: true,
      reconnectionDelay: 20,
    });
    this.#socket = socket;
    const methods = ["spawn-happy-session", "stop-session", ...(resumes ? ["resume-happy-session"] : [])];
    socket.on("connect", () => {
      for (const method of methods) socket.emit("rpc-register", { method: `${this.id}:${method}` });
    });
    socket.on("rpc-request", (call: unknown, ack: (answer: string) => void) => {
      void this.#answer(call).then((answer) => ack(this.#cipher.encrypt(answer)));
    });
    const registered = new Promise<void>((resolve) => {
      socket.on("rpc-registered", ({ method }: { method: string }) => {
        if (method === `${this.id}:${methods.at(-1)}`) resolve();
      });
    });
    await registered;
  }

  /** The lid is closed: daemon and sessions are gone, and say nothing. */
  goOffline(): void {
    this.#socket?.disconnect();
    for (const session of this.sessions.values()) session.disconnect();
  }

  /** The daemon alone restarts; sessions go on. */
  loseDaemon(): void {
    this.#socket?.disconnect();
  }

  async #register(): Promise<void> {
    const metadata = {
      host: this.host,
      platform: "linux",
      happyCliVersion: "1.2.5",
      homeDir: "/home/user",
      cliAvailability: { claude: true, codex: true, gemini: false },
      resumeSupport: { rpcAvailable: this.#options.resumes !== false },
    };
    const daemonState = this.#cipher.encrypt({ status: "running", pid: 1 });
    const body = { id: this.id, metadata: this.#cipher.encrypt(metadata), daemonState, ...this.#sealed(this.key) };
    await this.#post("/v1/machines", body);
  }

  async #answer(call: unknown): Promise<unknown> {
    const { method, params } = callSchema.parse(call);
    const plain = this.#cipher.decrypt(params);
    switch (method.slice(method.indexOf(":") + 1)) {
      case "spawn-happy-session":
        this.spawned.push(plain);
        this.#changes.made();
        return await this.#spawn(spawnSchema.parse(plain));
      case "stop-session":
        this.#stops += 1;
        this.#changes.made();
        return this.#stop(sessionIdSchema.parse(plain).sessionId);
      case "resume-happy-session":
        return await this.#resume(sessionIdSchema.parse(plain).sessionId);
      default:
        return { error: "no such method" };
    }
  }

  async #spawn({ directory, agent, approvedNewDirectoryCreation }: z.infer<typeof spawnSchema>): Promise<unknown> {
    if (directory === undefined) return { error: "Directory is required" };
    if (directory.includes("missing") && !approvedNewDirectoryCreation)
      return { type: "requestToApproveDirectoryCreation", directory };
    this.#pid += 1;
    const pid = this.#pid;
    const start = this.#startSession({ directory, agent, pid });
    // Under load the daemon gives up before its own session is there.
    if (directory.includes("late")) return { error: `Session webhook timeout for PID ${pid}` };
    const session = await start;
    return { type: "success", sessionId: session.options.id };
  }

  async #startSession({
    directory,
    agent,
    pid,
  }: {
    directory: string;
    agent: string;
    pid: number;
  }): Promise<FakeSession> {
    const { account, isOld = false, server, script = playScript } = this.#options;
    const key = new Uint8Array(randomBytes(32));
    const cipher = isOld ? legacyCipher(account.secret) : dataKeyCipher(key);
    const metadata = {
      path: directory,
      host: this.host,
      homeDir: "/home/user",
      machineId: this.id,
      startedBy: "daemon",
      hostPid: pid,
      lifecycleState: "running",
      flavor: agent,
    };
    const body = { tag: randomUUID(), metadata: cipher.encrypt(metadata), ...this.#sealed(key) };
    const { session } = z.looseObject({ session: idSchema }).parse(await this.#post("/v1/sessions", body));
    const dialect: Dialect = isOld ? outputDialect : sessionDialect;
    const { id } = session;
    const versions = { metadata: 0, state: 0 };
    const started = new FakeSession({ server, token: account.token, id, cipher, dialect, script, versions });
    this.sessions.set(id, started);
    await started.connect();
    return started;
  }

  #stop(sessionId: string): unknown {
    const session = this.sessions.get(sessionId);
    if (session?.isConnected !== true) return { error: "Session not found or failed to stop" };
    session.disconnect();
    this.#socket?.emit("session-end", { sid: sessionId, time: Date.now() });
    return { message: "Session stopped" };
  }

  async #resume(sessionId: string): Promise<unknown> {
    const session = this.sessions.get(sessionId);
    if (session === undefined) return { error: "Session not found on this machine" };
    await session.connect();
    return { type: "success", sessionId };
  }

  #sealed(key: Uint8Array): { dataEncryptionKey?: string } {
    const { isOld = false, account } = this.#options;
    return isOld ? {} : { dataEncryptionKey: sealKey(key, contentKeyPair(account.secret).publicKey) };
  }

  async #post(path: string, body: object): Promise<unknown> {
    const { server, account } = this.#options;
    const headers = { authorization: `Bearer ${account.token}`, "content-type": "application/json" };
    const response = await fetch(`${server.url}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    return await response.json();
  }
}
