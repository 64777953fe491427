import { describe, expect, it } from "vitest";
import type { Keyboard } from "../../../src/bridge/chat-port.ts";
import { applyChoice } from "../../../src/bridge/decisions/apply-choice.ts";
import { askMessages, pendingFace } from "../../../src/bridge/decisions/decision-messages.ts";
import type { DecisionFace } from "../../../src/bridge/decisions/decision-store.ts";
import { type Draft, emptyDraft } from "../../../src/bridge/decisions/draft.ts";
import { expireDecision } from "../../../src/bridge/decisions/expire-decisions.ts";
import { readReply } from "../../../src/bridge/decisions/read-reply.ts";
import { coversNothing } from "../../../src/bridge/secret-cover.ts";
import { settledFace, takenHeadline } from "../../../src/bridge/decisions/settled-face.ts";
import type { Decision, DecisionRequest, Question } from "../../../src/domain/decision.ts";
import type { MessageText } from "../../../src/domain/message-text.ts";
import { type Run, toRunId } from "../../../src/domain/run.ts";
import { parseCallbackData } from "../../../src/routing/callback-data.ts";
import { accept, memoryStore, queuedRun } from "../../store/factories.ts";
import { seededRandom } from "../../telegram/seeded-random.ts";

const KEY = "0123456789ab";
const ROUNDS = 120;
const settings = { secrets: coversNothing };
/** A line that marks a copy sent twice has its place in every message. */
const MARK = "↻ sent again, the first copy may have arrived too\n\n";
const PIECES = [
  "word",
  "🙂",
  "👩‍👩‍👧",
  "\n",
  "\n\n",
  " ",
  "\t",
  "`",
  "**b** ",
  "```",
  "|",
  "ß",
  "\u0000",
  "\ud800",
  "x".repeat(70),
];

class Dice {
  readonly #random: () => number;
  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  chance(share: number): boolean {
    return this.#random() < share;
  }

  of<Item>(items: readonly [Item, ...Item[]]): Item {
    return items[this.below(items.length)] ?? items[0];
  }

  /** Mostly short, sometimes far longer than a message. */
  text(): string {
    const length = this.chance(0.15) ? this.below(2_000) : this.chance(0.1) ? 0 : this.below(12);
    return Array.from({ length }, () => PIECES[this.below(PIECES.length)]).join("");
  }

  list<Item>(limit: number, make: (index: number) => Item): readonly Item[] {
    return Array.from({ length: this.below(limit + 1) }, (_, index) => make(index));
  }
}

function randomQuestion(dice: Dice, index: number): Question {
  return {
    id: `${index}`,
    text: dice.text(),
    options: dice.list(dice.chance(0.2) ? 150 : 5, () => ({
      label: dice.text(),
      ...(dice.chance(0.5) && { description: dice.text() }),
    })),
    multiSelect: dice.chance(0.4),
    allowFreeText: dice.chance(0.5),
  };
}

function randomRequest(dice: Dice): DecisionRequest {
  switch (dice.below(3)) {
    case 0:
      return { kind: "question", id: "r", questions: dice.list(12, (index) => randomQuestion(dice, index)) };
    case 1:
      return { kind: "plan", id: "r", markdown: dice.text() };
    default: {
      const keys = ["command", "cwd", "path", "diff", "url", "other"].filter(() => dice.chance(0.4));
      const input = Object.fromEntries(keys.map((key) => [key, dice.text()]));
      return {
        kind: "approval",
        id: "r",
        tool: dice.text(),
        title: dice.text(),
        input: dice.chance(0.2) ? dice.of<unknown>([null, undefined, dice.text(), [1, dice.text()], {}]) : input,
        scopes: ["once", "session", "project"],
      };
    }
  }
}

function randomRun(dice: Dice): Run {
  return queuedRun("0123456789ab", { context: dice.chance(0.3) ? { project: dice.text(), branch: dice.text() } : {} });
}

function isLoneSurrogateFree(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}

/** What Telegram would refuse in a message. One comparison a message: there are many of them. */
function textFaults({ text, entities }: MessageText): readonly string[] {
  const isOut = entities.some(({ offset, length }) => length <= 0 || offset + length > text.length);
  return [
    ...((MARK + text).length > 4096 ? [`${text.length} characters`] : []),
    ...(text.trim() === "" ? ["blank"] : []),
    ...(isLoneSurrogateFree(text) ? [] : ["half a character"]),
    ...(entities.length > 100 ? [`${entities.length} entities`] : []),
    ...(isOut ? ["an entity outside of the text"] : []),
  ];
}

function keyboardFaults(keyboard: Keyboard): readonly string[] {
  const buttons = keyboard.flat();
  const bad = buttons.filter(({ label, data }) => {
    const isReadable = /[^\s\u200b]/.test(label) && isLoneSurrogateFree(label);
    return !isReadable || Buffer.byteLength(data) > 64 || parseCallbackData(data) === undefined;
  });
  return [
    ...bad.map((button) => `button ${JSON.stringify(button)}`),
    ...(buttons.length > 100 ? [`${buttons.length} buttons`] : []),
    ...(Buffer.byteLength(JSON.stringify(keyboard)) > 10_240 ? ["a keyboard that is too long"] : []),
  ];
}

function expectFace({ content, keyboard }: DecisionFace): void {
  const faults = [...textFaults(content), ...keyboardFaults(keyboard)];
  if (faults.length > 0) expect(faults).toEqual([]);
}

