import { describe, expect, it } from "vitest";
import { pressButton } from "../../../src/bridge/presses/press-button.ts";
import { actionCompleted, completed, started, token } from "../../factories.ts";
import { settled } from "../../telegram/fake-clock.ts";
import { BridgeUnderTest } from "../bridge-under-test.ts";

/** The same journal and chat, looked at by a bot that was started after the first one died without ado. */
async function restarted(dead: BridgeUnderTest): Promise<BridgeUnderTest> {
  const { store, chat, clock } = dead;
  const next = new BridgeUnderTest({ store, chat, clock });
  await next.open();
  return next;
}

describe("a start after an unclean end", () => {
  it("marks a run that was working as interrupted on its own message and offers to resume it, once", async () => {
    const dead = new BridgeUnderTest();
    await dead.open();
    dead.prompt("work");
    const run = await dead.runner.nextRun();
    run.emit(started(token("s1")), actionCompleted("a1"));
    const card = await dead.chat.shows(/^starting/);
    await settled();
    const bridge = await restarted(dead);
    const shown = await bridge.chat.shows(/^interrupted · scripted/);
    expect(shown.ref).toEqual(card.ref);
    expect(shown.text).toContain("scripted --resume s1");
    const data = shown.keyboard[0]?.[0]?.data ?? "";
    pressButton(bridge.deps, bridge.press(data, shown.ref.messageId));
    pressButton(bridge.deps, bridge.press(data, shown.ref.messageId));
    expect(bridge.chat.toasts).toEqual(["Resuming.", "This was already resumed."]);
    await settled();
    expect(bridge.chat.visible.get(shown.ref.messageId)?.keyboard).toEqual([]);
    const resumed = await bridge.runner.nextRun();
    expect(resumed.request).toMatchObject({ prompt: "continue", resume: token("s1") });
  });

  it("asks again with the same prompt when the interrupted run never had a session", async () => {
    const dead = new BridgeUnderTest();
    await dead.open();
    dead.prompt("work");
    await dead.runner.nextRun();
    await settled();
    const bridge = await restarted(dead);
    const shown = await bridge.chat.shows(/^interrupted/);
    pressButton(bridge.deps, bridge.press(shown.keyboard[0]?.[0]?.data ?? "", shown.ref.messageId));
    expect((await bridge.runner.nextRun()).request).toMatchObject({ prompt: "work" });
  });

  it("runs what was queued, in order, and ends the recorded processes first", async () => {
    const dead = new BridgeUnderTest({ settings: { sessionMode: "chat" } });
    await dead.open();
    dead.prompt("one");
    dead.prompt("two");
    dead.prompt("three");
    const run = await dead.runner.nextRun();
    run.host.processStarted({ pid: 42, startMark: "then" });
    run.emit(started(token("s1")));
    await settled();
    const bridge = await restarted(dead);
    expect(bridge.ended).toMatchObject([{ pid: 42, startMark: "then" }]);
    expect(bridge.store.recordedProcesses()).toEqual([]);
    const two = await bridge.runner.nextRun();
    expect(two.request).toMatchObject({ prompt: "two", resume: token("s1") });
    two.emit(started(token("s1")), completed("x", { resume: token("s1") }));
    two.end();
    expect((await bridge.runner.nextRun()).request.prompt).toBe("three");
  });

  it("sends a finished answer that had not gone out, once and unmarked", async () => {
    const dead = new BridgeUnderTest();
    await dead.open();
    dead.prompt("work");
    const run = await dead.runner.nextRun();
    await settled();
    await dead.parts.deliveries.stop();
    run.emit(started(), completed("the answer"));
    await settled();
    expect(dead.chat.texts().join()).not.toContain("the answer");
    const bridge = await restarted(dead);
    const final = await bridge.chat.shows(/the answer/);
    expect(final.text).toMatch(/^done/);
    await settled();
    expect(bridge.chat.sent.filter((text) => text.includes("the answer"))).toHaveLength(1);
  });

  it("marks an answer as sent again when the first attempt may have been seen", async () => {
    const dead = new BridgeUnderTest();
    await dead.open();
    dead.prompt("work");
    const run = await dead.runner.nextRun();
    await settled();
    await dead.parts.deliveries.stop();
    run.emit(started(), completed("the answer"));
    await settled();
    const [row] = dead.store.nextDeliveries(dead.clock.now());
    dead.store.markSending(row?.id ?? 0);
    const bridge = await restarted(dead);
    const final = await bridge.chat.shows(/the answer/);
    expect(final.text).toMatch(/^↻ sent again, the first copy may have arrived too\n\ndone/);
  });
});
