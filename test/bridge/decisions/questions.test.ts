import { describe, expect, it } from "vitest";
import type { Question, QuestionRequest } from "../../../src/domain/decision.ts";
import { settled } from "../../telegram/fake-clock.ts";
import { Asking, colours } from "./asking.ts";

function asked(...questions: readonly Question[]): QuestionRequest {
  return { kind: "question", id: "q1", questions };
}

const sizes: Question = {
  id: "size",
  text: "Which size?",
  options: [{ label: "Small" }, { label: "Large" }],
  multiSelect: false,
  allowFreeText: false,
};

const many = Array.from({ length: 45 }, (_, index) => ({ label: `Option ${index + 1}` }));

describe("a question", () => {
  it("shows its options with numbers and a button for each, and is answered by one press", async () => {
    const asking = await Asking.begin();
    const { shown, decision } = await asking.ask(asked(colours()));
    expect(shown.text).toBe(
      "scripted asks\n\nWhich colour?\n\n1. Red\n2. Blue – as the sky\n\nOr reply with your own words.",
    );
    expect(asking.labels(shown)).toEqual(["Red", "Blue", "Other…", "Dismiss"]);
    expect(await asking.press(shown, "Blue")).toBe("Passing it on…");
    expect(await decision).toEqual({ kind: "answers", answers: { colour: ["Blue"] } });
    asking.run.host.answerTaken("q1");
    await settled();
    expect(asking.now(shown)).toMatchObject({ text: "✓ Answered\nWhich colour? → Blue", keyboard: [] });
  });

  it("is answered with the user's own words by a reply", async () => {
    const asking = await Asking.begin();
    const { shown, decision } = await asking.ask(asked(colours()));
    expect(await asking.reply(shown, "  a warm grey ")).toBe(true);
    expect(await decision).toEqual({ kind: "answers", answers: { colour: ["a warm grey"] } });
  });

  it.each([
    ["2", "Blue"],
    ["blue", "Blue"],
    ["Red", "Red"],
    ["3", "3"],
    ["0", "0"],
    ["yes", "yes"],
  ])("reads the reply %j as %j", async (text, answer) => {
    const asking = await Asking.begin();
    const { shown, decision } = await asking.ask(asked(colours()));
    await asking.reply(shown, text);
    expect(await decision).toEqual({ kind: "answers", answers: { colour: [answer] } });
  });

  it("takes a label that is a number before the number of an option", async () => {
    const asking = await Asking.begin();
    const options = [{ label: "3" }, { label: "2" }, { label: "1" }];
    const { shown, decision } = await asking.ask(asked(colours({ options })));
    await asking.reply(shown, "1");
    expect(await decision).toEqual({ kind: "answers", answers: { colour: ["1"] } });
  });

  it("takes what is written after Other… as it is, even a number", async () => {
    const asking = await Asking.begin();
    const { shown, decision } = await asking.ask(asked(colours()));
    expect(await asking.press(shown, "Other…")).toBe("Reply to the message with your answer.");
    expect(asking.now(shown).text).toMatch(/\n\n✎ Reply to this message with your answer\.$/);
    expect(asking.labels(shown)).toContain("Red");
    await asking.reply(shown, "2");
    expect(await decision).toEqual({ kind: "answers", answers: { colour: ["2"] } });
  });

  it("that takes no free text refuses it, says what fits, and waits on", async () => {
    const asking = await Asking.begin();
    const { shown, decision } = await asking.ask(asked(sizes));
    expect(shown.text).toBe("scripted asks\n\nWhich size?\n\n1. Small\n2. Large");
    expect(asking.labels(shown)).toEqual(["Small", "Large", "Dismiss"]);
    expect(await asking.reply(shown, "medium")).toBe(true);
    await asking.bridge.chat.shows(/^Choose one of the options: press a button, or reply with its number\.$/);
    await asking.reply(shown, "1");
    expect(await decision).toEqual({ kind: "answers", answers: { size: ["Small"] } });
  });

  it("can't be made to take free text by a button that was not offered", async () => {
    const asking = await Asking.begin();
    const { shown } = await asking.ask(asked(sizes));
    const data = shown.keyboard.flat().at(-1)?.data ?? "";
    expect(await asking.pressData(shown, data.replace("dismiss", "text"))).toBe("This button no longer fits.");
    expect(await asking.pressData(shown, data.replace("dismiss", "o0.7"))).toBe("This button no longer fits.");
    expect(await asking.pressData(shown, data.replace("dismiss", "once"))).toBe("This button no longer fits.");
  });

  it("without options asks for a reply, and for nothing else", async () => {
    const asking = await Asking.begin();
    const { shown, decision } = await asking.ask(asked(colours({ options: [] })));
    expect(shown.text).toBe("scripted asks\n\nWhich colour?\n\nReply with your answer.");
    expect(asking.labels(shown)).toEqual(["Dismiss"]);
    await asking.reply(shown, "1");
    expect(await decision).toEqual({ kind: "answers", answers: { colour: ["1"] } });
  });

  it.each([
    ["of one kind", [colours()]],
    ["of several", [colours(), sizes]],
    ["without options and free text", [{ ...sizes, options: [] }]],
    ["with nothing in it", []],
  ])("can always be dismissed: %s", async (_case, questions) => {
    const asking = await Asking.begin();
    const { shown, decision } = await asking.ask(asked(...questions));
    await asking.press(shown, "Dismiss");
    expect(await decision).toEqual({ kind: "dismiss", reason: "The user dismissed this. Go on as you think best." });
    asking.run.host.answerTaken("q1");
    await settled();
    expect(asking.now(shown)).toMatchObject({ text: "– Dismissed", keyboard: [] });
  });

  it("has short button labels that never end in half a character and are never blank", async () => {
    const asking = await Asking.begin();
    const labels = ["x".repeat(30) + "🙂🙂", "two\nlines", "\u200b", "fits"];
    const options = labels.map((label) => ({ label }));
    const { shown, decision } = await asking.ask(asked(colours({ options })));
    expect(asking.labels(shown).slice(0, 4)).toEqual([`${"x".repeat(30)}…`, "two lines", "–", "fits"]);
    await asking.pressData(shown, shown.keyboard[0]?.[0]?.data ?? "");
    expect(await decision).toEqual({ kind: "answers", answers: { colour: [labels[0]] } });
  });

  it("with more options than there is room for buttons takes the number of the others", async () => {
    const asking = await Asking.begin();
    const { shown, decision } = await asking.ask(asked(colours({ options: many, allowFreeText: false })));
    expect(asking.labels(shown)).toHaveLength(41);
    expect(shown.text).toContain("45. Option 45");
    expect(shown.text).toContain("Reply with the number of an option that has no button.");
    await asking.reply(shown, "45");
    expect(await decision).toEqual({ kind: "answers", answers: { colour: ["Option 45"] } });
  });
});

