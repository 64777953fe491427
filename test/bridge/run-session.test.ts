import { describe, expect, it } from "vitest";
import { actionCompleted, actionStarted, completed, started, token } from "../factories.ts";
import { settled } from "../telegram/fake-clock.ts";
import { BridgeUnderTest } from "./bridge-under-test.ts";

async function opened(options?: ConstructorParameters<typeof BridgeUnderTest>[0]): Promise<BridgeUnderTest> {
  const bridge = new BridgeUnderTest(options);
  await bridge.open();
  return bridge;
}

describe("a run", () => {
  it("shows a receipt at once, then its actions, then one loud final message", async () => {
    const bridge = await opened();
    const prompt = bridge.prompt("fix it");
    const run = await bridge.runner.nextRun();
    await settled();
    const card = await bridge.chat.shows(/^starting · scripted · 0s$/);
    expect(card).toMatchObject({ silent: true, replyTo: prompt.messageId });

    run.emit(started(), actionStarted("a1"));
    await bridge.clock.advance(2_000);
    expect(bridge.chat.visible.get(card.ref.messageId)?.text).toMatch(/^working · scripted · 2s · step 1\n\n▸ run a1/);

    run.emit(actionCompleted("a1"), completed("All **done**."));
    const final = await bridge.chat.shows(/^done · scripted · 2s · step 1\n\nAll done\./);
    expect(final).toMatchObject({ silent: false, replyTo: prompt.messageId });
    await settled();
    expect(bridge.chat.texts().filter((text) => /^(starting|working)/.test(text))).toEqual([]);
  });

  it("delivers the answer while the engine is still cleaning up", async () => {
    const bridge = await opened();
    bridge.prompt("fix it");
    const run = await bridge.runner.nextRun();
    run.emit(started(), completed("early"));
    await bridge.chat.shows(/early/);
    expect(bridge.store.runsInState(["running"])).toEqual([]);
  });

  it("lasts three hours with an action every ten minutes, its clock ticking all the while", async () => {
    const bridge = await opened();
    bridge.prompt("long work");
    const run = await bridge.runner.nextRun();
    run.emit(started());
    for (let step = 1; step <= 18; step += 1) {
      run.emit(actionCompleted(`a${step}`));
      await bridge.clock.advance(600_000);
      await bridge.chat.shows(new RegExp(`step ${step}\\b`));
    }
    const [before] = bridge.chat.texts();
    await bridge.clock.advance(60_000);
    expect(bridge.chat.texts()[0]).not.toBe(before);
    run.emit(completed("finally"));
    await bridge.chat.shows(/^done · scripted · 3h 0\dm · step 18\n\nfinally/);
  });

  it("rearms typing within five seconds and never types after the end", async () => {
    const bridge = await opened();
    bridge.prompt("work");
    const run = await bridge.runner.nextRun();
    run.emit(started());
    await bridge.clock.advance(20_000);
    expect(bridge.chat.typings.length).toBeGreaterThanOrEqual(5);
    run.emit(completed("x"));
    await bridge.chat.shows(/^done/);
    const before = bridge.chat.typings.length;
    await bridge.clock.advance(60_000);
    expect(bridge.chat.typings.length).toBe(before);
  });

  it("replaces a session the engine no longer has by a new one, once, and says so", async () => {
    const bridge = await opened();
    bridge.prompt("go on\nscripted --resume gone");
    const first = await bridge.runner.nextRun();
    expect(first.request.resume).toEqual(token("gone"));
    const { resume: _none, ...notFound } = completed("", {
      ok: false,
      error: "no such session",
      fault: "session_not_found",
    });
    first.emit(notFound);
    first.end();
    const second = await bridge.runner.nextRun();
    expect(second.request).toMatchObject({ prompt: "go on" });
    expect(second.request.resume).toBeUndefined();
    second.emit(started(token("fresh")), completed("answer", { resume: token("fresh") }));
    const final = await bridge.chat.shows(/^done/);
    expect(final.text).toContain("the session gone is gone, so this is a new one");
    expect(final.text).toContain("scripted --resume fresh");
  });

  it("says why when its engine can't run", async () => {
    const bridge = await opened({ settings: { defaultEngine: "codex" } });
    bridge.prompt("fix it");
    const final = await bridge.chat.shows(/^error · codex/);
    expect(final.text).toContain("codex is not installed");
  });
});

describe("cancelling", () => {
  it("keeps the progress message as the record of what was done", async () => {
    const bridge = await opened();
    bridge.prompt("fix it");
    const run = await bridge.runner.nextRun();
    run.emit(started(), actionCompleted("a1"));
    await bridge.clock.advance(2_000);
    const [live] = bridge.parts.lives.all();
    live?.stop("cancelled");
    run.emit(completed("", { ok: false, error: "aborted" }));
    const card = await bridge.chat.shows(/^cancelled · scripted · 2s · step 1\n\n✓ run a1/);
    expect(card.keyboard).toEqual([]);
    expect(bridge.chat.texts()).toHaveLength(1);
  });

  it("does not eat an answer that was already there", async () => {
    const bridge = await opened();
    bridge.prompt("fix it");
    const run = await bridge.runner.nextRun();
    run.emit(started());
    await settled();
    bridge.parts.lives.all()[0]?.stop("cancelled");
    run.emit(completed("the answer"));
    expect((await bridge.chat.shows(/the answer/)).text).toMatch(/^done/);
  });
});
