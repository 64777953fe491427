import { describe, expect, it } from "vitest";
import { pressButton } from "../../src/bridge/presses/press-button.ts";
import { actionStarted, completed, type ScriptedRun, started, token } from "../factories.ts";
import { settled } from "../telegram/fake-clock.ts";
import { BridgeUnderTest } from "./bridge-under-test.ts";
import { approval } from "./decisions/asking.ts";
import type { VisibleMessage } from "./fake-chat.ts";

const MINUTE = 60_000;

class Quiet {
  readonly bridge: BridgeUnderTest;
  readonly run: ScriptedRun;

  private constructor(bridge: BridgeUnderTest, run: ScriptedRun) {
    this.bridge = bridge;
    this.run = run;
  }

  /** A run that works, whose silence is noted after ten minutes, or after `silentAfterMs`. */
  static async begin(silentAfterMs: number = 10 * MINUTE): Promise<Quiet> {
    const bridge = new BridgeUnderTest({ settings: { silentAfterMs, remindAfterMs: 0 } });
    await bridge.open();
    bridge.prompt("build it");
    const run = await bridge.runner.nextRun();
    await settled();
    return new Quiet(bridge, run);
  }

  async after(ms: number): Promise<number> {
    await this.bridge.clock.advance(ms);
    return this.bridge.chat.sent.filter((text) => text.includes("has been silent")).length;
  }

  async notice(): Promise<VisibleMessage> {
    return await this.bridge.chat.shows(/^scripted has been silent for/);
  }

  async press(notice: VisibleMessage, label: string): Promise<string | undefined> {
    const button = notice.keyboard.flat().find((candidate) => candidate.label === label);
    pressButton(this.bridge.deps, this.bridge.press(button?.data ?? "", notice.ref.messageId));
    await settled();
    return this.bridge.chat.toasts.at(-1);
  }
}

describe("an engine that says nothing", () => {
  it("is reported aloud, with the last it said and what can be done, and is not stopped", async () => {
    const quiet = await Quiet.begin();
    quiet.run.emit(started(), actionStarted("a1"));
    expect(await quiet.after(10 * MINUTE - 1)).toBe(0);
    expect(await quiet.after(1)).toBe(1);
    const notice = await quiet.notice();
    expect(notice).toMatchObject({
      text: "scripted has been silent for 10m 00s.\nThe last it said: run a1",
      silent: false,
      replyTo: 1,
    });
    expect(notice.keyboard.flat().map(({ label }) => label)).toEqual(["Stop", "Keep waiting"]);
    expect(quiet.run.host.signal.aborted).toBe(false);
  });

  it("is reported as well when it never said anything", async () => {
    const quiet = await Quiet.begin();
    await quiet.after(10 * MINUTE);
    expect((await quiet.notice()).text).toBe("scripted has been silent for 10m 00s.");
  });

  it("is reported once, and again only after its next word", async () => {
    const quiet = await Quiet.begin();
    expect(await quiet.after(40 * MINUTE)).toBe(1);
    quiet.run.emit(started());
    expect(await quiet.after(10 * MINUTE - 1)).toBe(1);
    expect(await quiet.after(1)).toBe(2);
  });

  it("begins anew with its silence at every word", async () => {
    const quiet = await Quiet.begin();
    quiet.run.emit(started());
    for (let step = 0; step < 10; step += 1) {
      quiet.run.emit(actionStarted(`a${step}`));
      expect(await quiet.after(9 * MINUTE)).toBe(0);
    }
  });

  it("is never reported where the setting says so", async () => {
    const quiet = await Quiet.begin(0);
    quiet.run.emit(started());
    expect(await quiet.after(60 * MINUTE)).toBe(0);
  });

  it("is not reported after its result, also while it still cleans up", async () => {
    const quiet = await Quiet.begin();
    quiet.run.emit(started(), completed("done"));
    expect(await quiet.after(60 * MINUTE)).toBe(0);
  });

  it("is stopped by Stop, and the notice goes away", async () => {
    const quiet = await Quiet.begin();
    await quiet.after(10 * MINUTE);
    const notice = await quiet.notice();
    expect(await quiet.press(notice, "Stop")).toBe("Cancelling…");
    expect(quiet.run.host.signal.aborted).toBe(true);
    expect(quiet.bridge.chat.visible.has(notice.ref.messageId)).toBe(false);
  });

  it("is left alone by Keep waiting, and the notice says so", async () => {
    const quiet = await Quiet.begin();
    await quiet.after(10 * MINUTE);
    const notice = await quiet.notice();
    expect(await quiet.press(notice, "Keep waiting")).toBe("I'll go on waiting.");
    const after = quiet.bridge.chat.visible.get(notice.ref.messageId);
    expect(after).toMatchObject({ text: "Still waiting for scripted.", keyboard: [] });
    expect(quiet.run.host.signal.aborted).toBe(false);
  });

  it("is not waited for any more once its run has ended, whatever is pressed", async () => {
    const quiet = await Quiet.begin();
    await quiet.after(10 * MINUTE);
    const notice = await quiet.notice();
    quiet.run.emit(started(), completed("done"));
    quiet.run.end();
    await settled();
    expect(await quiet.press(notice, "Keep waiting")).toBe("That run has already ended.");
    expect(quiet.bridge.chat.texts()).not.toContain("Still waiting for scripted.");
  });
});

describe("an engine that waits for the user", () => {
  it("is not silent, however long that takes", async () => {
    const quiet = await Quiet.begin();
    quiet.run.emit(started(token("s1")));
    void quiet.run.host.decide(approval());
    expect(await quiet.after(60 * MINUTE)).toBe(0);
  });

  it("has its whole time again after the answer", async () => {
    const quiet = await Quiet.begin();
    quiet.run.emit(started(token("s1")));
    await quiet.after(MINUTE);
    void quiet.run.host.decide(approval());
    await quiet.after(8 * MINUTE);
    const asked = await quiet.bridge.chat.shows(/^scripted asks/);
    expect(await quiet.press(asked, "Approve")).toBe("Passing it on…");
    expect(await quiet.after(10 * MINUTE - 1)).toBe(0);
    expect(await quiet.after(1)).toBe(1);
  });
});
