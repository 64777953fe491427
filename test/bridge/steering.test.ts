import { describe, expect, it } from "vitest";
import { cancelByCommand } from "../../src/bridge/cancel-run.ts";
import { editPrompt } from "../../src/bridge/edit-prompt.ts";
import { pressButton } from "../../src/bridge/presses/press-button.ts";
import { showQueue } from "../../src/bridge/queue/show-queue.ts";
import type { IncomingMessage } from "../../src/domain/incoming.ts";
import { toRunId } from "../../src/domain/run.ts";
import type { FollowUp } from "../../src/runner/runner.ts";
import { completed, type ScriptedRun, ScriptedRunner, started, token } from "../factories.ts";
import { settled } from "../telegram/fake-clock.ts";
import { BridgeUnderTest } from "./bridge-under-test.ts";
import type { VisibleMessage } from "./fake-chat.ts";

const OFFERED = new Set(["Steer now", "Interrupt and run this", "Drop"]);
const TAKEN = "↪ scripted took this into the run that is working.";
const ENDED = "The run it waited for has ended: it starts by itself.";

/** A chat with one session, in which one run works and others wait for it. */
class Steering {
  readonly bridge: BridgeUnderTest;
  readonly run: ScriptedRun;
  readonly waiting: readonly IncomingMessage[];
  readonly #followUps: AsyncIterator<FollowUp>;

  private constructor(bridge: BridgeUnderTest, run: ScriptedRun, waiting: readonly IncomingMessage[]) {
    this.bridge = bridge;
    this.run = run;
    this.waiting = waiting;
    this.#followUps = run.host.followUps[Symbol.asyncIterator]();
  }

  static async begin(prompts: readonly string[] = ["two"], steer = true): Promise<Steering> {
    const runner = new ScriptedRunner({ capabilities: { steer } });
    const bridge = new BridgeUnderTest({ settings: { sessionMode: "chat" }, runner });
    await bridge.open();
    bridge.prompt("one");
    const run = await runner.nextRun();
    run.emit(started(token("s1")));
    await settled();
    const waiting = prompts.map((prompt) => bridge.prompt(prompt));
    await settled();
    return new Steering(bridge, run, waiting);
  }

  /** The progress message of a waiting prompt as it is now. */
  card(index = 0): VisibleMessage {
    const promptId = this.waiting[index]?.messageId;
    const card = [...this.bridge.chat.visible.values()].find(({ replyTo }) => replyTo === promptId);
    if (card === undefined) throw new Error("there is no card");
    return card;
  }

  labels(index = 0): readonly string[] {
    return this.card(index)
      .keyboard.flat()
      .map(({ label }) => label);
  }

  async press(label: string, card: VisibleMessage = this.card()): Promise<string | undefined> {
    const button = card.keyboard.flat().find((candidate) => candidate.label === label);
    if (button === undefined) throw new Error(`there is no button ${label}`);
    pressButton(this.bridge.deps, this.bridge.press(button.data, card.ref.messageId));
    await settled();
    return this.bridge.chat.toasts.at(-1);
  }

  /** What the engine reads next. */
  async read(): Promise<FollowUp> {
    const next = await this.#followUps.next();
    if (next.done === true) throw new Error("no text came");
    return next.value;
  }

  async end(run: ScriptedRun = this.run): Promise<void> {
    run.emit(completed("done", { resume: token("s1") }));
    run.end();
    await settled();
  }

  /** Time for a card to be redrawn. */
  async redrawn(): Promise<void> {
    await this.bridge.clock.advance(10_000);
  }

  prompts(): readonly string[] {
    return this.bridge.runner.requests.map(({ prompt }) => prompt);
  }
}

