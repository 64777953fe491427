import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkMachine } from "../../../runners/happy/check.ts";
import type { EngineCheck } from "../../../src/runner/runner.ts";
import { configSchema } from "../../../runners/happy/config.ts";
import { FakeHappy } from "./fake-happy.ts";

let happy: FakeHappy;

beforeEach(async () => {
  happy = await FakeHappy.start();
});

afterEach(async () => {
  await happy.close();
});

async function check(config: Readonly<Record<string, unknown>> = {}): Promise<EngineCheck> {
  const parsed = configSchema.parse({ ...happy.table, ...config });
  const env = { HAPPY_HOME_DIR: "/nonexistent" };
  return await checkMachine({ engine: "box", config: parsed, configDir: "/" }, env, AbortSignal.timeout(10_000));
}

describe("the check of a machine", () => {
  it("says what runs there, and starts nothing", async () => {
    expect(await check()).toEqual({ state: "ok", text: "box: claude on workstation, online with happy 1.2.5" });
    expect(happy.machine.spawned).toEqual([]);
  });

  it("says what is missing", async () => {
    expect(await check({ agent: "gemini" })).toEqual({
      state: "problem",
      text: "box: gemini is not installed on workstation",
    });
    const stored = [...happy.server.accountOf(happy.account.token).machines.values()][0];
    Object.assign(stored ?? {}, { active: false });
    expect(await check()).toMatchObject({ state: "warning", text: expect.stringMatching(/workstation is offline/u) });
    expect(await check({ machine: "laptop" })).toMatchObject({
      state: "problem",
      text: expect.stringMatching(/^box: There is no machine "laptop"/u),
    });
  });

  it("says where the server can't be reached, or the secret is not the account's", async () => {
    const key = Buffer.from(happy.machine.key).toString("base64");
    expect(await check({ secret: key })).toMatchObject({
      state: "problem",
      text: expect.stringMatching(/use the account's/u),
    });
    await happy.server.goDown();
    expect(await check()).toMatchObject({
      state: "problem",
      text: expect.stringMatching(/can't be reached.*\n.*server_url/u),
    });
  });
});
