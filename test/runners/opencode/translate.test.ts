import { describe, expect, it } from "vitest";
import { complete } from "../../../runners/opencode/complete.ts";
import { decodeEvent } from "../../../runners/opencode/schema.ts";
import { begin, initialState, isSettled, withPrompt, type RunState } from "../../../runners/opencode/state.ts";
import { translate } from "../../../runners/opencode/translate.ts";
import type { TakopiEvent } from "../../../src/domain/event.ts";
import { completedOf } from "../../factories.ts";

type Properties = Readonly<Record<string, unknown>>;

const sessionID = "ses_1";

function message(id: string, role: string, more: Properties = {}): readonly [string, Properties] {
  return ["message.updated", { sessionID, info: { id, role, ...more } }];
}

function part(messageID: string, fields: Properties): readonly [string, Properties] {
  return ["message.part.updated", { sessionID, part: { messageID, id: `prt_${messageID}`, ...fields } }];
}

function answer(id: string, text: string, more: Properties = {}): readonly (readonly [string, Properties])[] {
  return [
    message(id, "assistant", more),
    part(id, { type: "text", text }),
    part(id, { id: `end_${id}`, type: "step-finish", reason: "stop" }),
  ];
}

const error = (name: string, text: string, of = sessionID): readonly [string, Properties] => [
  "session.error",
  { sessionID: of, error: { name, data: { message: text } } },
];
const status = (type: string): readonly [string, Properties] => ["session.status", { sessionID, status: { type } }];

/** A session with so many prompts, after these events. */
function feed(
  all: readonly (readonly [string, Properties])[],
  prompts = 1,
): { state: RunState; events: TakopiEvent[] } {
  let { state } = begin(initialState("/work"), sessionID);
  for (let given = 0; given < prompts; given += 1) state = withPrompt(state);
  const events: TakopiEvent[] = [];
  for (const [type, properties] of all) {
    const event = decodeEvent(JSON.stringify({ type, properties }));
    if (event === undefined) throw new Error("not an event");
    const step = translate(state, event);
    state = step.state;
    events.push(...step.events);
  }
  return { state, events };
}

function resultOf(all: readonly (readonly [string, Properties])[]): ReturnType<typeof completedOf> {
  return completedOf(complete(feed(all).state));
}

describe("a second prompt", () => {
  const first = [
    status("busy"),
    message("msg_2", "user"),
    part("msg_2", { type: "text", text: "first" }),
    ...answer("msg_3", "one", { parentID: "msg_2" }),
  ];
  const second = [message("msg_4", "user"), part("msg_4", { type: "text", text: "second" })];

  it("is waited for until it has its answer", () => {
    expect(isSettled(feed([...first, status("idle")], 2).state)).toBe(false);
    expect(isSettled(feed([...first, ...second, status("idle")], 2).state)).toBe(false);
    const answered = [...first, ...second, ...answer("msg_5", "two", { parentID: "msg_4" })];
    expect(isSettled(feed(answered, 2).state)).toBe(false);
    expect(isSettled(feed([...answered, status("idle")], 2).state)).toBe(true);
  });

  it("is not mistaken for an earlier one whose summary is renewed", () => {
    const renewed = [message("msg_1", "user", { summary: { diffs: [] } }), ...first, status("idle")];
    expect(isSettled(feed(renewed, 2).state)).toBe(false);
  });
});

