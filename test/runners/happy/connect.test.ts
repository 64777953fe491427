import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { completedOf } from "../../factories.ts";
import { FakeHappy } from "./fake-happy.ts";
import { play } from "./play.ts";

let happy: FakeHappy;

beforeEach(async () => {
  happy = await FakeHappy.start();
});

afterEach(async () => {
  await happy.close();
});

describe("credentials", () => {
  const dir = mkdtempSync(join(tmpdir(), "happy-run-"));
  let keyFile = "";

  beforeAll(() => (keyFile = join(dir, "agent.key")));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it("may be the account's secret alone, a key file, or in the environment", async () => {
    const { token, secretB64 } = happy.account;
    const none = { secret: undefined, token: undefined };
    writeFileSync(keyFile, JSON.stringify({ token, secret: secretB64 }));
    const ways = [
      [{ token: undefined }, {}],
      [{ ...none, credentials: keyFile }, {}],
      [none, { HAPPY_TOKEN: token, HAPPY_SECRET: secretB64 }],
      [none, { HAPPY_HOME_DIR: dir }],
      [
        { ...none, server_url: undefined },
        { HAPPY_HOME_DIR: dir, HAPPY_SERVER_URL: happy.server.url },
      ],
    ] as const;
    for (const [config, env] of ways) {
      const events = await play(
        happy.runner({ config }),
        { prompt: "hi" },
        { env: { HAPPY_HOME_DIR: "/none", ...env } },
      );
      expect(completedOf(events)).toMatchObject({ ok: true, answer: "hi" });
    }
  });

  it("that are wrong or missing are an error that says where they are set, and quotes none", async () => {
    const wrong = await play(happy.runner({ config: { token: "not-the-token" } }), { prompt: "hi" });
    expect(completedOf(wrong).error).toBe(
      "The Happy server does not accept the token: log in again.\n" +
        "Credentials are set under [happy]: secret, or credentials with the path of a key file.",
    );
    const config = { secret: undefined, token: undefined };
    const missing = await play(happy.runner({ engine: "laptop", config }), { prompt: "hi" });
    expect(completedOf(missing).error).toMatch(
      /^No Happy key file at .*agent\.key or .*access\.key[^]*\[engines\.laptop\]/u,
    );
    const machineKey = Buffer.from(happy.machine.key).toString("base64");
    const machines = await play(happy.runner({ config: { secret: machineKey } }), { prompt: "hi" });
    expect(completedOf(machines).error).toMatch(/^The secret is the key of a machine.*use the account's/u);
    expect(happy.machine.spawned).toEqual([]);
    const cut = await play(happy.runner({ config: { secret: "short" } }), { prompt: "hi" });
    expect(completedOf(cut).error).not.toContain("short");
  });
});
