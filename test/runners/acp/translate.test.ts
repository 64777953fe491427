import { describe, expect, it } from "vitest";
import { complete } from "../../../runners/acp/complete.ts";
import { decodeElicitation, elicitationAnswer, questionRequest } from "../../../runners/acp/elicitation.ts";
import { explainError, explainLostSession } from "../../../runners/acp/failure.ts";
import { decodeUpdate } from "../../../runners/acp/schema.ts";
import { initialState, type RunState } from "../../../runners/acp/state.ts";
import { translate } from "../../../runners/acp/translate.ts";
import type { ActionEvent, CompletedEvent, TakopiEvent } from "../../../src/domain/event.ts";
import { JsonRpcError } from "../../../src/wire/json-rpc.ts";
import { completedOf } from "../../factories.ts";

type Fields = Readonly<Record<string, unknown>>;

const fresh: RunState = {
  ...initialState({ engine: "fake", cwd: "/work", quirks: {}, requested: undefined }),
  session: "s",
  isPrompted: true,
};

/** The events of some updates, and of a result after them. */
function tell(...updates: readonly Fields[]): readonly TakopiEvent[] {
  const events: TakopiEvent[] = [];
  let state = fresh;
  for (const update of updates) {
    const step = translate(state, decodeUpdate({ sessionId: "s", update }).update);
    state = step.state;
    events.push(...step.events);
  }
  return [...events, ...complete(state, { kind: "result", result: { stopReason: "end_turn" }, stderr: "" })];
}

function shown(fields: Fields): ActionEvent | undefined {
  const events = tell({ sessionUpdate: "tool_call", toolCallId: "t", ...fields });
  return events.find((event) => event.type === "action");
}

const say = (text: string, messageId?: string): Fields => ({
  sessionUpdate: "agent_message_chunk",
  content: { type: "text", text },
  ...(messageId === undefined ? {} : { messageId }),
});

describe("a tool call", () => {
  it.each([
    [{ kind: "execute", rawInput: { command: ["bash", "-lc", "ls /work/a"] } }, "command", "ls a"],
    [{ kind: "execute", rawInput: { command: ["git", "status"] } }, "command", "git status"],
    [{ kind: "execute", rawInput: { commands: ["a", "b"] } }, "command", "a; b"],
    [{ kind: "execute", title: "task" }, "command", "task"],
    [{ kind: "read", locations: [{ path: "/work/a.txt" }] }, "tool", "read: `a.txt`"],
    [{ kind: "search", rawInput: { pattern: "x" }, title: "Search x" }, "tool", "grep: x"],
    [{ kind: "search", title: "google_web_search", rawInput: { query: "octopus" } }, "web_search", "octopus"],
    [{ kind: "fetch", rawInput: { url: "http://x/" }, title: "Fetch" }, "web_search", "http://x/"],
    [{ kind: "think", title: "Ponder" }, "note", "Ponder"],
    [{ kind: "think", name: "Agent", rawInput: { description: "Look" } }, "subagent", "Look"],
    [{ kind: "other", title: "Go", rawInput: { subagent_type: "x", prompt: "Look" } }, "subagent", "Look"],
    [{ kind: "other", name: "TodoWrite", rawInput: { todos: [] } }, "note", "update todos"],
    [{ title: "odd one" }, "tool", "odd one"],
    [{ kind: "brand_new", title: "" }, "tool", "brand_new"],
    [{}, "tool", "other"],
  ] as const)("%o is a %s", (fields, kind, title) => {
    expect(shown(fields)?.action).toMatchObject({ kind, title });
  });

  it.each([
    [{ kind: "delete", locations: [{ path: "/work/a" }] }, [{ path: "/work/a", kind: "delete" }], "a"],
    [
      { kind: "edit", content: [{ type: "diff", path: "/work/a", oldText: null }] },
      [{ path: "/work/a", kind: "add" }],
      "a",
    ],
    [
      { kind: "edit", content: [{ type: "diff", path: "/work/a", oldText: "x" }] },
      [{ path: "/work/a", kind: "update" }],
      "a",
    ],
    [
      {
        content: [
          { type: "diff", path: "a", _meta: { kind: "delete" } },
          { type: "diff", path: "b", oldText: "", newText: "" },
        ],
      },
      [
        { path: "a", kind: "delete" },
        { path: "b", kind: "add" },
      ],
      "a and 1 more",
    ],
  ] as const)("%o changes files", (fields, changes, title) => {
    expect(shown(fields)?.action).toMatchObject({ kind: "file_change", title, detail: { changes } });
  });

  it("that ended is not opened again by a late update", () => {
    const call = { sessionUpdate: "tool_call", toolCallId: "t", title: "x", status: "completed" };
    const events = tell(call, { ...call, sessionUpdate: "tool_call_update", status: "in_progress" });
    expect(events.filter(({ type }) => type === "action")).toHaveLength(1);
  });
});

