import { describe, expect, it } from "vitest";
import type { Keyboard } from "../../../src/bridge/chat-port.ts";
import { replyToDecision } from "../../../src/bridge/decisions/answer-decision.ts";
import { pressButton } from "../../../src/bridge/presses/press-button.ts";
import type { Decision, DecisionRequest } from "../../../src/domain/decision.ts";
import { started, type ScriptedRun, token } from "../../factories.ts";
import { settled } from "../../telegram/fake-clock.ts";
import { seededRandom } from "../../telegram/seeded-random.ts";
import { BridgeUnderTest, CHAT } from "../bridge-under-test.ts";
import { approval } from "./asking.ts";

const CHATS = [CHAT, 2002] as const;
const ROUNDS = 1_000;
const STEPS = 6;

/** Something that waits for an answer, and which answer it must get: the first whole one that is given where it was asked. */
interface Asked {
  readonly chatId: number;
  readonly run: ScriptedRun;
  readonly request: DecisionRequest;
  readonly messageId: number;
  readonly keyboard: Keyboard;
  readonly got: Decision[];
  expected?: Decision;
  /** The next reply is taken as it is: the reason of a denial, or an answer in the user's own words. */
  awaitsWords: boolean;
}

class World {
  readonly bridge: BridgeUnderTest = new BridgeUnderTest();
  readonly runs: [number, ScriptedRun][] = [];
  readonly #random: () => number;
  #made = 0;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  /** In each of the chats a run that works. */
  async begin(): Promise<void> {
    await this.bridge.open();
    for (const chatId of CHATS) {
      this.bridge.prompt("work", { thread: { chatId } });
      const run = await this.bridge.runner.nextRun();
      run.emit(started(token(`s${chatId}`)));
      this.runs.push([chatId, run]);
    }
    await settled();
  }

  below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  one<Item>(items: readonly Item[]): Item {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error("nothing to choose from");
    return item;
  }

  unique(): string {
    return `word${(this.#made += 1)}`;
  }

  /** An approval or a question in each chat, and sometimes a second one of the same run. */
  async ask(): Promise<readonly Asked[]> {
    const more = this.below(4) === 0 ? [this.one(this.runs)] : [];
    const pending = [...this.runs, ...more].map(([chatId, run]) => this.#askIn(chatId, run));
    await settled();
    const rows = this.bridge.store.openDecisions();
    return pending.map((asked) => {
      const row = rows.find(({ request }) => request.id === asked.request.id);
      const message = this.bridge.chat.visible.get(row?.message?.messageId ?? 0);
      if (message === undefined) throw new Error("it was not asked");
      return { ...asked, messageId: message.ref.messageId, keyboard: message.keyboard };
    });
  }

  #askIn(chatId: number, run: ScriptedRun): Omit<Asked, "messageId" | "keyboard"> {
    const id = this.unique();
    const request = this.below(2) === 0 ? approval({ id, input: { command: id } }) : question(id);
    const got: Decision[] = [];
    void run.host.decide(request).then((decision) => got.push(decision));
    return { chatId, run, request, got, awaitsWords: false };
  }

  press(where: { chatId: number; messageId: number }, data: string): void {
    const { chatId, messageId } = where;
    pressButton(this.bridge.deps, { ...this.bridge.press(data, messageId), thread: { chatId } });
  }

  reply(where: { chatId: number; messageId: number }, text: string): boolean {
    const { chatId, messageId } = where;
    const message = this.bridge.message(text, { thread: { chatId }, replyTo: { messageId, fromBot: true } });
    return replyToDecision(this.bridge.deps, message);
  }
}

function question(id: string): DecisionRequest {
  const options = [{ label: `${id} A` }, { label: `${id} B` }];
  return {
    kind: "question",
    id,
    questions: [{ id, text: "Which?", options, multiSelect: false, allowFreeText: true }],
  };
}

function settle(asked: Asked, decision: Decision): void {
  asked.expected ??= decision;
}

function answers({ request: { id } }: Asked, ...chosen: readonly string[]): Decision {
  return { kind: "answers", answers: { [id]: chosen } };
}

