import { describe, expect, it } from "vitest";
import type { Evidence } from "../../chaos/evidence.ts";
import { judge } from "../../chaos/oracle.ts";
import { type PromptPlan, promptText } from "../../chaos/scenario.ts";
import { VIOLATION_KINDS, type ViolationKind } from "../../chaos/violation.ts";
import { wordCount } from "../../chaos/judge-prompt.ts";
import type { BotMessage } from "../../chaos/messages.ts";
import { GROUP, OWNER } from "../../src/local/world/seed.ts";

const first: PromptPlan = { name: "p1", place: "private", verb: "hold", chars: 300 };
const reply: PromptPlan = {
  name: "p2",
  place: "private",
  verb: "answer",
  chars: 40,
  replyTo: { prompt: "p1", message: "final" },
};

const words = (plan: PromptPlan): string =>
  Array.from({ length: wordCount(plan) }, (_, number) => `${plan.name}:${number}`).join(" ");
const message = (more: Partial<BotMessage>): BotMessage => ({
  chat: OWNER.id,
  id: 10,
  text: "",
  buttons: [],
  isKnown: true,
  ...more,
});
const final = (plan: PromptPlan, more: Partial<BotMessage> = {}): BotMessage =>
  message({ text: `done · claude · 3s\n\n${words(plan)}\n\nclaude --resume s1`, prompt: plan.name, ...more });
const started = (plan: PromptPlan, session = "s1"): Evidence["started"][number] => ({
  at: 1,
  pid: 100,
  session,
  prompt: promptText(plan),
  files: [],
});
const button = (label: string): BotMessage["buttons"][number] => ({ label, data: "x" });
const killed = { cause: "kill", code: null, hasPolled: true } as const;

/** A world in which both prompts were answered. */
const well: Evidence = {
  scenario: { seed: 1, faults: [], prompts: [first, reply], lives: [], steps: [] },
  said: new Map([
    ["p1", { chat: OWNER.id, id: 1, isReply: false }],
    ["p2", { chat: OWNER.id, id: 2, isReply: true }],
  ]),
  presses: { cancel: new Map(), drop: new Map(), resume: new Map(), approve: new Map(), deny: new Map() },
  ...shown([final(first), final(reply, { id: 11 })]),
  removed: new Set(),
  isTopicDeleted: false,
  groupId: GROUP.id,
  started: [started(first), started(reply)],
  ended: [promptText(first), promptText(reply)],
  overlaps: [],
  alive: [],
  ends: [],
  lostAnswers: 0,
  rest: { strays: 0 },
  log: "takopi is listening",
  chats: "",
};

function shown(messages: readonly BotMessage[]): Pick<Evidence, "messages" | "posted"> {
  return { messages, posted: messages };
}

function kindsOf(evidence: Evidence): readonly ViolationKind[] {
  return judge(evidence).map(({ kind }) => kind);
}

const copy = (more: Partial<BotMessage>): BotMessage => final(first, { id: 12, ...more });
const marked = copy({ text: `↻ sent again, the first copy may have arrived too\n\n${final(first).text}` });

