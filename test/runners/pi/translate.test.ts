import { describe, expect, it } from "vitest";
import { complete } from "../../../runners/pi/complete.ts";
import { decodeLine } from "../../../runners/pi/schema.ts";
import { expectReply, initialState, isSettled, type RunState } from "../../../runners/pi/state.ts";
import { translate } from "../../../runners/pi/translate.ts";
import type { TakopiEvent } from "../../../src/domain/event.ts";
import { completedOf } from "../../factories.ts";
import { replay } from "./replay.ts";

interface Fed {
  readonly state: RunState;
  readonly events: readonly TakopiEvent[];
}

type Line = Readonly<Record<string, unknown>>;

/** A run of RPC mode whose prompt has been sent as `p1`. */
function feed(lines: readonly Line[], requested?: string): Fed {
  let state = expectReply(initialState("/work", requested), "p1");
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

const response = (command: string, data?: Line, id = "p1"): Line => ({
  type: "response",
  id,
  command,
  success: true,
  data,
});
const named = (sessionId: string): Line => response("get_state", { sessionId }, "s");
const idle = response("get_state", { sessionId: "s1", isStreaming: false, pendingMessageCount: 0 }, "s");
const begins: Line = { type: "agent_start" };
const settled: Line = { type: "agent_settled", aborted: false };
const says = (text: string, stopReason = "stop"): Line => {
  const content = [{ type: "text", text }];
  return { type: "message_end", message: { role: "assistant", content, stopReason } };
};

describe("the session", () => {
  it.each(["01a1fbd7-03ce", "01a1fbd7", "/home/me/1.jsonl", "old.jsonl"])(
    "keeps the name %s it was asked for",
    (name) => {
      expect(feed([named("01a1fbd7-03ce")], name).events).toMatchObject([{ type: "started", resume: { value: name } }]);
    },
  );

  it("must be the requested one", () => {
    const { events } = feed([named("s2")], "s1");
    expect(events).toMatchObject([{ type: "completed", ok: false, resume: { value: "s1" } }]);
    expect(completedOf(events).error).toContain("pi --session s2");
  });

  it("that is gone is a fault the program can act on", async () => {
    const requested = "00000000-0000-4000-8000-000000000000";
    const events = await replay("v1-session-unknown", { requested, ending: { kind: "exited", code: 1 } });
    expect(events).toMatchObject([{ type: "completed", ok: false, fault: "session_not_found" }]);
  });
});

describe("the end of 1.x", () => {
  const ends = { type: "agent_end", messages: [], willRetry: false };

  it("is agent_settled, and not agent_end, which needs no question", () => {
    const { state } = feed([response("prompt", { disposition: "started" }), begins, says("a"), ends]);
    expect(isSettled(state)).toBe(false);
    expect(state.isUnsure).toBe(false);
    expect(
      completedOf(feed([response("prompt", { disposition: "started" }), begins, says("a"), ends, settled]).events),
    ).toMatchObject({
      ok: true,
      answer: "a",
    });
  });

  it("is not there when pi says that it will repeat the call", () => {
    const willRetry = { type: "agent_end", willRetry: true };
    expect(feed([response("prompt", { disposition: "started" }), begins, willRetry]).state.activity).toBe("working");
  });

  it("is not there while a later prompt has no answer", () => {
    const before = feed([response("prompt", { disposition: "started" }), begins, says("a"), ends]).state;
    const waiting = translate(expectReply(before, "p2"), { type: "agent", phase: "settled" }).state;
    expect(isSettled(waiting)).toBe(false);
  });
});

describe("the end of 0.73.1", () => {
  const ends = { type: "agent_end", messages: [] };
  const ran = [response("prompt"), begins, says("a"), ends];

  it("has to be asked for", () => {
    const { state } = feed(ran);
    expect(state).toMatchObject({ activity: "ending", isUnsure: true });
    expect(completedOf(feed([named("s1"), ...ran, idle]).events)).toMatchObject({ ok: true, answer: "a" });
  });

  it("is not there when a retry or a compaction began before the answer", () => {
    for (const type of ["auto_retry_start", "compaction_start"]) {
      expect(isSettled(feed([named("s1"), ...ran, { type }, idle]).state)).toBe(false);
    }
  });

  it("is not there when the compaction says that the prompt comes again", () => {
    const compaction = [{ type: "compaction_start" }, { type: "compaction_end", willRetry: true }];
    expect(isSettled(feed([named("s1"), ...ran, ...compaction, idle]).state)).toBe(false);
  });

  it("is no question while it works: a later message waits its turn", () => {
    const { state } = feed([named("s1"), response("prompt"), begins, response("prompt", undefined, "p2")]);
    expect(state).toMatchObject({ activity: "working", isUnsure: false });
  });

  it("is not there while messages wait", () => {
    const busy = response("get_state", { isStreaming: false, pendingMessageCount: 1 }, "s");
    expect(isSettled(feed([named("s1"), ...ran, busy]).state)).toBe(false);
  });
});

describe("a prompt that pi refuses", () => {
  const refusal = { ...response("prompt"), success: false, error: "No model." };

  it("is the end of the run, also when the context was compacted for it", () => {
    const compaction = [{ type: "compaction_start" }, { type: "compaction_end" }];
    expect(completedOf(feed([named("s1"), ...compaction, refusal]).events)).toMatchObject({
      ok: false,
      error: "No model.",
    });
  });

  it("does not matter to a run that goes on", () => {
    const { state, events } = feed([named("s1"), response("prompt", { disposition: "started" }), begins, refusal]);
    expect(isSettled(state)).toBe(false);
    expect(events.filter(({ type }) => type === "action")).toEqual([]);
  });
});

describe("the answer", () => {
  it("is what the model ended its turns with, follow-ups included", async () => {
    const { answer } = completedOf(await replay("rpc-follow-up"));
    expect(answer).toBe("echo: SLOW[100] first\n\necho: then this\n\necho: queued as follow-up");
    expect(completedOf(await replay("v0-rpc-steer")).answer).toBe("You said: stop there");
  });

  it("is not what was said before a tool, unless nothing else was", () => {
    const lines = [begins, response("prompt", { disposition: "started" }), says("I look", "toolUse")];
    expect(completedOf(feed([...lines, says("done"), settled]).events).answer).toBe("done");
    expect(completedOf(feed([...lines, says(""), settled]).events).answer).toBe("I look");
  });

  it("is kept, as far as it came, when the model failed", () => {
    const failed = says("half an", "error");
    const { events } = feed([begins, response("prompt", { disposition: "started" }), failed, settled]);
    expect(completedOf(events)).toMatchObject({ ok: false, answer: "half an", error: "pi failed without saying why." });
  });

  it("comes with a warning when it is cut off", async () => {
    const events = await replay("v1-incomplete");
    expect(events).toContainEqual(expect.objectContaining({ type: "action", level: "warning" }));
    expect(completedOf(events)).toMatchObject({ ok: true, answer: "echo: INCOMPLETE" });
  });
});

describe("actions", () => {
  const exitCodes = async (name: string): Promise<readonly unknown[]> =>
    (await replay(name)).flatMap((event) =>
      event.type === "action" && event.phase === "completed" && event.action.kind === "command"
        ? [[event.ok, event.action.detail.exitCode]]
        : [],
    );

  it("carry the exit code in both generations", async () => {
    expect(await exitCodes("v1-multi")).toEqual([
      [true, 0],
      [false, 3],
    ]);
    expect(await exitCodes("v0-multi")).toEqual([
      [true, undefined],
      [false, 3],
    ]);
  });

  it("tell every retry and why, in words", async () => {
    const titles = (await replay("v1-http500")).flatMap((event) =>
      event.type === "action" ? [event.action.title] : [],
    );
    expect(titles).toEqual(
      [1, 2, 3].map((n) => `500: The server had an error (500); retry ${n} of 3 in ${2 ** n}.0 s`),
    );
  });

  it("survive fields and blocks of a shape nobody knows", () => {
    const odd = {
      type: "message_end",
      message: { role: "assistant", content: [null, 7, { type: "text" }], usage: "?" },
    };
    const tool = { type: "tool_execution_start", toolCallId: "t1", toolName: "bash", args: "?" };
    const { events } = feed([
      begins,
      response("prompt", { disposition: "started" }),
      odd,
      tool,
      { type: "agent_end", willRetry: "?" },
      settled,
    ]);
    expect(events).toMatchObject([
      { type: "action", action: { id: "t1", title: "bash" } },
      { type: "completed", ok: true },
    ]);
  });
});