describe("a question of which several options may be chosen", () => {
  const several = (): QuestionRequest => asked(colours({ multiSelect: true }));

  it("shows what is chosen and is answered by Done, in the order of the options", async () => {
    const asking = await Asking.begin();
    const { shown, decision } = await asking.ask(several());
    expect(shown.text).toMatch(/Choose any number\. Or reply with your own words\.$/);
    expect(asking.labels(shown)).toEqual(["☐ Red", "☐ Blue", "Done", "Other…", "Dismiss"]);
    expect(await asking.press(shown, "☐ Blue")).toBe("Blue");
    expect(await asking.press(shown, "☐ Red")).toBe("Red");
    expect(asking.labels(shown).slice(0, 2)).toEqual(["☑ Red", "☑ Blue"]);
    await asking.press(shown, "Done");
    expect(await decision).toEqual({ kind: "answers", answers: { colour: ["Red", "Blue"] } });
    asking.run.host.answerTaken("q1");
    await settled();
    expect(asking.now(shown).text).toBe("✓ Answered\nWhich colour? → Red, Blue");
  });

  it("lets a choice be taken back", async () => {
    const asking = await Asking.begin();
    const { shown, decision } = await asking.ask(several());
    await asking.press(shown, "☐ Red");
    await asking.press(shown, "☐ Blue");
    expect(await asking.press(shown, "☑ Red")).toBe("Without Red");
    expect(asking.labels(shown).slice(0, 2)).toEqual(["☐ Red", "☑ Blue"]);
    await asking.press(shown, "Done");
    expect(await decision).toEqual({ kind: "answers", answers: { colour: ["Blue"] } });
  });

  it("refuses Done while nothing is chosen", async () => {
    const asking = await Asking.begin();
    const { shown } = await asking.ask(several());
    const refusal = "Choose at least one, or dismiss the question.";
    expect(await asking.press(shown, "Done")).toBe(refusal);
    await asking.press(shown, "☐ Red");
    await asking.press(shown, "☑ Red");
    expect(await asking.press(shown, "Done")).toBe(refusal);
    expect(asking.bridge.store.openDecisions()).toMatchObject([{ state: "pending" }]);
  });

  it.each([
    ["1, 2", ["Red", "Blue"]],
    ["blue,red", ["Blue", "Red"]],
    ["2,2", ["Blue"]],
    ["1, green", ["1, green"]],
  ])("reads the reply %j as %j", async (text, chosen) => {
    const asking = await Asking.begin();
    const { shown, decision } = await asking.ask(several());
    await asking.reply(shown, text);
    expect(await decision).toEqual({ kind: "answers", answers: { colour: chosen } });
  });

  it("adds the user's own words to what was chosen", async () => {
    const asking = await Asking.begin();
    const { shown, decision } = await asking.ask(several());
    await asking.press(shown, "☐ Red");
    await asking.press(shown, "Other…");
    expect(asking.labels(shown)).toContain("☑ Red");
    await asking.reply(shown, "and a warm grey");
    expect(await decision).toEqual({ kind: "answers", answers: { colour: ["Red", "and a warm grey"] } });
  });
});

