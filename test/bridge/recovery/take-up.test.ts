import { describe, expect, it } from "vitest";
import { pressButton } from "../../../src/bridge/presses/press-button.ts";
import { actionCompleted, completed, type ScriptedRun, ScriptedRunner, started, token } from "../../factories.ts";
import { settled } from "../../telegram/fake-clock.ts";
import { type BridgeOptions, BridgeUnderTest } from "../bridge-under-test.ts";
import { approval } from "../decisions/asking.ts";
import { FakeRecords } from "../fake-records.ts";

const NOTE = "Takopi was restarted meanwhile; the run went on";

function survivor(): ScriptedRunner {
  return new ScriptedRunner({ capabilities: { survives: true, steer: true } });
}

interface Working {
  readonly bridge: BridgeUnderTest;
  readonly run: ScriptedRun;
  readonly records: FakeRecords;
}

/** A run that works in its session, and whose engine survives the bot. */
async function working(options: BridgeOptions = {}): Promise<Working> {
  const records = new FakeRecords();
  const bridge = new BridgeUnderTest({ runner: survivor(), records, ...options });
  await bridge.open();
  bridge.prompt("work");
  const run = await bridge.runner.nextRun();
  run.emit(started(token("s1")), actionCompleted("a1"));
  await settled();
  return { bridge, run, records };
}

/** The next start, whose engine says again what it had said. */
async function takenUp({ bridge: dead, records }: Working, options: BridgeOptions = {}): Promise<Working> {
  const bridge = await dead.restarted({ runner: survivor(), records, ...options });
  const run = await bridge.runner.nextRun();
  run.emit(started(token("s1")), actionCompleted("a1"));
  await settled();
  return { bridge, run, records };
}

describe("a run whose engine survived the bot", () => {
  it("goes on with the request it had, in its own message, which is shown again when all was said again", async () => {
    const before = await working();
    const card = await before.bridge.chat.shows(/^(starting|working)/);
    const textBefore = before.bridge.chat.visible.get(card.ref.messageId)?.text;
    const { bridge, run } = await takenUp(before);
    expect(run.request).toMatchObject({ prompt: "work", record: { isTakenUp: true } });
    expect(bridge.chat.visible.get(card.ref.messageId)?.text).toBe(textBefore);
    run.host.caughtUp();
    await settled();
    const shown = bridge.chat.visible.get(card.ref.messageId);
    expect(shown?.text).toMatch(/^working/);
    expect(shown?.text).toContain(NOTE);
    expect(shown?.text).toContain("run a1");
    expect(bridge.store.recordedProcesses()).toEqual([]);
  });

  it("is answered once and leaves no record", async () => {
    const { bridge, run, records } = await takenUp(await working());
    run.emit(completed("the answer", { resume: token("s1") }));
    run.end();
    await settled();
    expect(bridge.chat.texts().filter((text) => text.includes("the answer"))).toHaveLength(1);
    expect(records.runIds()).toEqual([]);
    expect(bridge.store.runsInState(["running", "interrupted"])).toEqual([]);
  });

  it("keeps its processes", async () => {
    const before = await working();
    before.run.host.processStarted({ pid: 42, startMark: "then" });
    const { bridge } = await takenUp(before);
    expect(bridge.ended).toEqual([]);
    expect(bridge.store.recordedProcesses()).toMatchObject([{ pid: 42 }]);
  });

  it("keeps others of its session waiting", async () => {
    const before = await working({ settings: { sessionMode: "chat" } });
    before.bridge.prompt("next");
    const { bridge, run } = await takenUp(before, { settings: { sessionMode: "chat" } });
    expect(bridge.runner.requests).toHaveLength(1);
    run.emit(completed("one", { resume: token("s1") }));
    run.end();
    expect((await bridge.runner.nextRun()).request).toMatchObject({ prompt: "next", resume: token("s1") });
  });

  it("does not make its session the latest of the chat again", async () => {
    const options = { settings: { sessionMode: "chat" } } as const;
    const before = await working(options);
    before.bridge.store.rememberSession({ thread: { chatId: 1001 } }, token("later"));
    const { bridge } = await takenUp(before, options);
    expect(bridge.store.recallSession({ thread: { chatId: 1001 } }, "scripted")).toEqual(token("later"));
  });

  it("shows what its second attempt does when its session turned out to be gone", async () => {
    const { bridge, run } = await takenUp(await working());
    run.emit(completed("", { ok: false, error: "no such session", fault: "session_not_found", resume: token("s1") }));
    run.end();
    const again = await bridge.runner.nextRun();
    again.emit(started(token("s2")), actionCompleted("a2"));
    await settled();
    const card = await bridge.chat.shows(/^(starting|working)/);
    await bridge.clock.advance(5_000);
    expect(bridge.chat.visible.get(card.ref.messageId)?.text).toContain("run a2");
  });

  it("is interrupted like any other where it was never begun in a record, or its engine is gone", async () => {
    const before = await working();
    const bridge = await before.bridge.restarted({ runner: new ScriptedRunner(), records: before.records });
    expect((await bridge.chat.shows(/^interrupted/)).text).not.toContain(NOTE);
    expect(before.records.runIds()).toEqual([]);
  });

  it("is interrupted when nothing tells how its engine ended", async () => {
    const { bridge, run } = await takenUp(await working());
    run.emit(completed("", { ok: false, error: "gone", fault: "interrupted", resume: token("s1") }));
    run.end();
    const shown = await bridge.chat.shows(/^interrupted/);
    expect(shown.keyboard.flat().map(({ label }) => label)).toEqual(["Resume"]);
    expect(shown.text).not.toContain("gone");
  });

  it("starts anew when its engine had not got the prompt", async () => {
    const before = await working();
    before.records.neverBegan(before.run.request.runId);
    const bridge = await before.bridge.restarted({ runner: survivor(), records: before.records });
    const run = await bridge.runner.nextRun();
    expect(run.request).toMatchObject({ prompt: "work", record: { isTakenUp: false } });
    expect(bridge.store.runsInState(["interrupted"])).toEqual([]);
  });

  it("still gets what was being passed to it", async () => {
    const options = { settings: { sessionMode: "chat" } } as const;
    const before = await working(options);
    before.bridge.prompt("be brief");
    await settled();
    const card = await before.bridge.chat.shows(/^queued/);
    const steer = card.keyboard.flat().find(({ label }) => label === "Steer now");
    pressButton(before.bridge.deps, before.bridge.press(steer?.data ?? "", card.ref.messageId));
    await settled();
    const { bridge, run } = await takenUp(before, options);
    expect(bridge.chat.visible.get(card.ref.messageId)).toMatchObject({
      text: expect.stringContaining("being passed to scripted"),
      keyboard: [],
    });
    const next = await run.host.followUps[Symbol.asyncIterator]().next();
    expect(next.value).toMatchObject({ text: "be brief" });
    if (next.done !== true) next.value.taken();
    await bridge.chat.shows(/took this into the run that is working/);
    expect(bridge.store.runsInState(["held", "queued"])).toEqual([]);
  });
});