describe("the answer", () => {
  const answerOf = (...updates: readonly Fields[]): string => completedOf(tell(...updates)).answer;
  const tool = { sessionUpdate: "tool_call", toolCallId: "t", title: "x", status: "completed" };

  it("is the last message, put together by its id", () => {
    expect(answerOf(say("first", "1"), say("sec", "2"), say("!", "1"), say("ond", "2"))).toBe("second");
  });

  it("is what was said before the last tool when nothing comes after it", () => {
    expect(answerOf(say("all there is"), tool)).toBe("all there is");
    expect(answerOf(say("before"), tool, say("after"))).toBe("after");
  });

  it("is the message with an id where others have none", () => {
    expect(answerOf(say("Warning: x"), say("yes", "1"), say("Warning: y"))).toBe("yes");
  });

  it("leaves out what the user said, and names what is no text", () => {
    const echo = { sessionUpdate: "user_message_chunk", content: { type: "text", text: "me" } };
    expect(answerOf(say("old"), echo, say("new"))).toBe("new");
    expect(answerOf({ sessionUpdate: "agent_message_chunk", content: { type: "image", data: "…" } })).toBe("[image]");
  });

  it("of a run in which only a tool ran may be empty", () => {
    expect(completedOf(tell(tool))).toMatchObject({ ok: true, answer: "" } satisfies Partial<CompletedEvent>);
  });
});

describe("an error", () => {
  const context = { engine: "fake", known: undefined, authMethods: [] };
  const wordsOf = (...error: ConstructorParameters<typeof JsonRpcError>): string =>
    explainError(new JsonRpcError(...error), context).error;

  it("is told in the agent's most telling words", () => {
    expect(wordsOf(-32603, "Internal error", { details: "no disk" })).toBe("fake reports an error: no disk");
    expect(wordsOf(-32602, "Invalid params", "unknown thing")).toContain("Invalid params: unknown thing");
    expect(wordsOf(500, '{"error":{"message":"boom"}}')).toContain("boom");
    expect(wordsOf(500, "{not json")).toContain("{not json");
  });

  it.each([
    [-32002, "Gone", undefined],
    [-32603, "Resource not found", undefined],
    [-32603, "Internal error", { details: "no rollout found for thread id 1" }],
    [-32602, "Invalid params", "Unknown sessionId: 1"],
    [-32602, "Session not found: 1", undefined],
  ])("%d %s of a resume is a session that is gone", (code, message, data) => {
    expect(explainLostSession(new JsonRpcError(code, message, data), context).fault).toBe("session_not_found");
  });

  it("of a resume that says nothing of the kind is no lost session: it may still be there", () => {
    const failure = explainLostSession(new JsonRpcError(-32603, "Internal error"), context);
    expect(failure.fault).toBeUndefined();
    expect(failure.error).toContain("/new");
    expect(explainLostSession(new JsonRpcError(-32000, "Authentication required"), context).error).toContain(
      "not logged in",
    );
  });
});

describe("a form", () => {
  const properties = {
    name: { type: "string", description: "Your name?" },
    count: { type: "integer", title: "How many?" },
    sure: { type: "boolean", title: "Sure?" },
    tags: { type: "array", title: "Tags?", items: { enum: ["a", "b"] } },
  };
  const form = decodeElicitation({ message: "Please", requestedSchema: { properties } });

  it("is questions, one a field, and an answer of each field's own type", () => {
    if (form === undefined) throw new Error("no form");
    expect(questionRequest(form, "1")).toMatchObject({
      questions: [
        { id: "name", text: "Your name?", options: [], allowFreeText: true },
        { id: "count", text: "How many?", allowFreeText: true },
        { id: "sure", options: [{ label: "Yes" }, { label: "No" }], allowFreeText: false },
        { id: "tags", options: [{ label: "a" }, { label: "b" }], multiSelect: true },
      ],
    });
    const answers = { name: ["Ann"], count: ["3"], sure: ["No"], tags: ["b", "a"] };
    expect(elicitationAnswer(form, { kind: "answers", answers })).toEqual({
      action: "accept",
      content: { name: "Ann", count: 3, sure: false, tags: ["b", "a"] },
    });
    expect(elicitationAnswer(form, { kind: "answers", answers: { count: ["many"] } })).toEqual({
      action: "accept",
      content: {},
    });
  });
});
