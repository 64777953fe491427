import { describe, expect, it } from "vitest";
import { complete } from "../../../runners/claude/complete.ts";
import { decodeLine } from "../../../runners/claude/schema.ts";
import { initialState, isSettled, type RunState } from "../../../runners/claude/state.ts";
import { translate } from "../../../runners/claude/translate.ts";
import type { TakopiEvent } from "../../../src/domain/event.ts";
import { completedOf } from "../../factories.ts";
import { replay } from "./replay.ts";

interface Fed {
  readonly state: RunState;
  readonly events: readonly TakopiEvent[];
}

function feed(lines: readonly Readonly<Record<string, unknown>>[], requested?: string): Fed {
  let state = initialState("/work", requested);
  const events: TakopiEvent[] = [];
  for (const fields of lines) {
    const line = decodeLine(JSON.stringify(fields));
    if (line === undefined) throw new Error("not a line");
    const step = translate(state, line);
    state = step.state;
    events.push(...step.events);
  }
  return { state, events: isSettled(state) ? [...events, ...complete(state)] : events };
}

const init = { type: "system", subtype: "init", session_id: "s1", model: "m" };
const says = (text: string, more = {}): Readonly<Record<string, unknown>> => ({
  type: "assistant",
  session_id: "s1",
  message: { content: [{ type: "text", text }] },
  ...more,
});
const ends = (result: string, more = {}): Readonly<Record<string, unknown>> => ({
  type: "result",
  subtype: "success",
  is_error: false,
  result,
  ...more,
});
const behind = (...ids: readonly string[]): Readonly<Record<string, unknown>> => ({
  type: "system",
  subtype: "background_tasks_changed",
  tasks: ids.map((id) => ({ task_id: id, description: `work ${id}` })),
});

describe("the session", () => {
  it("is named once although every turn begins with init", () => {
    expect(feed([init, init, init]).events).toMatchObject([{ type: "started", resume: { value: "s1" }, title: "m" }]);
  });

  it("must be the requested one", () => {
    const { events } = feed([init], "s0");
    expect(events).toMatchObject([{ type: "completed", ok: false, resume: { value: "s0" } }]);
    expect(completedOf(events).error).toContain("claude --resume s1");
  });

  it("may not change in mid-run", () => {
    const { events } = feed([init, says("hi"), { ...init, session_id: "s2" }]);
    expect(completedOf(events)).toMatchObject({ ok: false, answer: "hi", resume: { value: "s1" } });
  });

  it("keeps its token over /clear, and says so", () => {
    const reset = { type: "conversation_reset", new_conversation_id: "s2" };
    const { events } = feed([reset, { ...init, session_id: "s2" }, ends("")], "s1");
    expect(events).toMatchObject([
      { type: "action", level: "warning" },
      { type: "started", resume: { value: "s1" } },
      { type: "completed", ok: true, resume: { value: "s1" } },
    ]);
  });

  it("that is gone is a fault the program can act on, without a token", async () => {
    const requested = "00000000-1111-4222-8333-444444444444";
    const events = await replay("resume-unknown", { requested });
    expect(events).toMatchObject([{ type: "completed", ok: false, fault: "session_not_found" }]);
    expect(completedOf(events)).not.toHaveProperty("resume");
  });

  it("that is gone is recognised by stderr alone (2.0 and older)", async () => {
    const events = await replay("resume-unknown", {
      requested: "x",
      stderr: "No conversation found with session ID: x",
    });
    expect(completedOf(events).fault).toBe("session_not_found");
  });
});

describe("the answer", () => {
  it("is the last text of the main thread when the result has none", () => {
    const { events } = feed([init, says("mine"), says("a sub-agent's", { parent_tool_use_id: "t1" }), ends("")]);
    expect(completedOf(events)).toMatchObject({ ok: true, answer: "mine" });
  });

  it("may be empty", async () => {
    expect(completedOf(await replay("empty-answer"))).toMatchObject({ ok: true, answer: "" });
  });

  it("holds every turn of the run: the one before the background work ended, and the one after", () => {
    const { events } = feed([init, behind("b1"), ends("started"), behind(), init, ends("done")]);
    expect(completedOf(events).answer).toBe("started\n\ndone");
  });

  it("of a turn that waits for background work survives what its sub-agent says", () => {
    const { state } = feed([init, behind("b1"), ends("started"), says("working", { parent_tool_use_id: "t1" })]);
    expect(isSettled(state)).toBe(false);
    expect(completedOf(complete(state))).toMatchObject({ ok: true, answer: "started" });
  });

  it("is not the CLI's text about an API error", async () => {
    const { ok, answer, error } = completedOf(await replay("api-500-final"));
    expect({ ok, answer }).toEqual({ ok: false, answer: "" });
    expect(error).toMatch(/^API Error: 500/u);
  });

  it("is not that text either where the CLI does not mark it (2.0 and older)", () => {
    const { events } = feed([init, says("API Error: 500"), ends("API Error: 500", { is_error: true })]);
    expect(completedOf(events)).toMatchObject({ ok: false, answer: "", error: "API Error: 500" });
  });

  it("has the follow-up's turn behind the first one", async () => {
    const { answer } = completedOf(await replay("steer-during-text"));
    expect(answer).toMatch(/^You said: SLOW\(5\) story/u);
    expect(answer).toMatch(/\n\nYou said: second message$/u);
  });
});

