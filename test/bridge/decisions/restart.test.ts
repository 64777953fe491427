import { describe, expect, it } from "vitest";
import { replyToDecision } from "../../../src/bridge/decisions/answer-decision.ts";
import { pressButton } from "../../../src/bridge/presses/press-button.ts";
import type { DecisionRequest, QuestionRequest } from "../../../src/domain/decision.ts";
import { completed, ScriptedRunner, started, token } from "../../factories.ts";
import { settled } from "../../telegram/fake-clock.ts";
import { type BridgeOptions, BridgeUnderTest } from "../bridge-under-test.ts";
import { FakeChat, type VisibleMessage } from "../fake-chat.ts";
import { approval, Asking, colours, plan } from "./asking.ts";

const question: QuestionRequest = { kind: "question", id: "q1", questions: [colours()] };
const ENDED = "– Takopi ended before this was answered";

interface Restarted {
  readonly bridge: BridgeUnderTest;
  /** The decision's message before the end; its buttons are those of then. */
  readonly before: VisibleMessage;
}

/** A bot that died while this was asked, and the next one on its journal. */
async function restartedWith(
  request: DecisionRequest,
  more: { readonly presses?: readonly string[] } = {},
): Promise<Restarted> {
  const asking = await Asking.begin();
  const { shown } = await asking.ask(request);
  for (const label of more.presses ?? []) await asking.press(shown, label);
  const before = asking.now(shown);
  return { bridge: await restart(asking.bridge), before };
}

async function restart(dead: BridgeUnderTest, options: BridgeOptions = {}): Promise<BridgeUnderTest> {
  const bridge = await dead.restarted(options);
  await settled();
  return bridge;
}

function nowOf(bridge: BridgeUnderTest, { ref }: VisibleMessage): VisibleMessage {
  const shown = bridge.chat.visible.get(ref.messageId);
  if (shown === undefined) throw new Error("the message is gone");
  return shown;
}

async function press(
  bridge: BridgeUnderTest,
  { ref }: VisibleMessage,
  data: string | undefined,
): Promise<string | undefined> {
  pressButton(bridge.deps, bridge.press(data ?? "", ref.messageId));
  await settled();
  return bridge.chat.toasts.at(-1);
}

function buttons({ keyboard }: VisibleMessage): readonly { readonly label: string; readonly data: string }[] {
  return keyboard.flat();
}