/** Presses one of its buttons where it was asked. */
function pressOwn(world: World, asked: Asked): void {
  const { label, data } = world.one(asked.keyboard.flat());
  world.press(asked, data);
  if (label === "Approve") settle(asked, { kind: "approve", scope: "once" });
  if (label === "Deny") settle(asked, { kind: "deny", reason: "The user denied this." });
  if (label === "Deny with a reason" || label === "Other…") asked.awaitsWords = true;
  if (label === "Dismiss")
    settle(asked, { kind: "dismiss", reason: "The user dismissed this. Go on as you think best." });
  if (label.startsWith("word")) settle(asked, answers(asked, label));
}

/** Replies to it where it was asked. */
function replyOwn(world: World, asked: Asked): void {
  const word = world.unique();
  const text = world.one(["yes", `no, ${word}`, "2", word]);
  const wasOpen = asked.expected === undefined;
  const isTaken = world.reply(asked, text);
  if (wasOpen) expect(isTaken).toBe(true);
  const { request, awaitsWords } = asked;
  if (request.kind === "question")
    return settle(asked, answers(asked, text === "2" && !awaitsWords ? `${request.id} B` : text));
  if (awaitsWords) return settle(asked, { kind: "deny", reason: text });
  if (text === "yes") settle(asked, { kind: "approve", scope: "once" });
  if (text.startsWith("no, ")) settle(asked, { kind: "deny", reason: word });
}

/** Whatever is done here is no answer to anything. */
function disturb(world: World, asked: Asked, all: readonly Asked[]): void {
  const elsewhere = asked.chatId === CHATS[0] ? CHATS[1] : CHATS[0];
  const { data } = world.one(asked.keyboard.flat());
  const other = world.one(all.filter((each) => each !== asked));
  const { messageId } = asked;
  switch (world.below(6)) {
    case 0:
      return world.press({ chatId: elsewhere, messageId }, data);
    case 1:
      return world.press({ chatId: asked.chatId, messageId: other.messageId }, data);
    case 2:
      return world.press(other, data);
    case 3:
      return expect(world.reply({ chatId: elsewhere, messageId }, "yes")).toBe(false);
    case 4:
      return expect(world.reply({ chatId: asked.chatId, messageId: 7 }, "yes")).toBe(false);
    default:
      return world.press(asked, data.replace(/:[a-z0-9.]+$/, ":o7.7"));
  }
}

async function step(world: World, all: readonly Asked[]): Promise<void> {
  const asked = world.one(all);
  const dice = world.below(10);
  if (dice < 3) pressOwn(world, asked);
  else if (dice < 5) replyOwn(world, asked);
  else disturb(world, asked, all);
  if (world.below(4) === 0) await settled();
}

/** What was not answered by chance is answered now, and the engines take what they have. */
async function finish(world: World, all: readonly Asked[]): Promise<void> {
  for (const asked of all) while (asked.expected === undefined) pressOwn(world, asked);
  await settled();
  for (const { run, request } of all) run.host.answerTaken(request.id);
  pressOwn(world, world.one(all));
  await settled();
}

describe("answers in two chats at once", () => {
  it("each reach the run that asked, exactly once, whatever else is pressed and written", async () => {
    const world = new World(20_261_121);
    await world.begin();
    for (let round = 0; round < ROUNDS; round += 1) {
      const all = await world.ask();
      for (let count = 0; count < STEPS; count += 1) await step(world, all);
      for (const { got, expected } of all) expect(got.length).toBeLessThanOrEqual(expected === undefined ? 0 : 1);
      await finish(world, all);
      expect(all.map(({ got }) => got)).toEqual(all.map(({ expected }) => [expected]));
      for (const { messageId } of all) expect(world.bridge.chat.visible.get(messageId)?.keyboard).toEqual([]);
    }
    expect(world.bridge.store.openDecisions()).toEqual([]);
    expect(world.bridge.runner.requests).toHaveLength(CHATS.length);
  }, 120_000);
});