describe("a failed run", () => {
  it.each([
    ["error_max_turns", "claude reached its maximum number of turns. Send a message to let it go on."],
    ["error_during_execution", "claude was interrupted before it had finished."],
    ["error_something_new", "claude failed (error_something_new)."],
  ])("with %s says it in words, also when is_error is false (2.0 and older)", (subtype, error) => {
    const { events } = feed([init, ends("", { subtype, errors: ["[ede_diagnostic] x"] })]);
    expect(completedOf(events)).toMatchObject({ ok: false, error });
  });

  it("for want of a login says where to log in", async () => {
    expect(completedOf(await replay("not-logged-in")).error).toContain("use_api_billing");
  });

  it("passes the usage through", () => {
    const usage = { input_tokens: 1, service_tier: "standard" };
    const { events } = feed([init, ends("x", { usage, total_cost_usd: 0.5, duration_ms: 7, num_turns: 2 })]);
    expect(completedOf(events).usage).toEqual({ ...usage, total_cost_usd: 0.5, duration_ms: 7, num_turns: 2 });
  });
});

describe("actions", () => {
  it("tell a new file from a changed one", async () => {
    const kinds = (await replay("write-edit")).flatMap((event) =>
      event.type === "action" && event.phase === "completed" ? [event.action.detail.changes?.[0]?.kind] : [],
    );
    expect(kinds).toEqual(["add", "update"]);
  });

  it("carry the exit code of a failed command", async () => {
    expect(await replay("tool-error")).toContainEqual(
      expect.objectContaining({
        ok: false,
        action: expect.objectContaining({ detail: expect.objectContaining({ exitCode: 3 }) }),
      }),
    );
  });

  it("warn of every permission that was denied, before the run completes", async () => {
    const titles = (await replay("permission-denied"))
      .slice(-3)
      .map((event) => (event.type === "action" ? event.action.title : event.type));
    expect(titles).toEqual(["permission denied: Bash", "permission denied: Write", "completed"]);
  });

  it("survive fields and blocks of a shape nobody knows", () => {
    const odd = {
      type: "assistant",
      message: {
        content: [null, 7, { type: "text" }, { type: "x" }, { type: "tool_use", id: "t1", name: "Bash", input: "?" }],
      },
    };
    const { events } = feed([init, odd, ends("ok", { errors: "none", permission_denials: [{}], usage: [] })]);
    expect(events).toMatchObject([
      { type: "started" },
      { type: "action", action: { id: "t1", title: "Bash" } },
      { type: "completed", ok: true },
    ]);
  });

  const limit = {
    type: "rate_limit_event",
    rate_limit_info: { status: "rejected", rateLimitType: "five_hour", resetsAt: 1_800_000_000 },
  };
  const refused = ends("You've hit your limit", { is_error: true });

  it("name the limit a run failed because of, and when it is over", () => {
    const { events } = feed([init, limit, refused]);
    expect(completedOf(events)).toMatchObject({ ok: false, fault: "usage_limit", resetsAt: 1_800_000_000_000 });
  });

  it("name no time where none was given", () => {
    const timeless = { ...limit, rate_limit_info: { status: "rejected", resetsAt: 0 } };
    const completed = completedOf(feed([init, timeless, refused]).events);
    expect(completed).toMatchObject({ ok: false, fault: "usage_limit" });
    expect(completed).not.toHaveProperty("resetsAt");
  });

  it("name no limit for a run that went well all the same, or failed after the limit was over", () => {
    const over = { type: "rate_limit_event", rate_limit_info: { status: "allowed" } };
    expect(completedOf(feed([init, limit, ends("done")]).events)).not.toHaveProperty("fault");
    expect(completedOf(feed([init, limit, over, refused]).events)).not.toHaveProperty("fault");
  });

  it("say when the subscription's limit is reached", () => {
    expect(feed([init, limit]).events).toContainEqual(
      expect.objectContaining({
        action: expect.objectContaining({ title: "five_hour limit reached, resets at 2027-01-15T08:00:00.000Z" }),
      }),
    );
  });
});