describe("a decision that was pending when the bot died", () => {
  it("says so on its message, without the buttons that nobody waits for any more", async () => {
    const { bridge, before } = await restartedWith(approval());
    const shown = nowOf(bridge, before);
    expect(shown.text).toBe(`${ENDED}\nnpm publish`);
    expect(buttons(shown).map(({ label }) => label)).toEqual(["Resume: approve it", "Resume: deny it"]);
    expect(bridge.store.openDecisions()).toEqual([]);
    expect(await press(bridge, before, buttons(before)[0]?.data)).toBe(
      "Too late: Takopi ended before the engine had an answer.",
    );
    expect(bridge.runner.requests).toEqual([]);
  });

  it.each([
    ["Resume: approve it", "You asked to use Bash (npm publish). I approve: go on."],
    ["Resume: deny it", "You asked to use Bash (npm publish). I deny that: go on without it."],
  ])("is answered by %s in the same session, by exactly one run", async (label, prompt) => {
    const { bridge, before } = await restartedWith(approval());
    const shown = nowOf(bridge, before);
    const data = buttons(shown).find((button) => button.label === label)?.data;
    expect(await press(bridge, shown, data)).toBe("Resuming.");
    const run = await bridge.runner.nextRun();
    expect(run.request).toMatchObject({ prompt, resume: token("s1"), cwd: "/work" });
    expect(nowOf(bridge, before)).toMatchObject({ text: `Resuming: ${prompt}`, keyboard: [] });
    for (const again of buttons(shown)) {
      expect(await press(bridge, shown, again.data)).toBe("This was already resumed.");
    }
    run.emit(started(token("s1")), completed("gone on", { resume: token("s1") }));
    run.end();
    await bridge.chat.shows(/gone on/);
    expect(bridge.runner.requests).toHaveLength(1);
  });

  it("is not resumed a second time by the Resume button of its run, nor the other way round", async () => {
    const { bridge, before } = await restartedWith(approval());
    const card = await bridge.chat.shows(/^interrupted/);
    const shown = nowOf(bridge, before);
    expect(await press(bridge, card, buttons(card)[0]?.data)).toBe("Resuming.");
    expect(await press(bridge, shown, buttons(shown)[0]?.data)).toBe("This was already resumed.");
    expect(bridge.runner.requests).toMatchObject([{ prompt: "continue" }]);
  });

  it("can be answered after any number of starts", async () => {
    const { bridge, before } = await restartedWith(approval());
    const next = await restart(bridge);
    const shown = nowOf(next, before);
    expect(shown.text).toBe(`${ENDED}\nnpm publish`);
    expect(await press(next, shown, buttons(shown)[0]?.data)).toBe("Resuming.");
    expect((await next.runner.nextRun()).request).toMatchObject({ resume: token("s1") });
  });

  it("is not answered from another chat", async () => {
    const { bridge, before } = await restartedWith(approval());
    const shown = nowOf(bridge, before);
    const pressed = bridge.press(buttons(shown)[0]?.data ?? "", shown.ref.messageId);
    pressButton(bridge.deps, { ...pressed, thread: { chatId: 2002 } });
    expect(bridge.chat.toasts).toEqual(["This button no longer works."]);
    expect(bridge.runner.requests).toEqual([]);
  });

  it("as a question offers its options", async () => {
    const { bridge, before } = await restartedWith(question);
    const shown = nowOf(bridge, before);
    expect(shown.text).toBe(ENDED);
    expect(buttons(shown).map(({ label }) => label)).toEqual(["Resume: Red", "Resume: Blue"]);
    await press(bridge, shown, buttons(shown)[1]?.data);
    const { request } = await bridge.runner.nextRun();
    expect(request.prompt).toBe("You asked: Which colour?\nMy answer: Blue");
  });

  it("as several questions can't be answered by a button, and has none", async () => {
    const { bridge, before } = await restartedWith(
      { ...question, questions: [colours(), colours({ id: "other" })] },
      { presses: ["Red"] },
    );
    expect(nowOf(bridge, before)).toMatchObject({ text: ENDED, keyboard: [] });
  });

  it("has no buttons where its run never had a session to go on with", async () => {
    const dead = new BridgeUnderTest();
    await dead.open();
    dead.prompt("fix it");
    const run = await dead.runner.nextRun();
    void run.host.decide(approval());
    const before = await dead.chat.shows(/^scripted asks/);
    await settled();
    const bridge = await restart(dead);
    expect(nowOf(bridge, before)).toMatchObject({ text: `${ENDED}\nnpm publish`, keyboard: [] });
  });

  it("as a plan is approved for a run that does not plan again", async () => {
    const capabilities = { plans: true };
    const asking = await Asking.begin({ runner: new ScriptedRunner({ capabilities }) });
    asking.run.emit(completed("", { resume: token("s1") }));
    asking.run.end();
    await settled();
    asking.bridge.prompt("/plan build it");
    const planning = await asking.bridge.runner.nextRun();
    expect(planning.request.options).toEqual({ plan: true });
    planning.emit(started(token("s2")));
    void planning.host.decide(plan());
    await settled();
    const before = asking.latestAsking();
    const bridge = await restart(asking.bridge, { runner: new ScriptedRunner({ capabilities }) });
    const shown = nowOf(bridge, before);
    expect(buttons(shown).map(({ label }) => label)).toEqual(["Resume: approve the plan"]);
    await press(bridge, shown, buttons(shown)[0]?.data);
    const { request } = await bridge.runner.nextRun();
    expect(request).toMatchObject({ prompt: "I approve your plan: go on with it.", resume: token("s2") });
    expect(request.options).toEqual({});
  });
});

describe("a decision that was answered and not taken when the bot died", () => {
  it("says that the engine never had the answer, and offers it again", async () => {
    const { bridge, before } = await restartedWith(approval(), { presses: ["Approve"] });
    const shown = nowOf(bridge, before);
    expect(shown.text).toBe("– Takopi ended before the engine took this answer\nnpm publish");
    await press(bridge, shown, buttons(shown)[0]?.data);
    expect((await bridge.runner.nextRun()).request).toMatchObject({ resume: token("s1") });
  });

  it("keeps showing what the user wrote", async () => {
    const asking = await Asking.begin();
    const { shown } = await asking.ask(approval());
    await asking.reply(shown, "no, use pnpm");
    const bridge = await restart(asking.bridge);
    expect(nowOf(bridge, shown).text).toBe(
      "– Takopi ended before the engine took this answer\nnpm publish\n“use pnpm”",
    );
  });
});

describe("a reply to an expired decision", () => {
  it.each(["yes", "No.", "ok"])("that says only %s is no prompt", async (text) => {
    const { bridge, before } = await restartedWith(approval());
    const replyTo = { messageId: before.ref.messageId, fromBot: true };
    expect(replyToDecision(bridge.deps, bridge.message(text, { replyTo }))).toBe(true);
    await bridge.chat.shows(/^Too late: Takopi ended before the engine had an answer\.$/);
    expect(bridge.runner.requests).toEqual([]);
  });

  it("that says more is a prompt like any other and continues the session", async () => {
    const { bridge, before } = await restartedWith(approval());
    const replyTo = { messageId: before.ref.messageId, fromBot: true, text: nowOf(bridge, before).text };
    const text = "no, use pnpm for this";
    expect(replyToDecision(bridge.deps, bridge.message(text, { replyTo }))).toBe(false);
    bridge.prompt(text, { replyTo });
    expect((await bridge.runner.nextRun()).request).toMatchObject({ prompt: text, resume: token("s1") });
  });
});

