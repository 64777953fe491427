import { describe, expect, it } from "vitest";
import { agentCommand } from "../../src/bridge/choices/agent-command.ts";
import { continueCommand, sessionsCommand } from "../../src/bridge/choices/sessions-command.ts";
import { cancelByCommand } from "../../src/bridge/cancel-run.ts";
import { pressButton } from "../../src/bridge/presses/press-button.ts";
import { type AccessRule, rightsOf } from "../../src/routing/access.ts";
import type { IncomingMessage } from "../../src/domain/incoming.ts";
import { sessionKeyOf, toRunId } from "../../src/domain/run.ts";
import type { Project } from "../../src/bridge/settings.ts";
import { completed, ScriptedRunner, started, token } from "../factories.ts";
import { queuedRun } from "../store/factories.ts";
import { settled } from "../telegram/fake-clock.ts";
import { BridgeUnderTest } from "./bridge-under-test.ts";
import type { VisibleMessage } from "./fake-chat.ts";

const GROUP = -5;
const ANN = { id: 1001, name: "Ann" };
/** May chat in the group, but not work on `secret`, decide, or change what holds for everybody. */
const BOB = { id: 2002, name: "Bob" };

const RULE: AccessRule = {
  userIds: new Set([ANN.id, BOB.id]),
  chatIds: new Set([GROUP]),
  deciderIds: new Set([ANN.id]),
  adminIds: new Set([ANN.id]),
  chats: new Map(),
  projects: new Map([
    ["secret", { chat: new Set([ANN.id]) }],
    ["open", {}],
  ]),
};

const PROJECTS = new Map<string, Project>([
  ["secret", { path: "/secret", defaults: {} }],
  ["open", { path: "/open", defaults: {} }],
]);

/** A group with Ann and Bob. */
class Team {
  readonly bridge: BridgeUnderTest;

  constructor(sessionMode: "stateless" | "chat" = "stateless") {
    const sessions = [{ token: token("s1"), title: "a secret session", cwd: "/work", updatedAt: 0 }];
    this.bridge = new BridgeUnderTest({
      runner: new ScriptedRunner({ sessions, capabilities: { model: true } }),
      settings: { projects: PROJECTS, sessionMode },
      rights: (userId, place) => rightsOf(userId, place, RULE),
    });
  }

  static async begin(sessionMode?: "stateless" | "chat"): Promise<Team> {
    const team = new Team(sessionMode);
    await team.bridge.open();
    return team;
  }

  async says(sender: typeof ANN, text: string, more: Partial<IncomingMessage> = {}): Promise<string | undefined> {
    const message = this.bridge.prompt(text, { sender, thread: { chatId: GROUP }, chatType: "group", ...more });
    await settled();
    return this.answerTo(message);
  }

  message(sender: typeof ANN, text: string): IncomingMessage {
    return this.bridge.message(text, { sender, thread: { chatId: GROUP }, chatType: "group" });
  }

  answerTo({ messageId }: IncomingMessage): string | undefined {
    return [...this.bridge.chat.visible.values()].findLast(({ replyTo }) => replyTo === messageId)?.text;
  }

  async press(
    sender: typeof ANN,
    data: string,
    { on, chatId = GROUP, pressId }: { on: number; chatId?: number; pressId?: string },
  ): Promise<string | undefined> {
    const press = { ...this.bridge.press(data, on), sender, thread: { chatId }, ...(pressId && { pressId }) };
    pressButton(this.bridge.deps, press);
    await settled();
    return this.bridge.chat.toasts.at(-1);
  }

  /** Ann's run on `secret`, in session s1; returns its final message. */
  async secretRun(): Promise<VisibleMessage> {
    await this.says(ANN, "/secret fix it");
    const run = await this.bridge.runner.nextRun();
    run.emit(started(token("s1")), completed("it is fixed", { resume: token("s1") }));
    run.end();
    return await this.bridge.chat.shows(/it is fixed/);
  }

  get prompts(): readonly string[] {
    return this.bridge.runner.requests.map(({ prompt }) => prompt);
  }

  /** Why Bob was refused, in the audit. */
  refusals: () => readonly unknown[] = () => [];

