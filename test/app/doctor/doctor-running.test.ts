import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, it, onTestFinished } from "vitest";
import { checkRunning } from "../../../src/app/doctor/doctor-running.ts";
import { takeLocks } from "../../../src/app/locks.ts";
import type { LoadedConfig } from "../../../src/config/load-config.ts";
import { loadConfig } from "../../../src/config/load-config.ts";
import { ENGINE_IDS, MINIMAL } from "../../config/factories.ts";
import { FakeMachine } from "../fake-machine.ts";
import { quietReport } from "../status/quiet-report.ts";

let dir: string;
let loaded: LoadedConfig;
let machine: FakeMachine;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "takopi-doctor-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  writeFileSync(join(dir, "takopi.toml"), MINIMAL, { mode: 0o600 });
  loaded = loadConfig({ path: join(dir, "takopi.toml"), env: {}, engineIds: ENGINE_IDS });
  machine = new FakeMachine("linux");
});

async function lines(): Promise<readonly string[]> {
  const signs = { ok: "✓", warning: "!", problem: "✗" };
  const said: string[] = [];
  for await (const { state, text } of checkRunning(loaded, { HOME: dir }, machine))
    said.push(`${signs[state]} ${text}`);
  return said;
}

/** Holds the locks of a running bot, which says this of itself. */
async function runs(report: object): Promise<void> {
  const { bot_token: token, api_root: apiRoot } = loaded.config.transports.telegram;
  const locks = takeLocks({ dir, token, apiRoot, env: { HOME: dir } });
  const server = createServer((socket) => socket.end(JSON.stringify({ ...quietReport, ...report })));
  server.listen(join(dir, "takopi.sock"));
  await once(server, "listening");
  onTestFinished(() => {
    locks.release();
    server.close();
  });
}

it("says that a running bot is well", async () => {
  await runs({});
  expect(await lines()).toEqual([`✓ takopi is running as process ${process.pid} and is well; takopi status says more`]);
});

it("says what is wrong with a running bot", async () => {
  await runs({ isWell: false, problems: ["Telegram has not answered for 5m 00s"] });
  expect(await lines()).toEqual([
    `✗ takopi is running as process ${process.pid} and is not well: Telegram has not answered for 5m 00s`,
  ]);
});

it("says whether what is installed runs", async () => {
  machine.readFile = () => "a unit";
  machine.answers.set("systemctl --user is-active", { ok: true, output: "active\n" });
  expect((await lines())[1]).toMatch(/^✓ service takopi-\S+ keeps it running: .*\.service$/);
  machine.answers.set("systemctl --user is-active", { ok: false, output: "failed\n" });
  expect((await lines())[1]).toMatch(
    /^! service takopi-\S+ is installed and does not run: takopi service logs says why$/,
  );
});

it("says nothing of services where there is no supervisor", async () => {
  machine.answers.set("systemctl", { ok: false, output: "Failed to connect to bus" });
  expect(await lines()).toEqual(["✓ no other takopi is running here"]);
});