describe("what a run had asked whose engine survived the bot", () => {
  async function asked(): Promise<Working> {
    const before = await working();
    void before.run.host.decide(approval());
    await before.bridge.chat.shows(/^scripted asks/);
    await settled();
    return before;
  }

  async function approve(bridge: BridgeUnderTest): Promise<string | undefined> {
    const shown = await bridge.chat.shows(/^scripted asks/);
    const { data = "" } = shown.keyboard.flat().find(({ label }) => label === "Approve") ?? {};
    pressButton(bridge.deps, bridge.press(data, shown.ref.messageId));
    await settled();
    return bridge.chat.toasts.at(-1);
  }

  it("is asked in the message that is there, and answered there", async () => {
    const { bridge, run } = await takenUp(await asked());
    const decision = run.host.decide(approval());
    run.host.caughtUp();
    await settled();
    expect(await approve(bridge)).toBe("Passing it on…");
    expect(await decision).toEqual({ kind: "approve", scope: "once" });
    run.host.answerTaken("r1");
    await bridge.chat.shows(/^✓ Approved/);
    expect(bridge.chat.sent.filter((text) => text.startsWith("scripted asks"))).toHaveLength(1);
  });

  it("may be answered before the engine asks again, once", async () => {
    const { bridge, run } = await takenUp(await asked());
    expect(await approve(bridge)).toBe("Passing it on…");
    expect(await run.host.decide(approval())).toEqual({ kind: "approve", scope: "once" });
    expect(await approve(bridge)).toMatch(/already answered/);
  });

  it("is told again to an engine that was not told, when it had been answered", async () => {
    const before = await asked();
    await approve(before.bridge);
    const { run } = await takenUp(before);
    expect(await run.host.decide(approval())).toEqual({ kind: "approve", scope: "once" });
  });

  it("is settled when the engine turns out to have had the answer", async () => {
    const before = await asked();
    await approve(before.bridge);
    const { bridge, run } = await takenUp(before);
    run.host.answerTaken("r1");
    run.host.caughtUp();
    await bridge.chat.shows(/^✓ Approved/);
    expect(bridge.store.openDecisions()).toEqual([]);
  });

  it("is withdrawn when the engine does not ask it again", async () => {
    const { bridge, run } = await takenUp(await asked());
    run.host.caughtUp();
    await bridge.chat.shows(/^– No longer needed/);
    expect(bridge.store.openDecisions()).toEqual([]);
  });
});

describe("a bot that makes room for its next start", () => {
  it("neither stops a run that survives nor writes down how it ends", async () => {
    const { bridge, run } = await working();
    await bridge.parts.scheduler.drain({ keepRuns: true });
    expect(run.host.signal.aborted).toBe(false);
    run.emit(completed("too late for this one", { resume: token("s1") }));
    await settled();
    expect(bridge.store.runsInState(["running"])).toHaveLength(1);
    expect(bridge.chat.texts().join()).not.toContain("too late");
  });

  it("stops a run that does not survive", async () => {
    const bridge = new BridgeUnderTest();
    await bridge.open();
    bridge.prompt("work");
    const run = await bridge.runner.nextRun();
    run.emit(started(token("s1")));
    await settled();
    await bridge.parts.scheduler.drain({ keepRuns: true });
    expect(run.host.signal.aborted).toBe(true);
    await bridge.chat.shows(/^interrupted/);
  });
});
