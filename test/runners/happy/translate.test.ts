import { describe, expect, it } from "vitest";
import { complete } from "../../../runners/happy/complete.ts";
import type { TurnEvent } from "../../../runners/happy/client/turn-event.ts";
import type { SessionEvent } from "../../../runners/happy/client/session-event.ts";
import { initialState, type Step } from "../../../runners/happy/state.ts";
import { translateSession } from "../../../runners/happy/translate-session.ts";
import { completedOf } from "../../factories.ts";
import { titles } from "./play.ts";

const place = { host: "workstation", hasPrompted: true };

function says(...events: readonly TurnEvent[]): SessionEvent {
  return { type: "message", message: { id: "", seq: 1, content: {}, localId: null, createdAt: 0 }, says: events };
}

function translateAll(...told: readonly SessionEvent[]): Step {
  const before: Step = { state: { ...initialState("happy"), cwd: "/home/user/project" }, events: [] };
  return told.reduce((step, event) => {
    const { state, events } = translateSession(step.state, event, place);
    return { state, events: [...step.events, ...events] };
  }, before);
}

const inTerminal = (isControlledByUser: boolean): SessionEvent => ({
  type: "state",
  state: { isControlledByUser, pending: [], completed: [] },
});

const bash = (call: string, command: string, more: object = {}): TurnEvent => ({
  type: "tool_start",
  call,
  name: "Bash",
  input: { command },
  ...more,
});

describe("steps", () => {
  it("of a sub-agent are shown below the call that started it", () => {
    const { events } = translateAll(
      says({ type: "tool_start", call: "c", name: "Agent", input: { description: "look", sessionSubagent: "s" } }),
      says({ type: "subagent_start", subagent: "s", title: "look" }),
      says(bash("d", "ls", { subagent: "s" }), { type: "tool_end", call: "d", subagent: "s" }),
      says({ type: "subagent_end", subagent: "s" }, { type: "tool_end", call: "c" }),
    );
    expect(events).toMatchObject([
      { phase: "started", action: { id: "c", kind: "subagent", title: "look" } },
      { phase: "started", action: { id: "d", detail: { parentToolUseId: "c" } } },
      { phase: "completed", action: { id: "d" } },
      { phase: "completed", action: { id: "c" } },
    ]);
  });

  it("show a sub-agent itself where the call that started it is hidden", () => {
    const { events } = translateAll(
      says({ type: "subagent_start", subagent: "s", title: "look" }, bash("d", "ls", { subagent: "s" })),
      says(
        { type: "tool_end", call: "d", isError: true, output: "no such file" },
        { type: "subagent_end", subagent: "s" },
      ),
    );
    expect(events).toMatchObject([
      { phase: "started", action: { id: "s", kind: "subagent", title: "look" } },
      { phase: "started", action: { id: "d", detail: { parentToolUseId: "s" } } },
      { phase: "completed", ok: false, message: "no such file" },
      { phase: "completed", action: { id: "s" } },
    ]);
  });

  it("that wait for approval are shown once, and have failed when they were refused", () => {
    const asked = { id: "c", tool: "Bash", input: { command: "rm x" }, call: "c" };
    const pending: SessionEvent = {
      type: "state",
      state: { isControlledByUser: false, pending: [asked], completed: [] },
    };
    const completed = [{ id: "c", status: "denied", call: "c" }];
    const denied: SessionEvent = { type: "state", state: { isControlledByUser: false, pending: [], completed } };
    expect(translateAll(pending, pending, says(bash("c", "rm x")), denied, denied).events).toMatchObject([
      { phase: "started", action: { title: "rm x" } },
      { phase: "completed", ok: false, message: "denied" },
    ]);
  });

  it("of Codex are told from their own words", () => {
    const start = (name: string, input: object): TurnEvent => ({
      type: "tool_start",
      call: name,
      name,
      input: { ...input },
    });
    const { events } = translateAll(
      says(
        start("CodexBash", { command: ["bash", "-lc", "ls -l"] }),
        start("CodexPatch", { changes: { "/home/user/project/a.txt": { add: {} } } }),
      ),
    );
    expect(events).toMatchObject([
      { action: { kind: "command", title: "ls -l" } },
      { action: { kind: "file_change", title: "a.txt", detail: { changes: [{ kind: "add" }] } } },
    ]);
  });

  it("are remarks where the session or the connection tells something", () => {
    const { events } = translateAll(
      inTerminal(true),
      inTerminal(true),
      inTerminal(false),
      { type: "connection", isUp: false },
      { type: "connection", isUp: false },
      { type: "connection", isUp: true },
      { type: "machine", isActive: false },
      { type: "unreadable", seq: 3 },
    );
    expect(events).toHaveLength(6);
    expect(titles(events)).toEqual([
      "somebody works in this session on workstation; the prompt waits until they hand it over",
      "the connection to the Happy server broke; trying again",
      "workstation has gone offline",
      "a message of the session could not be decrypted",
    ]);
  });
});

describe("the end", () => {
  const who = { engine: "happy", agent: "claude", machine: "workstation" };
  const completed = { kind: "turn", outcome: { status: "completed", by: "idle" }, who, timeoutS: undefined } as const;

  it("closes what is open, and counts what is unknown", () => {
    const { state } = translateAll(
      says(bash("c", "ls"), { type: "unknown", name: "session/x" }, { type: "unknown", name: "session/x" }),
    );
    expect(complete(state, completed)).toMatchObject([
      { phase: "completed", action: { id: "c" } },
      { phase: "completed", action: { kind: "telemetry", title: "messages of an unknown type: session/x ×2" } },
      { type: "completed", ok: true, answer: "" },
    ]);
    expect(complete(state, { kind: "failed", error: "cancelled" })[0]).toMatchObject({ phase: "completed", ok: false });
  });

  it("has the program's own words where the model said none", () => {
    const { state } = translateAll(says({ type: "notice", text: "Compaction completed" }));
    expect(completedOf(complete(state, completed))).toMatchObject({ ok: true, answer: "Compaction completed" });
  });

  it("has what was said before the last tool where nothing came after it", () => {
    const text = (words: string): TurnEvent => ({ type: "text", text: words, isThought: false });
    const { state } = translateAll(says(text("one"), bash("c", "ls"), { type: "tool_end", call: "c" }));
    expect(completedOf(complete(state, completed)).answer).toBe("one");
    const more = translateAll(says(text("one"), bash("c", "ls"), text("two"), text("three")));
    expect(completedOf(complete(more.state, completed)).answer).toBe("two\n\nthree");
  });
});