describe("errors", () => {
  it("are told in the words of the first", () => {
    const twice = [status("busy"), error("APIError", "no credit"), error("UnknownError", "Error: x\n    at y")];
    expect(resultOf([...twice, status("idle")])).toMatchObject({ ok: false, error: "no credit" });
  });

  it("end the run when the turn has ended", () => {
    expect(isSettled(feed([status("busy"), error("APIError", "no credit")]).state)).toBe(false);
    expect(isSettled(feed([status("busy"), error("APIError", "no credit"), status("idle")]).state)).toBe(true);
  });

  it("of a sub-agent are not the run's", () => {
    const events = [status("busy"), ...answer("msg_2", "done"), error("APIError", "no credit", "ses_child")];
    expect(resultOf([...events, status("idle")])).toMatchObject({ ok: true, answer: "done" });
  });

  it("that a compacted context overcame are none, and the summary is not the answer", () => {
    const { state, events } = feed([
      status("busy"),
      error("ContextOverflowError", "too long"),
      ...answer("msg_2", "what has been done so far", { summary: true, parentID: "msg_1" }),
      ["session.compacted", { sessionID }],
      ...answer("msg_3", "done", { parentID: "msg_1b" }),
      status("idle"),
    ]);
    expect(completedOf(complete(state))).toMatchObject({ ok: true, answer: "done" });
    expect(events).toMatchObject([{ action: { title: "context compacted" } }]);
  });

  it.each([
    ["ProviderAuthError", "no key", "no key\nRun `opencode auth login` on the bot's machine to log in."],
    ["MessageOutputLengthError", "", "opencode failed (MessageOutputLengthError)."],
  ])("named %s are told with what to do", (name, text, told) => {
    expect(resultOf([error(name, text)]).error).toBe(told);
  });
});

describe("parts", () => {
  const call = (state: Properties): readonly [string, Properties] =>
    part("msg_2", { id: "prt_1", type: "tool", tool: "bash", state: { input: { command: "ls" }, ...state } });
  const turn = message("msg_2", "assistant");

  it("of a tool are told once when it runs and once when it has ended", () => {
    const events = feed([
      turn,
      call({ status: "pending", input: {} }),
      call({ status: "running" }),
      call({ status: "running", metadata: { output: "a" } }),
      call({ status: "completed", output: "a" }),
      call({ status: "completed", output: "a", time: { end: 1 } }),
      call({ status: "running" }),
    ]).events;
    expect(events).toMatchObject([{ phase: "started" }, { phase: "completed", ok: true }]);
  });

  it("whose output was dropped from the context are old ones", () => {
    expect(feed([turn, call({ status: "completed", time: { compacted: 1 } })]).events).toEqual([]);
  });

  it("of a command that a signal ended are a failure", () => {
    expect(feed([turn, call({ status: "completed", metadata: { exit: null } })]).events).toMatchObject([{ ok: false }]);
  });

  it("that the engine wrote itself are not in the answer", () => {
    const synthetic = part("msg_2", { id: "prt_0", type: "text", text: "reminder", synthetic: true });
    expect(resultOf([synthetic, ...answer("msg_2", "done"), synthetic, status("idle")]).answer).toBe("done");
  });

  it("of thinking are told when it has ended", () => {
    const thinking = (fields: Properties): readonly [string, Properties] =>
      part("msg_2", { id: "prt_1", type: "reasoning", ...fields });
    const ended = thinking({ text: "hm", time: { start: 1, end: 2 } });
    const events = feed([turn, thinking({ text: "h", time: { start: 1 } }), ended, ended]).events;
    expect(events).toMatchObject([{ phase: "completed", action: { kind: "note", title: "hm" } }]);
  });

  it("of tools that are not known show what they say of themselves", () => {
    const tool = (name: string, fields: Properties): readonly [string, Properties] =>
      part("msg_2", {
        id: `prt_${name}`,
        type: "tool",
        tool: name,
        state: { status: "running", input: {}, ...fields },
      });
    const { events } = feed([
      turn,
      tool("demo_echo", { title: "" }),
      tool("deploy", { title: "to staging" }),
      tool("skill", { input: { name: "pdf" } }),
      tool("list", { input: { path: "/work/src" } }),
      tool("apply_patch", { input: { patchText: "*** Add File: a\n+x\n*** Update File: b\n" } }),
    ]);
    const titles = events.flatMap((event) => (event.type === "action" ? [event.action.title] : []));
    expect(titles).toEqual(["demo_echo", "deploy: to staging", "skill: pdf", "ls: `src`", "2 files"]);
  });
});