/** Presses and replies at random until the answer is whole, looking at what is shown after each. */
function answerAtRandom(dice: Dice, run: Run, request: DecisionRequest): Decision {
  let draft: Draft = emptyDraft;
  for (let step = 0; step < 20; step += 1) {
    const face = pendingFace(run, { key: KEY, request }, draft);
    expectFace(face);
    const buttons = face.keyboard.flat();
    const target = parseCallbackData(buttons[dice.below(buttons.length)]?.data ?? "");
    const outcome =
      dice.chance(0.3) || target?.kind !== "decision"
        ? readReply(request, draft, dice.text())
        : applyChoice(request, draft, target.choice);
    if (outcome.kind === "decided") return outcome.decision;
    if (outcome.kind === "draft") draft = outcome.draft;
  }
  return { kind: "dismiss", reason: "nobody could decide" };
}

describe("whatever an engine asks", () => {
  it("makes messages and buttons that Telegram takes, from the question to the answer", () => {
    for (let seed = 0; seed < ROUNDS; seed += 1) {
      const dice = new Dice(seed);
      const run = randomRun(dice);
      const request = randomRequest(dice);
      const messages = askMessages(run, { key: KEY, request });
      for (const message of messages)
        if (message.type === "send") expectFace({ content: message.content, keyboard: message.keyboard ?? [] });
      const decision = answerAtRandom(dice, run, request);
      const row = { request, thread: { chatId: -7 }, decision, decidedByName: dice.text() };
      expectFace(settledFace(row, takenHeadline(row)));
    }
  });

  it("expires into a message with buttons that Telegram takes", () => {
    const store = memoryStore();
    accept(store, queuedRun("r", { resume: { engine: "claude", value: "s1" } }));
    const clock = { now: () => 1_000, setTimer: () => () => {} };
    let made = 0;
    const newKey = (): string => `${(made += 1)}`.padStart(12, "0");
    for (let seed = 0; seed < ROUNDS; seed += 1) {
      const request = randomRequest(new Dice(seed));
      const key = newKey();
      const asked = { key, runId: toRunId("r"), thread: { chatId: 7 }, request, askedAt: 0 };
      store.openDecision({ ...asked, messages: askMessages(queuedRun("r"), asked) });
      const row = store.findDecision(key);
      if (row !== undefined) expireDecision({ store, clock, settings, newKey }, row);
      for (let [due] = store.nextDeliveries(1_000); due !== undefined; [due] = store.nextDeliveries(1_000)) {
        const { operation } = due;
        if (operation.type === "send") expectFace({ content: operation.content, keyboard: operation.keyboard ?? [] });
        store.markFailed(due.id, "seen");
      }
    }
  });
});

describe("what is longer than a message", () => {
  const run = queuedRun("r");

  it("keeps the end of a long command out of sight and says how much that is", () => {
    const command = `echo ${"a".repeat(5_000)}`;
    const request = {
      kind: "approval",
      id: "r",
      tool: "Bash",
      title: "x",
      input: { command },
      scopes: ["once"],
    } as const;
    const { content } = pendingFace(run, { key: KEY, request }, emptyDraft);
    expect(content.text).toMatch(/a\n… 2005 more characters$/);
  });

  it("shows the options of a question whose text is long", () => {
    const question = { id: "q", text: "why ".repeat(3_000), multiSelect: false, allowFreeText: true };
    const request = {
      kind: "question",
      id: "r",
      questions: [{ ...question, options: [{ label: "Because" }] }],
    } as const;
    const { content } = pendingFace(run, { key: KEY, request }, { ...emptyDraft, awaits: "answer" });
    expect(content.text).toContain("1. Because");
    expect(content.text).toMatch(/✎ Reply to this message with your answer\.$/);
  });

  it("shows the beginning of many long answers", () => {
    const texts = Array.from({ length: 12 }, (_, index) => `${index}${"?".repeat(1_000)}`);
    const questions = texts.map((text, index) => ({
      id: `${index}`,
      text,
      options: [],
      multiSelect: false,
      allowFreeText: true,
    }));
    const decision = {
      kind: "answers",
      answers: Object.fromEntries(texts.map((text, index) => [index, [text]])),
    } as const;
    const request = { kind: "question", id: "r", questions } as const;
    const face = settledFace({ request, thread: { chatId: 7 }, decision }, "✓ Answered");
    expectFace(face);
    expect(face.content.text).toMatch(/^✓ Answered\n0\?+… → 0\?+…\n/);
    expect(face.content.text).toMatch(/\n…$/);
  });

  it("offers no more answers than there is room for buttons when a question expires", () => {
    const store = memoryStore();
    accept(store, queuedRun("r", { resume: { engine: "claude", value: "s1" } }));
    const options = Array.from({ length: 150 }, (_, index) => ({ label: `🙂🙂 option ${index} with many words` }));
    const question = { id: "q", text: "?", options, multiSelect: false, allowFreeText: false };
    const request = { kind: "question", id: "r", questions: [question] } as const;
    const asked = { key: KEY, runId: toRunId("r"), thread: { chatId: 7 }, request, askedAt: 0 };
    store.openDecision({ ...asked, messages: askMessages(run, asked) });
    let made = 0;
    const deps = {
      store,
      clock: { now: () => 0, setTimer: () => () => {} },
      settings,
      newKey: () => `${(made += 1)}`.padStart(12, "0"),
    };
    for (const row of store.openDecisions()) expireDecision(deps, row);
    const [due] = store.nextDeliveries(1_000);
    const keyboard = due?.operation.type === "send" ? (due.operation.keyboard ?? []) : [];
    expect(keyboard).toHaveLength(40);
    expect(keyboardFaults(keyboard)).toEqual([]);
  });
});
