import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { textOf } from "../e2e/local-bot.ts";
import { startFakeOpenAi } from "./fake-openai.mjs";
import { type EngineInBot, type EngineSetup, startsBot, worksLikeOthers } from "./whole-bot.ts";

const program = process.env["TAKOPI_LIVE_OPENCODE"];
if (program === undefined)
  throw new Error("run `npm run test:live -- opencode`: it installs the CLI and says where it is");

/** The first start in a new home takes some 10 s of the processor, which is minutes on a busy machine. */
const PATIENCE_MS = 150_000;

const opencode: EngineInBot = {
  id: "opencode",
  resumeLine: /opencode --session ses_[A-Za-z0-9]+/,
  unknownSession: "opencode --session ses_e042acccbffeDXDly7DwjNsnes",
  writeTool: "edit",
  patienceMs: PATIENCE_MS,
  setUp,
};

describe("OpenCode's own CLI in the whole bot", { timeout: 3 * PATIENCE_MS }, () => {
  const bot = startsBot(opencode);
  worksLikeOthers(opencode, bot);

  it("shows its plan, and works by it once that is approved", async () => {
    const { local, shows } = bot();
    const path = join(local.dir, "planned.txt");
    local.say(`/opencode /plan DRAFT PLAN THEN WRITE(${path})`);
    await local.press(await shows(/^opencode asks[^]*\.md/), /^Approve/);
    await local.press(await shows(/Work by this plan\?/), /accept edits/);
    await shows(/^done · opencode/);
    expect(existsSync(path)).toBe(true);
  });

  it("asks the user its question, and gets the answer", async () => {
    const { local, shows } = bot();
    local.say("/opencode ASK");
    await local.press(await shows(/^opencode asks[^]*Which colour\?/), /Blue/);
    await shows(/^✓ Answered/);
    expect(textOf(await shows(/^done · opencode/))).toContain(`"Which colour?"="Blue"`);
  });

  it("explains an error of the model's service", async () => {
    const { local, shows } = bot();
    local.say("/opencode HTTP(401)");
    expect(textOf(await shows(/^error · opencode/))).toContain("made to fail (API error 401)");
  });
});

async function setUp(): Promise<EngineSetup> {
  const model = await startFakeOpenAi();
  const data = await mkdtemp(join(tmpdir(), "takopi-opencode-data-"));
  return {
    table: `[opencode]\ncommand = ${JSON.stringify(program)}\n`,
    env: {
      OPENCODE_CONFIG_CONTENT: JSON.stringify(configFor(model.url)),
      OPENCODE_DISABLE_MODELS_FETCH: "1",
      OPENCODE_DISABLE_LSP_DOWNLOAD: "1",
      OPENCODE_DISABLE_DEFAULT_PLUGINS: "1",
      XDG_DATA_HOME: data,
    },
    model: { texts: model.texts, said: () => JSON.stringify(model.requests.at(-1)) },
    close: async () => {
      await model.close();
      await rm(data, { recursive: true, force: true });
    },
  };
}

function configFor(baseURL: string): unknown {
  const models = { "fake-1": { name: "Fake 1" } };
  const fake = { npm: "@ai-sdk/openai-compatible", name: "Fake", options: { baseURL, apiKey: "no-real-key" }, models };
  return {
    model: "fake/fake-1",
    small_model: "fake/fake-1",
    share: "disabled",
    provider: { fake },
    permission: { edit: "ask" },
  };
}
