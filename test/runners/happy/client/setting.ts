import { HappyClient } from "../../../../runners/happy/client/happy-client.ts";
import type { Patience } from "../../../../runners/happy/client/patience.ts";
import { signUp, type FakeAccount } from "../fake-happy-server/fake-account.ts";
import { FakeHappyServer } from "../fake-happy-server/fake-happy-server.ts";
import { FakeMachine, type FakeMachineOptions } from "../fake-happy-server/fake-machine.ts";

/** Short, so that what waits for silence is quick; long enough for a busy machine. */
export const quickPatience: Partial<Patience> = {
  settleMs: 600,
  silenceMs: 1_000,
  offlineMs: 100,
  probeMs: 2_000,
  reconnectMs: 10_000,
};

/** A server with one account and one machine. */
export interface Setting {
  readonly server: FakeHappyServer;
  readonly account: FakeAccount;
  readonly machine: FakeMachine;
  readonly client: HappyClient;
  readonly clientWith: (patience: Partial<Patience>) => HappyClient;
}

/** Runs a test with a setting of its own, so that tests can run side by side. */
export async function withSetting(
  use: (setting: Setting) => Promise<void>,
  machineOptions: Partial<FakeMachineOptions> = {},
): Promise<void> {
  const server = await FakeHappyServer.start();
  const account = await signUp(server);
  const machine = await FakeMachine.start({ server, account, ...machineOptions });
  const { token, secretB64 } = account;
  const clientWith = (patience: Partial<Patience>): HappyClient =>
    new HappyClient({ serverUrl: server.url, token, secretB64, patience: { ...quickPatience, ...patience } });
  try {
    await use({ server, account, machine, client: clientWith({}), clientWith });
  } finally {
    machine.goOffline();
    await server.close();
  }
}