  watch(): void {
    const rows: unknown[] = [];
    const { refusals } = this.bridge.parts;
    const refuse = refusals.refuse.bind(refusals);
    refusals.refuse = (refusal) => {
      rows.push(`${refusal.by.name ?? ""}: ${refusal.why}`);
      refuse(refusal);
    };
    this.refusals = () => rows;
  }
}

async function team(sessionMode?: "stateless" | "chat"): Promise<Team> {
  const begun = await Team.begin(sessionMode);
  begun.watch();
  return begun;
}

const button = ({ keyboard }: VisibleMessage, label: string): string =>
  keyboard.flat().find((candidate) => candidate.label === label)?.data ?? `no button ${label}`;

describe("a project whose list leaves a person out can't be reached by them", () => {
  const NOT_THERE = "You may not work on secret, so nothing was done.";

  it("by a directive", async () => {
    const { says, bridge, refusals } = bound(await team());
    expect(await says(BOB, "/secret show it")).toBe(NOT_THERE);
    expect(bridge.runner.requests).toEqual([]);
    expect(refusals()).toEqual(["Bob: may not work on this project"]);
    await says(BOB, "/open show it");
    expect(bridge.runner.requests).toMatchObject([{ cwd: "/open" }]);
  });

  it("by a ctx: line", async () => {
    const { says, bridge } = bound(await team());
    const replyTo = { messageId: 77, text: "a text\n\nctx: SECRET", fromBot: false };
    expect(await says(BOB, "show it", { replyTo })).toBe(NOT_THERE);
    expect(bridge.runner.requests).toEqual([]);
  });

  it("by a reply to a message of its run", async () => {
    const ann = await team();
    const final = await ann.secretRun();
    const replyTo = { messageId: final.ref.messageId, text: final.text, fromBot: true };
    expect(await ann.says(BOB, "and now?", { replyTo })).toBe(NOT_THERE);
    expect(ann.prompts).toEqual(["fix it"]);
    await ann.says(ANN, "and now?", { replyTo });
    expect(ann.prompts).toEqual(["fix it", "and now?"]);
  });

  it("by the resume line of its session, here or in a chat of their own", async () => {
    const ann = await team();
    await ann.secretRun();
    const line = "scripted --resume s1";
    const elsewhere = { thread: { chatId: BOB.id }, chatType: "private" } as const;
    expect(await ann.says(BOB, `show it\n${line}`)).toMatch(/^This session belongs to/);
    expect(await ann.says(BOB, `show it\n${line}`, elsewhere)).toMatch(/^This session belongs to/);
    expect(await ann.says(BOB, line, { forwarded: true })).toMatch(/^This session belongs to/);
    expect(ann.prompts).toEqual(["fix it"]);
    expect(new Set(ann.refusals())).toEqual(new Set(["Bob: this session belongs to another chat or project"]));
    await ann.says(ANN, `show it\n${line}`, { thread: { chatId: ANN.id } });
    expect(ann.prompts).toEqual(["fix it", "show it"]);
  });

  it("by /sessions and /continue, which do not even show its sessions", async () => {
    const ann = await team();
    await ann.secretRun();
    const named = ann.message(BOB, "/sessions secret");
    await sessionsCommand(ann.bridge.deps, named);
    const here = ann.message(BOB, "/sessions");
    await sessionsCommand(ann.bridge.deps, here);
    const onward = ann.message(BOB, "/continue tell me");
    await continueCommand(ann.bridge.deps, onward);
    const own = ann.message(ANN, "/sessions");
    await sessionsCommand(ann.bridge.deps, own);
    await settled();
    expect(ann.answerTo(named)).toBe(NOT_THERE);
    expect(ann.answerTo(here)).toMatch(/^There are no sessions/);
    expect(ann.answerTo(onward)).toMatch(/^There are no sessions/);
    expect(ann.answerTo(own)).toContain("a secret session");
    expect(ann.prompts).toEqual(["fix it"]);
  });

  it("by /cancel, or by a button of its run", async () => {
    const ann = await team();
    await ann.says(ANN, "/secret fix it");
    await ann.bridge.runner.nextRun();
    const card = await ann.bridge.chat.shows(/^starting/);
    expect(await ann.press(BOB, button(card, "Cancel"), { on: card.ref.messageId })).toBe(NOT_THERE);
    const command = ann.message(BOB, "/cancel");
    cancelByCommand(ann.bridge.deps, command);
    await settled();
    expect(ann.answerTo(command)).toBe(NOT_THERE);
    expect(ann.bridge.store.runsInState(["running"])).toHaveLength(1);
    expect(await ann.press(ANN, button(card, "Cancel"), { on: card.ref.messageId })).toBe("Cancelling…");
  });

  it("by pressing Run under what somebody else forwarded", async () => {
    const ann = await team();
    await ann.says(ANN, "/secret from elsewhere", { forwarded: true });
    const offer = await ann.bridge.chat.shows(/^This is a forwarded message/);
    const run = button(offer, "Run");
    expect(await ann.press(BOB, run, { on: offer.ref.messageId })).toBe(NOT_THERE);
    expect(ann.prompts).toEqual([]);
    expect(await ann.press(ANN, run, { on: offer.ref.messageId })).toBe("Running it.");
    expect(ann.prompts).toEqual(["from elsewhere"]);
  });

  it("by what a topic remembers: they begin a session of their own there", async () => {
    const ann = await team("chat");
    const thread = { chatId: GROUP, topicId: 3 };
    await ann.says(ANN, "/secret fix it", { thread });
    const run = await ann.bridge.runner.nextRun();
    run.emit(started(token("s1")), completed("it is fixed", { resume: token("s1") }));
    run.end();
    await ann.bridge.chat.shows(/it is fixed/);
    await ann.says(BOB, "and now?", { thread });
    expect(ann.bridge.runner.requests.map(({ resume }) => resume)).toEqual([undefined, undefined]);
  });
});