describe("several questions at once", () => {
  it("are shown one after the other in one message and answered together", async () => {
    const asking = await Asking.begin();
    const { shown, decision } = await asking.ask(asked(colours(), sizes));
    expect(shown.text).toMatch(/^scripted asks\n\nQuestion 1 of 2\n\nWhich colour\?/);
    expect(await asking.press(shown, "Red")).toBe("Next: question 2");
    expect(asking.now(shown).text).toMatch(/^scripted asks\n\nQuestion 2 of 2\n\nWhich size\?/);
    expect(asking.labels(shown)).toEqual(["Small", "Large", "Dismiss"]);
    await asking.press(shown, "Large");
    expect(await decision).toEqual({ kind: "answers", answers: { colour: ["Red"], size: ["Large"] } });
    asking.run.host.answerTaken("q1");
    await settled();
    expect(asking.now(shown).text).toBe("✓ Answered\nWhich colour? → Red\nWhich size? → Large");
  });

  it("take a reply as the answer to the one that is shown", async () => {
    const asking = await Asking.begin();
    const { shown, decision } = await asking.ask(asked(colours(), sizes));
    await asking.reply(shown, "none of these");
    await asking.reply(shown, "2");
    expect(await decision).toEqual({ kind: "answers", answers: { colour: ["none of these"], size: ["Large"] } });
  });

  it("forget at the next one that words were asked for", async () => {
    const asking = await Asking.begin();
    const { shown, decision } = await asking.ask(asked(colours(), colours({ id: "other" })));
    await asking.press(shown, "Other…");
    await asking.reply(shown, "2");
    expect(asking.now(shown).text).not.toContain("✎");
    await asking.reply(shown, "2");
    expect(await decision).toEqual({ kind: "answers", answers: { colour: ["2"], other: ["Blue"] } });
  });

  it("are not answered by a press that was meant for an earlier one", async () => {
    const asking = await Asking.begin();
    const again = colours({ id: "again", multiSelect: true });
    const { shown, decision } = await asking.ask(asked(colours({ multiSelect: true }), again));
    const [red, , done] = shown.keyboard.flat().map(({ data }) => data);
    await asking.pressData(shown, red ?? "");
    await asking.pressData(shown, done ?? "");
    const before = asking.now(shown);
    expect(await asking.pressData(shown, red ?? "")).toBe("This button no longer fits.");
    expect(await asking.pressData(shown, done ?? "")).toBe("This button no longer fits.");
    expect(asking.now(shown)).toEqual(before);
    await asking.press(shown, "☐ Blue");
    await asking.press(shown, "Done");
    expect(await decision).toEqual({ kind: "answers", answers: { colour: ["Red"], again: ["Blue"] } });
  });

  it("are dismissed together, whatever was answered before", async () => {
    const asking = await Asking.begin();
    const { shown, decision } = await asking.ask(asked(colours(), sizes));
    await asking.press(shown, "Red");
    await asking.press(shown, "Dismiss");
    expect(await decision).toMatchObject({ kind: "dismiss" });
  });
});

describe("a question whose run ends", () => {
  it("is withdrawn: its engine hears so, nobody is reminded, and nothing more can be asked", async () => {
    const asking = await Asking.begin();
    const { shown, decision } = await asking.ask(asked(colours()));
    asking.run.emit({ type: "completed", engine: "scripted", ok: true, answer: "done without you" });
    await asking.bridge.chat.shows(/done without you/);
    expect(await decision).toMatchObject({ kind: "dismiss" });
    await settled();
    expect(asking.now(shown)).toMatchObject({ text: expect.stringMatching(/^– No longer needed/), keyboard: [] });
    await asking.bridge.clock.advance(100_000_000);
    expect(asking.bridge.chat.sent.filter((text) => text.includes("still waits"))).toEqual([]);
    expect(await asking.run.host.decide(asked(sizes))).toMatchObject({ kind: "dismiss" });
    expect(asking.bridge.store.openDecisions()).toEqual([]);
  });
});