describe("the card of a prompt that waits", () => {
  it("offers to steer, to interrupt and to drop it, and says that it is next", async () => {
    const chat = await Steering.begin();
    const text = "queued · scripted · 0s\n\nnext in its session\n\nscripted --resume s1";
    expect(chat.card()).toMatchObject({ text, silent: true });
    expect(new Set(chat.labels())).toEqual(OFFERED);
  });

  it("does not offer to steer an engine that can't be", async () => {
    const chat = await Steering.begin(["two"], false);
    expect(new Set(chat.labels())).toEqual(new Set(["Interrupt and run this", "Drop"]));
    const [dropped] = chat.card().keyboard.flat();
    const data = dropped?.data.replace(/cancel|interrupt/, "steer") ?? "";
    const forged = { ...chat.card(), keyboard: [[{ label: "Steer now", data }]] };
    expect(await chat.press("Steer now", forged)).toBe("scripted can't be steered: the prompt stays queued.");
    expect(chat.bridge.store.runsInState(["queued"])).toHaveLength(1);
  });

  it("says how many come before it, and forgets those that are gone", async () => {
    const chat = await Steering.begin(["two", "three", "four"]);
    expect(chat.card(1).text).toContain("\n\n1 before it in its session\n");
    expect(chat.card(2).text).toContain("\n\n2 before it in its session\n");
    await chat.press("Drop", chat.card(0));
    await chat.redrawn();
    expect(chat.card(1).text).toContain("\n\nnext in its session\n");
    expect(chat.card(2).text).toContain("\n\n1 before it in its session\n");
  });

  it("of another session that only waits for room offers nothing but to drop it", async () => {
    const bridge = new BridgeUnderTest({ settings: { maxParallelRuns: 1 } });
    await bridge.open();
    bridge.prompt("one");
    bridge.prompt("two");
    const card = await bridge.chat.shows(/^queued/);
    expect(card.keyboard.flat().map(({ label }) => label)).toEqual(["Drop"]);
  });
});

describe("steering", () => {
  it("passes the prompt to the run that works and shows so", async () => {
    const chat = await Steering.begin();
    expect(await chat.press("Steer now")).toBe("Passing it to scripted…");
    await chat.redrawn();
    expect(chat.card().text).toContain("\n\nbeing passed to scripted\n");
    expect(chat.labels()).toEqual([]);
    expect((await chat.read()).text).toBe("two");
  });

  it("ends the prompt when the engine has it, which never runs by itself then", async () => {
    const chat = await Steering.begin();
    await chat.press("Steer now");
    (await chat.read()).taken();
    await settled();
    expect(chat.card()).toMatchObject({ text: TAKEN, keyboard: [] });
    await chat.end();
    await chat.redrawn();
    expect(chat.prompts()).toEqual(["one"]);
    expect(chat.bridge.store.runsInState(["queued", "running", "held"])).toEqual([]);
  });

  it("lets a prompt that was not taken before the end run by itself, exactly once", async () => {
    const chat = await Steering.begin();
    await chat.press("Steer now");
    const followUp = await chat.read();
    await chat.end();
    followUp.taken();
    const next = await chat.bridge.runner.nextRun();
    expect(next.request).toMatchObject({ prompt: "two", resume: token("s1") });
    await chat.end(next);
    followUp.taken();
    await chat.redrawn();
    expect(chat.prompts()).toEqual(["one", "two"]);
    expect(chat.bridge.chat.texts().filter((text) => text === TAKEN)).toEqual([]);
  });

  it("does the same with a prompt that the engine never read", async () => {
    const chat = await Steering.begin();
    await chat.press("Steer now");
    await chat.end();
    expect((await chat.bridge.runner.nextRun()).request.prompt).toBe("two");
  });

  it("keeps the order of several prompts, and lets run only those that were not taken", async () => {
    const chat = await Steering.begin(["two", "three", "four"]);
    for (const index of [0, 1, 2]) await chat.press("Steer now", chat.card(index));
    const read = [await chat.read(), await chat.read(), await chat.read()];
    expect(read.map(({ text }) => text)).toEqual(["two", "three", "four"]);
    read[1]?.taken();
    await chat.end();
    await chat.end(await chat.bridge.runner.nextRun());
    await chat.end(await chat.bridge.runner.nextRun());
    expect(chat.prompts()).toEqual(["one", "two", "four"]);
  });

  it("comes too late once the run has ended and the prompt runs by itself", async () => {
    const chat = await Steering.begin();
    const before = chat.card();
    await chat.end();
    expect(await chat.press("Steer now", before)).toBe("It is no longer queued.");
    expect(chat.prompts()).toEqual(["one", "two"]);
  });

  it("comes too late while the engine that has answered still cleans up", async () => {
    const chat = await Steering.begin();
    const before = chat.card();
    chat.run.emit(completed("done", { resume: token("s1") }));
    await chat.bridge.chat.shows(/^done/);
    await settled();
    expect(await chat.press("Steer now", before)).toBe(ENDED);
    chat.run.end();
    expect((await chat.bridge.runner.nextRun()).request.prompt).toBe("two");
  });

  it("passes a prompt on once, however often it is pressed", async () => {
    const chat = await Steering.begin();
    const before = chat.card();
    await chat.press("Steer now", before);
    expect(await chat.press("Steer now", before)).toBe("It is no longer queued.");
    (await chat.read()).taken();
    expect(await chat.press("Steer now", before)).toBe("It is no longer queued.");
    await chat.end();
    await chat.redrawn();
    expect(chat.prompts()).toEqual(["one"]);
  });

  it("counts once, however often the engine says that it has the text", async () => {
    const chat = await Steering.begin();
    await chat.press("Steer now");
    const followUp = await chat.read();
    followUp.taken();
    followUp.taken();
    await settled();
    expect(chat.bridge.chat.texts().filter((text) => text === TAKEN)).toHaveLength(1);
  });

  it("does not let a prompt that is being passed on be changed, and says so", async () => {
    const chat = await Steering.begin();
    const [two] = chat.waiting;
    await chat.press("Steer now");
    if (two !== undefined) editPrompt(chat.bridge.deps, { ...two, text: "other" }, "other");
    await chat.bridge.chat.shows(/^This was already being passed to a run with the old text\./);
    await chat.end();
    expect((await chat.bridge.runner.nextRun()).request.prompt).toBe("two");
  });

  it("tells the truth about a prompt that was dropped too late", async () => {
    const chat = await Steering.begin();
    await chat.press("Steer now");
    const followUp = await chat.read();
    const replyTo = { messageId: chat.waiting[0]?.messageId ?? 0, fromBot: false };
    cancelByCommand(chat.bridge.deps, chat.bridge.message("/cancel", { replyTo }));
    await chat.bridge.chat.shows(/^cancelled/);
    followUp.taken();
    await settled();
    expect(chat.card()).toMatchObject({ text: TAKEN, keyboard: [] });
    await chat.end();
    expect(chat.prompts()).toEqual(["one"]);
  });
});

