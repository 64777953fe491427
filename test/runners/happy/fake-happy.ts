import { HappyClient } from "../../../runners/happy/client/happy-client.ts";
import { configSchema } from "../../../runners/happy/config.ts";
import type { Patience } from "../../../runners/happy/patience.ts";
import { createHappyRunner } from "../../../runners/happy/runner.ts";
import type { Runner } from "../../../src/runner/runner.ts";
import { signUp, type FakeAccount } from "./fake-happy-server/fake-account.ts";
import { FakeHappyServer } from "./fake-happy-server/fake-happy-server.ts";
import { FakeMachine, type FakeMachineOptions } from "./fake-happy-server/fake-machine.ts";
import type { FakeSession } from "./fake-happy-server/fake-session.ts";
import type { Play } from "./play.ts";

/** Short, so that what waits for silence is quick; long enough for a busy computer. */
const quickPatience: Patience = {
  settleMs: 600,
  offlineMs: 100,
  silenceMs: 2_000,
  reconnectMs: 10_000,
  busyMs: 1_000,
  resumeMs: 1_000,
};

export interface FakeRunnerOptions {
  readonly engine?: string;
  /** More keys of the table. */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly patience?: Patience;
}

/** A server, an account, a machine, and runners for it. */
export class FakeHappy {
  readonly server: FakeHappyServer;
  readonly account: FakeAccount;
  readonly machine: FakeMachine;

  private constructor(server: FakeHappyServer, account: FakeAccount, machine: FakeMachine) {
    this.server = server;
    this.account = account;
    this.machine = machine;
  }

  static async start(options: Partial<FakeMachineOptions> = {}): Promise<FakeHappy> {
    const server = await FakeHappyServer.start();
    const account = await signUp(server);
    return new FakeHappy(server, account, await FakeMachine.start({ server, account, ...options }));
  }

  /** The newest session of the machine. */
  get session(): FakeSession {
    return this.machine.session;
  }

  /** The keys a table must have. */
  get table(): Readonly<Record<string, unknown>> {
    return {
      server_url: this.server.url,
      machine: this.machine.host,
      directory: "~/project",
      secret: this.account.secretB64,
      token: this.account.token,
    };
  }

  runner({ engine = "happy", config = {}, patience = {} }: FakeRunnerOptions = {}): Runner {
    const parsed = configSchema.parse({ ...this.table, ...config });
    return createHappyRunner({ engine, config: parsed, configDir: "/", patience: { ...quickPatience, ...patience } });
  }

  client(): HappyClient {
    const { token, secretB64 } = this.account;
    return new HappyClient({ serverUrl: this.server.url, token, secretB64 });
  }

  /** Resolves when the program has said something to the prompt of this run. */
  async begun(run: Play): Promise<void> {
    await run.started();
    await this.session.hasSaid(2);
  }

  /** Somebody stops the session, from elsewhere. */
  async stop(sessionId = ""): Promise<void> {
    await this.client().stopSession(sessionId);
  }

  /** Somebody interrupts the turn, from elsewhere. */
  async abort(sessionId: string): Promise<void> {
    const live = await this.client().openSession(sessionId, () => {});
    await live.abort();
    live.close();
  }

  async close(): Promise<void> {
    this.machine.goOffline();
    await this.server.close();
  }
}
