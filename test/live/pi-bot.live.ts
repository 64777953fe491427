import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { textOf } from "../e2e/local-bot.ts";
import { startFakeOpenAi } from "./fake-openai.mjs";
import { installPi1 } from "./pi-1.ts";
import { type EngineInBot, type EngineSetup, startsBot, worksLikeOthers } from "./whole-bot.ts";

const program = process.env["TAKOPI_LIVE_PI"];
if (program === undefined) throw new Error("run `npm run test:live -- pi`: it installs the CLI and says where it is");

const generations = [
  { name: "0.73.1", command: ["node", program] },
  { name: "1.5.2", command: await installPi1() },
];

describe.each(generations)("Pi's own CLI, $name, in the whole bot", ({ command }) => {
  const pi: EngineInBot = {
    id: "pi",
    resumeLine: /pi --session [0-9a-f-]{36}/,
    unknownSession: "pi --session 00000000-1111-4222-8333-444444444444",
    writeTool: "write",
    setUp: () => setUp(command),
  };
  const bot = startsBot(pi);
  worksLikeOthers(pi, bot);

  it("explains an error of the model's service", async () => {
    const { local, shows } = bot();
    local.say("/pi HTTP(401)");
    expect(textOf(await shows(/^error · pi/))).toMatch(/401.*made to fail/);
  });
});

async function setUp(command: readonly string[]): Promise<EngineSetup> {
  const model = await startFakeOpenAi();
  const folder = await mkdtemp(join(tmpdir(), "takopi-pi-agent-"));
  await writeModels(folder, model.url);
  return {
    table: `[pi]\ncommand = ${JSON.stringify(command)}\nprovider = "fake"\nmodel = "fake-1"\nask_before = ["write"]\n`,
    env: { PI_CODING_AGENT_DIR: folder, PI_OFFLINE: "1", PI_TELEMETRY: "0" },
    model: { texts: model.texts, said: () => JSON.stringify(model.requests.at(-1)) },
    close: async () => {
      await model.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function writeModels(folder: string, baseUrl: string): Promise<void> {
  const about = { reasoning: true, input: ["text"], contextWindow: 200_000, maxTokens: 4_096 };
  const models = [{ id: "fake-1", name: "fake-1", ...about }];
  const providers = { fake: { baseUrl, api: "openai-completions", apiKey: "no-real-key", models } };
  await writeFile(join(folder, "models.json"), JSON.stringify({ providers }));
}