describe("an orderly end of the bot", () => {
  it("leaves what is pending to be answered at the next start, and says so at once", async () => {
    const asking = await Asking.begin();
    const { shown, decision } = await asking.ask(approval());
    await asking.bridge.parts.scheduler.drain();
    expect(await decision).toMatchObject({ kind: "dismiss" });
    await settled();
    expect(asking.now(shown).text).toBe(`${ENDED}\nnpm publish`);
    const bridge = await restart(asking.bridge);
    const after = nowOf(bridge, shown);
    expect(buttons(after).map(({ label }) => label)).toEqual(["Resume: approve it", "Resume: deny it"]);
    await press(bridge, after, buttons(after)[0]?.data);
    expect((await bridge.runner.nextRun()).request).toMatchObject({ resume: token("s1") });
  });

  it("does so as well for an answer that the engine did not take any more", async () => {
    const asking = await Asking.begin();
    const { shown } = await asking.ask(approval());
    await asking.press(shown, "Approve");
    await asking.bridge.parts.scheduler.drain();
    await settled();
    expect(asking.now(shown).text).toMatch(/^– Takopi ended before the engine took this answer/);
    expect(asking.labels(shown)).toEqual(["Resume: approve it", "Resume: deny it"]);
  });
});

/** A chat that keeps a message from going out until the test lets it. */
class GatedChat extends FakeChat {
  readonly #waiting: (() => void)[] = [];
  isShut = false;

  override async send(message: Parameters<FakeChat["send"]>[0]): ReturnType<FakeChat["send"]> {
    if (this.isShut) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return await super.send(message);
  }

  async openGate(): Promise<void> {
    this.isShut = false;
    for (const go of this.#waiting.splice(0)) go();
    await settled();
  }
}

describe("a decision that is settled before its message went out", () => {
  it("shows only how it ended, where the message was still waiting", async () => {
    const asking = await Asking.begin();
    const { chat, clock } = asking.bridge;
    chat.faults.push("unavailable");
    const gone = new AbortController();
    void asking.run.host.decide(approval(), gone.signal);
    await settled();
    gone.abort();
    await clock.advance(5_000);
    expect(chat.sent.filter((text) => text.includes("npm publish"))).toEqual([
      "– No longer needed: nobody waits for an answer\nnpm publish",
    ]);
    const shown = await chat.shows(/^– No longer needed/);
    expect(shown.keyboard).toEqual([]);
  });

  it("shows how it ended as soon as a message that was on its way has arrived", async () => {
    const chat = new GatedChat();
    const asking = await Asking.begin({ chat });
    chat.isShut = true;
    const gone = new AbortController();
    void asking.run.host.decide(approval(), gone.signal);
    await settled();
    gone.abort();
    await settled();
    await chat.openGate();
    const shown = await chat.shows(/^– No longer needed/);
    expect(shown.keyboard).toEqual([]);
    expect(chat.texts().filter((text) => text.startsWith("scripted asks"))).toEqual([]);
  });

  it("shows how it ended and not a step on the way there, where the answer to the sending was lost", async () => {
    const chat = new GatedChat();
    const asking = await Asking.begin({ chat });
    chat.isShut = true;
    chat.faults.push("uncertain");
    void asking.run.host.decide({ ...question, questions: [colours({ multiSelect: true })] });
    await settled();
    const [row] = asking.bridge.store.openDecisions();
    const data = (choice: string): string => `v1:d:${row?.key}:${choice}`;
    // The message is already seen, though its id is not known yet.
    const early = { ref: { chatId: 1001, messageId: 99 }, text: "", keyboard: [], silent: false };
    await asking.pressData(early, data("o0.0"));
    await chat.openGate();
    expect(await asking.pressData(early, data("n0"))).toBe("Passing it on…");
    asking.run.host.answerTaken("q1");
    await asking.bridge.clock.advance(5_000);
    const copy = await chat.shows(/^(↻ sent again.*\n\n)?✓ Answered/s);
    expect(copy).toMatchObject({ text: expect.stringContaining("Which colour? → Red"), keyboard: [] });
  });

  it("shows after a restart only that it expired, where the message was still waiting", async () => {
    const asking = await Asking.begin();
    const { chat } = asking.bridge;
    chat.faults.push("unavailable");
    void asking.run.host.decide(approval());
    await settled();
    const bridge = await restart(asking.bridge);
    await bridge.clock.advance(5_000);
    expect(chat.sent.filter((text) => text.includes("npm publish"))).toEqual([`${ENDED}\nnpm publish`]);
    const shown = await chat.shows(/^– Takopi ended/);
    expect(buttons(shown).map(({ label }) => label)).toEqual(["Resume: approve it", "Resume: deny it"]);
    expect(await press(bridge, shown, buttons(shown)[1]?.data)).toBe("Resuming.");
  });

  it("shows after a restart that it expired on a second copy, where the first may have been seen", async () => {
    const chat = new GatedChat();
    const asking = await Asking.begin({ chat });
    chat.isShut = true;
    void asking.run.host.decide(approval());
    await settled();
    chat.isShut = false;
    const bridge = await restart(asking.bridge);
    const shown = await chat.shows(/^↻ sent again, the first copy may have arrived too\n\n– Takopi ended/);
    expect(buttons(shown)).toHaveLength(2);
    expect(bridge.store.openDecisions()).toEqual([]);
  });
});