describe("a prompt that was being passed on when the bot died", () => {
  it("is held and offered aloud, for it may have arrived", async () => {
    const chat = await Steering.begin();
    await chat.press("Steer now");
    const card = chat.card();
    const bridge = await chat.bridge.restarted({ settings: { sessionMode: "chat" } });
    await settled();
    const offer = await bridge.chat.shows(
      /^This was being passed to a run when Takopi ended, and may have reached it\. Run it\?$/,
    );
    expect(offer).toMatchObject({ silent: false, replyTo: chat.waiting[0]?.messageId });
    expect(bridge.chat.visible.has(card.ref.messageId)).toBe(false);
    expect(bridge.runner.requests).toEqual([]);
    pressButton(bridge.deps, bridge.press(offer.keyboard[0]?.[0]?.data ?? "", offer.ref.messageId));
    const run = await bridge.runner.nextRun();
    expect(run.request).toMatchObject({ prompt: "two", resume: token("s1") });
    await bridge.chat.shows(/^starting · scripted/);
    run.emit(started(token("s1")), completed("run at last", { resume: token("s1") }));
    await bridge.chat.shows(/run at last/);
    expect(bridge.runner.requests).toHaveLength(1);
  });

  it("can be discarded, and leaves nothing behind", async () => {
    const chat = await Steering.begin();
    await chat.press("Steer now");
    const bridge = await chat.bridge.restarted();
    await settled();
    const offer = await bridge.chat.shows(/^This was being passed/);
    pressButton(bridge.deps, bridge.press(offer.keyboard[0]?.[1]?.data ?? "", offer.ref.messageId));
    await bridge.chat.shows(/^Discarded\.$/);
    expect(bridge.store.runsInState(["held", "queued"])).toEqual([]);
    expect(bridge.chat.texts().filter((text) => text.startsWith("queued"))).toEqual([]);
  });

  it("runs by itself after an orderly end, for then it is known not to have arrived", async () => {
    const chat = await Steering.begin();
    await chat.press("Steer now");
    await chat.bridge.parts.scheduler.drain();
    const bridge = await chat.bridge.restarted({ settings: { sessionMode: "chat" } });
    expect((await bridge.runner.nextRun()).request.prompt).toBe("two");
  });

  it("does not run again when the engine had it", async () => {
    const chat = await Steering.begin();
    await chat.press("Steer now");
    (await chat.read()).taken();
    await settled();
    const bridge = await chat.bridge.restarted();
    await settled();
    expect(bridge.runner.requests).toEqual([]);
    expect(bridge.store.runsInState(["held", "queued"])).toEqual([]);
  });
});