/** One wrong world or more for each kind. */
const wrong: Readonly<Record<ViolationKind, readonly Evidence[]>> = {
  lost: [
    { ...well, ...shown([final(reply, { id: 11 })]) },
    { ...well, ...shown([final(reply, { id: 11 })]), started: [started(reply)], ends: [killed] },
  ],
  incomplete: [
    { ...well, ...shown([final(first, { text: final(first).text.replace("p1:7 ", "") }), final(reply, { id: 11 })]) },
  ],
  "unmarked double": [
    { ...well, ...shown([...well.messages, copy({})]), ends: [killed] },
    {
      ...well,
      scenario: { ...well.scenario, prompts: [{ ...first, verb: "crash" }, reply] },
      ...shown([
        message({ text: "error · claude", prompt: "p1" }),
        message({ text: "error · claude", prompt: "p1", id: 12 }),
        final(reply, { id: 11 }),
      ]),
    },
  ],
  "needless mark": [{ ...well, ...shown([...well.messages, marked]) }],
  "wrong place": [{ ...well, ...shown([final(first, { chat: GROUP.id }), final(reply, { id: 11 })]) }],
  "started twice": [{ ...well, started: [...well.started, started(first)] }],
  "album in parts": [["a/p1.part0.txt"], ["a/p1.part1.txt", "a/p1.part0-2.txt"]].map((files) => ({
    ...well,
    scenario: { ...well.scenario, prompts: [{ ...first, album: 2 }, reply] },
    started: [{ ...started(first), files }, started(reply)],
  })),
  "wrong outcome": [
    { ...well, ...shown([message({ text: "error · claude · 1s", prompt: "p1" }), final(reply, { id: 11 })]) },
    { ...well, ...shown([message({ text: "interrupted · claude · 1s", prompt: "p1" }), final(reply, { id: 11 })]) },
    { ...well, ...shown([message({ text: "cancelled · claude · 1s", prompt: "p1" }), final(reply, { id: 11 })]) },
    {
      ...well,
      ...shown([
        ...well.messages,
        message({ id: 13, text: "interrupted · claude", prompt: "p1", buttons: [button("Resume")] }),
      ]),
      ends: [killed],
    },
  ],
  "other session": [
    {
      ...well,
      started: [started(first), started(reply, "s2")],
      ...shown([final(first), final(reply, { id: 11, text: final(reply).text.replace("s1", "s2") })]),
    },
  ],
  "stuck card": ["starting", "queued", "working", "waiting for you"].map((label) => ({
    ...well,
    ...shown([...well.messages, message({ id: 13, text: `${label} · claude · 9s`, prompt: "p1" })]),
  })),
  "open decision": [
    {
      ...well,
      ...shown([
        ...well.messages,
        message({ id: 13, text: "claude asks", prompt: "p1", buttons: [button("Approve")] }),
      ]),
    },
  ],
  orphan: [{ ...well, alive: [4711] }],
  "session doubled": [{ ...well, overlaps: [{ session: "s1", pid: 1, other: 2, isWorking: true }] }],
  "foreign session": [
    { ...well, ...shown([...well.messages, message({ id: 13, chat: GROUP.id, text: "done\n\nclaude --resume s1" })]) },
  ],
  "bot ended": [
    { ...well, ends: [{ cause: "itself", code: 1, hasPolled: true }] },
    { ...well, ends: [{ cause: "terminate", code: 130, hasPolled: true }] },
  ],
  log: [
    { ...well, log: "12:00:00 error a run broke run=x" },
    { ...well, log: "Unhandled rejection" },
  ],
  unsettled: [{ ...well, rest: { strays: 0, unsettled: "1 runs queued or running" } }],
};

describe("the oracle", () => {
  it("finds nothing where all is well", () => {
    expect(judge(well)).toEqual([]);
  });

  for (const kind of VIOLATION_KINDS) {
    it.each(wrong[kind].map((evidence) => ({ evidence })))(`finds: ${kind}`, ({ evidence }) => {
      expect(kindsOf(evidence)).toContain(kind);
    });
  }

  it("lets a second copy pass that is marked, where an answer of the server was lost", () => {
    expect(judge({ ...well, ...shown([...well.messages, marked]), lostAnswers: 1 })).toEqual([]);
  });

  it("lets a run pass that was interrupted with the bot, and one that survived it", () => {
    const interrupted = message({ text: "interrupted · claude · 1s", prompt: "p1", buttons: [button("Resume")] });
    expect(judge({ ...well, ...shown([interrupted, final(reply, { id: 11 })]), ends: [killed] })).toEqual([]);
    expect(judge({ ...well, ends: [killed] })).toEqual([]);
  });

  it("takes an answer that came as a file for whole, whatever its first part lacks", () => {
    const long: PromptPlan = { ...first, chars: 18_000 };
    const part = final(long, { text: "done · claude\n\np1:0 p1:1\n\nThe whole answer is in the file." });
    const file = message({ id: 12, prompt: "p1", file: { name: "answer.md", text: words(long) } });
    const scenario = { ...well.scenario, prompts: [long, reply] };
    const world = { ...well, scenario, started: [started(long), started(reply)] };
    expect(judge({ ...world, ...shown([part, file, final(reply, { id: 11 })]) })).toEqual([]);
    expect(kindsOf({ ...world, ...shown([part, file, { ...file, id: 14 }, final(reply, { id: 11 })]) })).toContain(
      "unmarked double",
    );
  });
});
