import { describe, expect, it, vi } from "vitest";
import { generate } from "../../chaos/generate.ts";
import { perform } from "../../chaos/perform.ts";
import { REGRESSIONS } from "../../chaos/regressions.ts";
import { describeScenario, type Scenario } from "../../chaos/scenario.ts";
import { compiled } from "../e2e/built-bot.ts";

// They wait for most of their time; each ends by itself.
vi.setConfig({ testTimeout: 180_000, maxConcurrency: 4 });

/** A few of very many: `npm run chaos -- --runs 1000` plays as many as you like. */
const SEEDS = [1, 4, 9, 13, 14, 33];

async function expectNoViolation(scenario: Scenario): Promise<void> {
  const { violations, evidence } = await perform(scenario, `${compiled()}/src/main.js`);
  const explanation = [describeScenario(scenario), evidence.chats, evidence.log.slice(-4000)].join("\n");
  expect(violations, explanation).toEqual([]);
}

describe.concurrent("whatever is done to the bot, nothing is lost, doubled or left behind", () => {
  it.each(SEEDS)("in the scenario of seed %i", (seed) => expectNoViolation(generate(seed)));
});

describe.concurrent("what once went wrong goes well", () => {
  it.each(REGRESSIONS.map(({ name, scenario }) => [name, scenario] as const))("%s", (_name, scenario) =>
    expectNoViolation(scenario),
  );
});