describe("interrupting", () => {
  it("cancels the run that works and lets this one go next, before those that are older", async () => {
    const chat = await Steering.begin(["two", "three"]);
    expect(await chat.press("Interrupt and run this", chat.card(1))).toBe("Interrupting; this one runs next.");
    expect(chat.run.host.signal.aborted).toBe(true);
    chat.run.emit(completed("", { ok: false, error: "stopped", resume: token("s1") }));
    chat.run.end();
    const three = await chat.bridge.runner.nextRun();
    expect(three.request).toMatchObject({ prompt: "three", resume: token("s1") });
    await chat.bridge.chat.shows(/^cancelled · scripted/);
    await chat.end(three);
    expect((await chat.bridge.runner.nextRun()).request.prompt).toBe("two");
  });

  it("is remembered when the bot dies meanwhile", async () => {
    const chat = await Steering.begin(["two", "three"]);
    const [, three] = chat.bridge.store.runsInState(["queued"]);
    chat.bridge.store.putFirst(three?.id ?? toRunId(""));
    const bridge = await chat.bridge.restarted({ settings: { sessionMode: "chat" } });
    expect((await bridge.runner.nextRun()).request.prompt).toBe("three");
  });

  it("comes too late for a prompt that has started", async () => {
    const chat = await Steering.begin();
    const before = chat.card();
    await chat.end();
    const two = await chat.bridge.runner.nextRun();
    expect(await chat.press("Interrupt and run this", before)).toBe("It is no longer queued.");
    expect(two.host.signal.aborted).toBe(false);
  });
});

describe("dropping", () => {
  it("takes the prompt out of the queue for good", async () => {
    const chat = await Steering.begin(["two", "three"]);
    const before = chat.card(0);
    expect(await chat.press("Drop", before)).toBe("Dropped from the queue.");
    expect(chat.card(0)).toMatchObject({ text: expect.stringMatching(/^cancelled/), keyboard: [] });
    expect(await chat.press("Steer now", before)).toBe("It is no longer queued.");
    await chat.end();
    expect((await chat.bridge.runner.nextRun()).request.prompt).toBe("three");
  });
});

describe("/queue", () => {
  async function queueOf(chat: Steering): Promise<string> {
    showQueue(chat.bridge.deps, chat.bridge.message("/queue"));
    await settled();
    return chat.bridge.chat.sent.at(-1) ?? "";
  }

  it("lists what works and what waits, with edits, in the order in which it will run", async () => {
    const chat = await Steering.begin(["two", "three", "four"]);
    const [, three] = chat.waiting;
    if (three !== undefined) editPrompt(chat.bridge.deps, { ...three, text: "3" }, "three, but better");
    await chat.bridge.clock.advance(65_000);
    const heading = "Queued (edit the message to change one, its Drop button to take it out):";
    expect(await queueOf(chat)).toBe(
      `▸ scripted · one · 1m 05s\n\n${heading}\n1. scripted · two\n2. scripted · three, but better\n3. scripted · four`,
    );
    const [, , four] = chat.bridge.store.runsInState(["queued"]);
    chat.bridge.store.putFirst(four?.id ?? toRunId(""));
    expect(await queueOf(chat)).toMatch(/1\. scripted · four\n2\. scripted · two\n3\. scripted · three, but better$/);
  });

  it("says that there is nothing", async () => {
    const bridge = new BridgeUnderTest();
    showQueue(bridge.deps, bridge.message("/queue"));
    await bridge.chat.shows(/^Nothing is running here\.$/);
  });
});
