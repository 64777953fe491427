import { describe, expect, it } from "vitest";
import type { Decision } from "../../../src/domain/decision.ts";
import { settled } from "../../telegram/fake-clock.ts";
import type { VisibleMessage } from "../fake-chat.ts";
import { approval, Asking, plan } from "./asking.ts";

const DENIED = "The user denied this.";

/** The messages that were sent for a plan, the one with the buttons last. */
function planMessages(asking: Asking): readonly VisibleMessage[] {
  return [...asking.bridge.chat.visible.values()].filter(({ text }) => !text.startsWith("working"));
}

/** The engine takes the decision; returns what its message says then. */
async function afterTaken(asking: Asking, shown: VisibleMessage): Promise<string> {
  asking.run.host.answerTaken("p1");
  await settled();
  expect(asking.now(shown).keyboard).toEqual([]);
  return asking.now(shown).text;
}

describe("a plan", () => {
  it("is shown as a whole, and then asked about aloud", async () => {
    const asking = await Asking.begin();
    const { shown } = await asking.ask(plan("# The plan\n\n1. **Do** it\n2. Test it"));
    expect(planMessages(asking)).toMatchObject([
      { text: expect.stringContaining("starting") },
      { text: "The plan\n\n1. Do it\n2. Test it", silent: true, keyboard: [] },
      { text: "scripted asks\n\nWork by this plan?", silent: false },
    ]);
    expect(asking.labels(shown)).toEqual(["Approve", "Approve and accept edits", "Revise", "Cancel"]);
  });

  it("that takes several messages loses nothing on the way", async () => {
    const asking = await Asking.begin();
    const steps = Array.from(
      { length: 150 },
      (_, index) => `Step ${index}: change the file number ${index} with great care`,
    );
    await asking.ask(plan(steps.join("\n\n")));
    const parts = planMessages(asking).slice(1, -1);
    expect(parts.length).toBeGreaterThan(1);
    const shown = parts.flatMap(({ text }) => text.split("\n\n"));
    expect(shown).toEqual(steps);
  });

  it("that would take too many messages comes as a file", async () => {
    const asking = await Asking.begin();
    const markdown = `# Long\n\n${"a word of the plan\n\n".repeat(1_500)}`;
    const { shown } = await asking.ask(plan(markdown));
    expect(
      planMessages(asking)
        .map(({ text }) => text)
        .slice(1),
    ).toEqual([`[file plan.md] ${markdown}`, shown.text]);
    expect(shown.text).toBe("scripted asks\n\nWork by this plan?");
  });

  it("without words is still asked about", async () => {
    const asking = await Asking.begin();
    const { shown, decision } = await asking.ask(plan(" \n"));
    expect(planMessages(asking)).toHaveLength(2);
    await asking.press(shown, "Approve");
    expect(await decision).toEqual({ kind: "approve", scope: "once" });
  });

  it.each<[string, Decision, string]>([
    ["Approve", { kind: "approve", scope: "once" }, "✓ Approved · plan"],
    ["Approve and accept edits", { kind: "approve", scope: "once", acceptEdits: true }, "✓ Approved, edits too · plan"],
    ["Cancel", { kind: "deny", reason: DENIED }, "✗ Denied · plan"],
  ])("is settled by %s", async (label, expected, text) => {
    const asking = await Asking.begin();
    const { shown, decision } = await asking.ask(plan());
    await asking.press(shown, label);
    expect(await decision).toEqual(expected);
    expect(await afterTaken(asking, shown)).toBe(text);
  });

  it("is sent back with the words of the reply after Revise, whatever they are", async () => {
    const asking = await Asking.begin();
    const { shown, decision } = await asking.ask(plan());
    expect(await asking.press(shown, "Revise")).toBe("Reply to the message with what should change.");
    expect(asking.now(shown).text).toMatch(/✎ Reply to this message with what should change\.$/);
    expect(asking.labels(shown)).toContain("Approve");
    expect(await asking.reply(shown, "no")).toBe(true);
    expect(await decision).toEqual({ kind: "revise", feedback: "no" });
    expect(await afterTaken(asking, shown)).toBe("↻ Sent back · plan\n“no”");
  });

  it("can still be approved after Revise", async () => {
    const asking = await Asking.begin();
    const { shown, decision } = await asking.ask(plan());
    await asking.press(shown, "Revise");
    await asking.press(shown, "Approve");
    expect(await decision).toEqual({ kind: "approve", scope: "once" });
  });

  it.each<[string, Decision]>([
    ["no, smaller steps", { kind: "revise", feedback: "no, smaller steps" }],
    ["first the tests", { kind: "revise", feedback: "first the tests" }],
    ["yes, but first the tests", { kind: "revise", feedback: "yes, but first the tests" }],
    ["go ahead!", { kind: "approve", scope: "once" }],
    ["No.", { kind: "deny", reason: DENIED }],
    ["cancel", { kind: "deny", reason: DENIED }],
  ])("understands the direct reply %j", async (text, expected) => {
    const asking = await Asking.begin();
    const { shown, decision } = await asking.ask(plan());
    expect(await asking.reply(shown, text)).toBe(true);
    expect(await decision).toEqual(expected);
  });

  it("can also be answered under its own text", async () => {
    const asking = await Asking.begin();
    const { decision } = await asking.ask(plan());
    const text = await asking.bridge.chat.shows(/^Plan\n/);
    expect(await asking.reply(text, "smaller steps")).toBe(true);
    expect(await decision).toEqual({ kind: "revise", feedback: "smaller steps" });
    expect(await asking.reply(text, "and now to something else")).toBe(false);
  });

  it("can also be answered under a reminder", async () => {
    const asking = await Asking.begin();
    const { decision } = await asking.ask(plan());
    await asking.bridge.clock.advance(600_000);
    const reminder = await asking.bridge.chat.shows(/^scripted still waits for your answer/);
    expect(await asking.reply(reminder, "yes")).toBe(true);
    expect(await decision).toEqual({ kind: "approve", scope: "once" });
  });

  it("is not answered under a message that may be about something else that waits", async () => {
    const asking = await Asking.begin();
    const first = await asking.ask(plan());
    await asking.ask(approval());
    const text = await asking.bridge.chat.shows(/^Plan\n/);
    expect(await asking.reply(text, "smaller steps")).toBe(false);
    expect(asking.bridge.store.openDecisions()).toMatchObject([{ state: "pending" }, { state: "pending" }]);
    expect(await asking.reply(first.shown, "smaller steps")).toBe(true);
    expect(await first.decision).toEqual({ kind: "revise", feedback: "smaller steps" });
  });

  it("is not something that can be approved for longer, or answered like a question", async () => {
    const asking = await Asking.begin();
    const { shown } = await asking.ask(plan());
    const data = shown.keyboard[0]?.[0]?.data ?? "";
    for (const choice of ["session", "project", "o0.0", "n0"]) {
      expect(await asking.pressData(shown, data.replace("once", choice))).toBe("This button no longer fits.");
    }
  });

  it("is not approved by the policy that allows everything", async () => {
    const asking = await Asking.begin({ settings: { approvals: { policy: "yolo", engines: new Map(), allow: [] } } });
    const { shown } = await asking.ask(plan());
    expect(asking.labels(shown)).toContain("Approve");
  });

  it("is refused by the policy that allows nothing, with what to do instead", async () => {
    const asking = await Asking.begin({ settings: { approvals: { policy: "deny", engines: new Map(), allow: [] } } });
    const reason = "Plans can't be approved here. End with the plan as your answer.";
    expect(await asking.run.host.decide(plan())).toEqual({ kind: "deny", reason });
  });
});
