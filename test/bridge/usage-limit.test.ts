import { describe, expect, it } from "vitest";
import { pressButton } from "../../src/bridge/presses/press-button.ts";
import { clockTime } from "../../src/progress/clock-time.ts";
import { completed, started } from "../factories.ts";
import { settled } from "../telegram/fake-clock.ts";
import { BridgeUnderTest } from "./bridge-under-test.ts";
import type { VisibleMessage } from "./fake-chat.ts";

const HOUR = 3_600_000;

/** A run that failed because the account's limit was reached, two hours before that is over. */
async function limited({ waitMs }: { waitMs?: number } = { waitMs: 2 * HOUR }): Promise<BridgeUnderTest> {
  const bridge = new BridgeUnderTest();
  await bridge.open();
  bridge.prompt("build it");
  const run = await bridge.runner.nextRun();
  const times = waitMs === undefined ? {} : { resetsAt: bridge.clock.now() + waitMs };
  run.emit(started(), completed("", { ok: false, error: "You've hit your limit", fault: "usage_limit", ...times }));
  await bridge.chat.shows(/You've hit your limit/);
  await settled();
  return bridge;
}

async function press(bridge: BridgeUnderTest, { keyboard, ref }: VisibleMessage, label: RegExp): Promise<string> {
  const button = keyboard.flat().find((candidate) => label.test(candidate.label));
  pressButton(bridge.deps, bridge.press(button?.data ?? "", ref.messageId));
  await settled();
  return bridge.chat.toasts.at(-1) ?? "";
}

const offers = (bridge: BridgeUnderTest): number =>
  bridge.chat.sent.filter((text) => text.includes("limit is over")).length;

describe("a run that failed because the account's limit was reached", () => {
  it("says when that is over and offers to go on then, without a second sound", async () => {
    const bridge = await limited();
    const time = clockTime(bridge.clock.now() + 2 * HOUR, bridge.clock.now());
    const offer = await bridge.chat.shows(/limit is over/);
    expect(offer).toMatchObject({ text: `scripted's limit is over at ${time}, in 2h 00m.`, silent: true, replyTo: 1 });
    expect(offer.keyboard.flat().map(({ label }) => label)).toEqual([`Resume at ${time}`, "Leave"]);
  });

  it("goes on in its session when the limit is over, once and not before", async () => {
    const bridge = await limited();
    const offer = await bridge.chat.shows(/limit is over/);
    expect(await press(bridge, offer, /Resume/)).toBe("It is in the queue.");
    await press(bridge, offer, /Resume/);
    await bridge.chat.shows(/^queued[^]*starts at/);
    await bridge.clock.advance(2 * HOUR - 1);
    expect(bridge.runner.requests).toHaveLength(1);
    await bridge.clock.advance(1);
    const next = await bridge.runner.nextRun();
    expect(next.request).toMatchObject({ prompt: "continue", resume: { value: "session-1" } });
    await bridge.clock.advance(2 * HOUR);
    expect(bridge.runner.requests).toHaveLength(2);
  });

  it("goes on then also when the bot was restarted meanwhile", async () => {
    const bridge = await limited();
    await press(bridge, await bridge.chat.shows(/limit is over/), /Resume/);
    const next = await bridge.restarted();
    await next.clock.advance(2 * HOUR);
    expect((await next.runner.nextRun()).request.prompt).toBe("continue");
  });

  it("is not gone on with where it was dropped from the queue, or left", async () => {
    const bridge = await limited();
    const offer = await bridge.chat.shows(/limit is over/);
    await press(bridge, offer, /Resume/);
    await press(bridge, await bridge.chat.shows(/^queued[^]*starts at/), /Drop/);
    const left = await limited();
    expect(await press(left, await left.chat.shows(/limit is over/), /Leave/)).toBe("Left as it is.");
    for (const each of [bridge, left]) {
      await each.clock.advance(3 * HOUR);
      expect(each.runner.requests).toHaveLength(1);
    }
  });

  it("does not take what the user writes meanwhile for a part of what waits", async () => {
    const bridge = await limited();
    await press(bridge, await bridge.chat.shows(/limit is over/), /Resume/);
    bridge.prompt("something else");
    expect((await bridge.runner.nextRun()).request.prompt).toBe("something else");
  });

  it("offers nothing where no time is known, or none that can be", async () => {
    for (const wait of [{}, { waitMs: -1 }, { waitMs: 30 * 24 * HOUR }]) expect(offers(await limited(wait))).toBe(0);
  });
});