describe("a session of a chat somebody has no part in", () => {
  it("is refused by its resume line, and one that the journal never saw is not", async () => {
    const ann = await team();
    const run = queuedRun("run1", {
      thread: { chatId: ANN.id },
      resume: token("private"),
      sessionKey: sessionKeyOf(token("private")),
      state: "held",
    });
    ann.bridge.store.acceptRun(run, 100_000);
    expect(await ann.says(BOB, "tell me\nscripted --resume private")).toMatch(/^This session belongs to/);
    expect(ann.prompts).toEqual([]);
    await ann.says(BOB, "tell me\nscripted --resume unheard-of");
    expect(ann.prompts).toEqual(["tell me"]);
  });
});

describe("a press that no button of ours stands behind", () => {
  async function working(): Promise<{ ann: Team; card: VisibleMessage; cancel: string }> {
    const ann = await team();
    await ann.says(ANN, "/open fix it");
    const run = await ann.bridge.runner.nextRun();
    run.emit(started(token("s1")));
    await settled();
    const card = await ann.bridge.chat.shows(/^(starting|working)/);
    return { ann, card, cancel: button(card, "Cancel") };
  }

  it.each([
    { what: "garbage", data: "v1:cancel:nonsense" },
    { what: "an id that is made up", data: "v1:cancel:aaaaaaaaaaaa" },
    { what: "the data of a run of another chat", chatId: BOB.id },
    { what: "data under a message that never carried it", off: 5_000 },
  ])("changes nothing, says so to the presser alone and is in the audit: $what", async (forged) => {
    const { ann, card, cancel } = await working();
    const { data = cancel, chatId = GROUP, off = 0 } = forged;
    const toast = await ann.press(BOB, data, { on: card.ref.messageId + off, chatId });
    expect(toast).toBe("This button no longer works.");
    expect(ann.bridge.store.runsInState(["running"])).toHaveLength(1);
    expect(ann.refusals()).toHaveLength(1);
  });

  it("changes nothing when it is the same press in another update", async () => {
    const { ann, card } = await working();
    await ann.says(ANN, "/open next", { forwarded: true });
    const offer = await ann.bridge.chat.shows(/^This is a forwarded message/);
    const on = offer.ref.messageId;
    await ann.press(ANN, button(offer, "Discard"), { on, pressId: "same" });
    expect(await ann.press(ANN, button(card, "Cancel"), { on: card.ref.messageId, pressId: "same" })).toBe(
      "This was already pressed.",
    );
    expect(ann.bridge.store.runsInState(["running"])).toHaveLength(1);
    expect(await ann.press(ANN, button(offer, "Run"), { on })).toBe("This was already decided.");
    expect(ann.refusals()).toEqual(["Ann: a press that was handled before", "Ann: an old button"]);
    expect(ann.prompts).toEqual(["fix it"]);
  });
});

