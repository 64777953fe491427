import { describe, expect, it } from "vitest";
import { costOf } from "../../src/bridge/spend.ts";
import { completed, started } from "../factories.ts";
import { settled } from "../telegram/fake-clock.ts";
import { BridgeUnderTest } from "./bridge-under-test.ts";

const DAY = 24 * 3_600_000;

/** Runs prompts one after the other, each of which costs so much; returns the final messages. */
async function runsOf(bridge: BridgeUnderTest, costs: readonly (number | undefined)[]): Promise<readonly string[]> {
  const finals: string[] = [];
  for (const cost of costs) {
    bridge.prompt("next");
    const run = await bridge.runner.nextRun();
    const answer = `answer ${run.request.runId}`;
    run.emit(started(), completed(answer, cost === undefined ? {} : { usage: { total_cost_usd: cost } }));
    run.end();
    await settled();
    finals.push((await bridge.chat.shows(new RegExp(answer))).text);
    // A chat gets a message a second.
    await bridge.clock.advance(2_000);
  }
  return finals;
}

async function open(dailyCostUsd = 10): Promise<BridgeUnderTest> {
  const bridge = new BridgeUnderTest({ settings: { dailyCostUsd } });
  await bridge.open();
  return bridge;
}

const warned = (finals: readonly string[]): readonly boolean[] => finals.map((text) => text.includes("today's runs"));

describe("what the engines report as the cost of a day", () => {
  it("is told once when it passes the limit, and again when it passes twice the limit", async () => {
    const finals = await runsOf(await open(), [4, 5, 2, 3, 3, 4]);
    expect(warned(finals)).toEqual([false, false, true, false, false, true]);
    expect(finals[2]).toContain("today's runs cost $11.00; your daily_cost_usd is 10");
  });

  it("says how many runs it does not know of", async () => {
    const finals = await runsOf(await open(), [undefined, 4, undefined, 7]);
    expect(finals[3]).toContain("$11.00, without 2 that did not say");
  });

  it("outlives a restart and ends with the day", async () => {
    const bridge = await open();
    await runsOf(bridge, [9]);
    const next = await bridge.restarted({ settings: { dailyCostUsd: 10 } });
    expect(warned(await runsOf(next, [2]))).toEqual([true]);
    await next.clock.advance(DAY);
    expect(warned(await runsOf(next, [9]))).toEqual([false]);
  });

  it("is not told where the limit is 0", async () => {
    expect(warned(await runsOf(await open(0), [1_000]))).toEqual([false]);
  });
});

describe("the cost of a run", () => {
  it("is read in the forms of the engines, and unknown in any other", () => {
    const usages = [{ total_cost_usd: 1.5 }, { cost: 0.25 }, { cost: { total: 2, input: 1 } }];
    expect(usages.map(costOf)).toEqual([1.5, 0.25, 2]);
    const others = [undefined, {}, { input_tokens: 5 }, { cost: { amount: 3, currency: "USD" } }, { cost: "1" }];
    expect(others.map(costOf)).toEqual(others.map(() => undefined));
  });
});