describe("an offer", () => {
  async function choosing(): Promise<{ ann: Team; list: VisibleMessage }> {
    const ann = await team();
    const command = ann.message(ANN, "/agent");
    agentCommand(ann.bridge.deps, command);
    await settled();
    return { ann, list: await ann.bridge.chat.shows(/^engine: scripted/) };
  }

  it("is for who asked, or an admin", async () => {
    const ann = await team();
    const command = ann.message(BOB, "/sessions open");
    await sessionsCommand(ann.bridge.deps, command);
    const list = await ann.bridge.chat.shows(/^Sessions in open/);
    const data = button(list, "1. a secret session");
    const carol = { id: 3003, name: "Carol" };
    expect(await ann.press(carol, data, { on: list.ref.messageId })).toBe("This was not offered to you.");
    expect(await ann.press(BOB, data, { on: list.ref.messageId })).toBe("a secret session");
    expect(await ann.press(ANN, data, { on: list.ref.messageId })).toBe("a secret session");
  });

  it("is good only under its own message, and once where it takes the buttons away", async () => {
    const { ann, list } = await choosing();
    const data = button(list, "✓ scripted");
    const other = button(list, "Default");
    expect(await ann.press(ANN, data, { on: list.ref.messageId + 1 })).toBe("This button no longer works.");
    expect(await ann.press(ANN, data, { on: list.ref.messageId })).toBe("scripted");
    expect(await ann.press(ANN, data, { on: list.ref.messageId })).toBe("This was already chosen.");
    expect(await ann.press(ANN, other, { on: list.ref.messageId })).toBe("This was already chosen.");
    expect(ann.bridge.store.preference({ chatId: GROUP }, "engine")).toBe("scripted");
  });

  it("of what everybody uses changes nothing for somebody who is no admin, nor does the command", async () => {
    const ann = await team();
    const set = ann.message(BOB, "/agent set scripted");
    agentCommand(ann.bridge.deps, set);
    const show = ann.message(BOB, "/agent");
    agentCommand(ann.bridge.deps, show);
    const list = await ann.bridge.chat.shows(/^engine: scripted/);
    expect(ann.answerTo(set)).toMatch(/^Only an admin/);
    expect(await ann.press(BOB, button(list, "✓ scripted"), { on: list.ref.messageId })).toMatch(/^Only an admin/);
    expect(ann.bridge.store.preference({ chatId: GROUP }, "engine")).toBeUndefined();
    expect(ann.refusals()).toEqual(["Bob: is not an admin here", "Bob: is not an admin here"]);
  });

  it("that the bot makes by itself is for those who may decide", async () => {
    const ann = await team();
    const run = queuedRun("run1run1run1", {
      engine: "scripted",
      thread: { chatId: GROUP },
      resume: token("s9"),
      state: "running",
    });
    ann.bridge.store.acceptRun({ ...run, state: "queued" }, 100_000);
    ann.bridge.store.endRun({ runId: toRunId(run.id), state: "interrupted", finishedAt: 1, outbox: [] });
    const offer = { kind: "prompt", runId: run.id, prompt: "I approve" } as const;
    ann.bridge.store.makeOffers([{ id: "0123456789ab", thread: { chatId: GROUP }, offer, madeAt: 1 }]);
    expect(await ann.press(BOB, "v1:o:0123456789ab", { on: 9_000 })).toBe("This was not offered to you.");
    expect(ann.prompts).toEqual([]);
    expect(await ann.press(ANN, "v1:o:0123456789ab", { on: 9_000 })).toBe("Resuming.");
    expect(ann.prompts).toEqual(["I approve"]);
  });
});

function bound(of: Team): { says: Team["says"]; bridge: BridgeUnderTest; refusals: () => readonly unknown[] } {
  return { says: of.says.bind(of), bridge: of.bridge, refusals: () => of.refusals() };
}
