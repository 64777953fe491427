import { describe, expect, it } from "vitest";
import { complete } from "../../../runners/happi/complete.ts";
import { initialState, type RunState } from "../../../runners/happi/state.ts";
import { steps } from "../../../src/runner/step.ts";
import { translateLine } from "../../../runners/happi/translate.ts";
import { hasUnshownWords, showWords } from "../../../runners/happi/words.ts";
import type { ActionEvent, TakopiEvent } from "../../../src/domain/event.ts";
import { completedOf } from "../../factories.ts";

const fresh = initialState({ engine: "happi", cwd: "/work", requestId: "r1", requested: undefined });

interface Told {
  readonly state: RunState;
  readonly events: readonly TakopiEvent[];
}

/** What becomes of these lines; objects are of the run's own request unless they name another. */
function tell(lines: readonly (string | object)[], isShown = false): Told {
  return steps(
    fresh,
    ...lines.flatMap((line) => {
      const text = typeof line === "string" ? line : JSON.stringify({ v: "happi/1.0", id: "r1", ts: 0, ...line });
      const translate = (state: RunState): Told => translateLine(state, { kind: "line", text });
      return isShown ? [translate, showWords] : [translate];
    }),
  );
}

function runOf(lines: readonly (string | object)[]): readonly TakopiEvent[] {
  const { state, events } = tell(lines);
  return [...events, ...complete(state, state.outcome?.type === "completed" ? undefined : { error: "it failed" })];
}

function actionsIn(events: readonly TakopiEvent[]): readonly ActionEvent[] {
  return events.filter((event) => event.type === "action");
}

function summary(events: readonly TakopiEvent[]): readonly string[] {
  return actionsIn(events).map(
    ({ phase, action, ok }) =>
      `${phase} ${action.id} ${action.kind} ${action.title}${ok === undefined ? "" : ` ${ok}`}`,
  );
}

const delta = (text: string, id = "r1"): object => ({ type: "delta", text, id });
const call = (name: string, more: object = {}): object => ({
  type: "tool_call",
  name,
  input: {},
  call_id: "c1",
  ...more,
});
const result = (output: unknown, more: object = {}): object => ({
  type: "tool_result",
  name: "bash",
  output,
  call_id: "c1",
  ...more,
});
const sub = (id: string, more: object = {}): object => ({
  type: "sub_request",
  envelope: { v: "happi/1.0", id, cmd: "echo", args: ["go"] },
  ...more,
});
const done = { type: "completed" };

describe("deltas", () => {
  it("are the answer, and one action that grows when it is shown", () => {
    const { state, events } = tell([delta("Hel"), delta(""), delta("lo"), delta(" \n"), done], true);
    expect(summary(events)).toEqual([
      "started happi.words note Hel",
      "updated happi.words note Hello",
      "updated happi.words note Hello",
    ]);
    expect(summary(complete(state))).toEqual(["completed happi.words note Hello"]);
    expect(completedOf(complete(state)).answer).toBe("Hello \n");
  });

  it("are shown only when there are new ones that are not blank", () => {
    expect(hasUnshownWords(tell([delta("a")]).state)).toBe(true);
    expect(hasUnshownWords(tell([delta("a")], true).state)).toBe(false);
    expect(summary(tell([delta(" \n")], true).events)).toEqual([]);
    expect(summary(tell([delta("\n"), delta("a")], true).events)).toEqual(["started happi.words note a"]);
  });

  it("that were not shown are one finished action before a tool, and none at the end", () => {
    expect(summary(runOf([delta("Let me look."), call("bash"), result("ok"), delta("Done."), done]))).toEqual([
      "completed happi.words note Let me look.",
      "started c1 command bash",
      "completed c1 command bash true",
    ]);
  });

  it("of a long text show its end, in whole words and characters", () => {
    const title = (text: string): string => actionsIn(tell([delta(text)], true).events)[0]?.action.title ?? "";
    expect(title("word ".repeat(1_000))).toMatch(/^…(?:word ){50,55}word$/u);
    expect(title(`${"👩".repeat(1_000)}!`)).toMatch(/^…(?:👩){139}!$/u);
    expect(title(`${"x".repeat(300)}${" ".repeat(400)}`)).toBe("");
  });

  it("without text are passed over", () => {
    expect(completedOf(runOf([{ type: "delta" }, { type: "delta", text: 7 }, delta("x"), done])).answer).toBe("x");
  });
});

describe("a tool call", () => {
  it("has the kind of its tool, by the names runtimes use", () => {
    const kinds = (name: string, input: object): string => {
      const [event] = actionsIn(tell([call(name, { input })]).events);
      return `${event?.action.kind} ${event?.action.title}`;
    };
    expect(kinds("bash", { command: "ls /work/src" })).toBe("command ls src");
    expect(kinds("run_shell_command", { command: "make" })).toBe("command make");
    expect(kinds("write_file", { path: "/work/a.ts", content: "x" })).toBe("file_change a.ts");
    expect(kinds("edit", { file_path: "b.ts" })).toBe("file_change b.ts");
    expect(kinds("read_file", { path: "c.ts" })).toBe("tool read: `c.ts`");
    expect(kinds("web_search", { query: "happi" })).toBe("web_search happi");
    expect(kinds("frobnicate", {})).toBe("tool frobnicate");
    expect(kinds("", {})).toBe("tool tool");
  });

  it.each([
    ["plain text", true],
    [{ rows: 3 }, true],
    [null, true],
    [{ error: "" }, true],
    [{ error: null, is_error: false }, true],
    [{ exit_code: 0 }, true],
    [{ is_error: true }, false],
    [{ error: "ENOENT" }, false],
    [{ error: { message: "no" } }, false],
    [{ error: true }, false],
    [{ exit_code: 2, stdout: "" }, false],
  ])("with the output %j ends well: %s", (output, ok) => {
    expect(actionsIn(runOf([call("bash"), result(output), done])).at(-1)).toMatchObject({ phase: "completed", ok });
  });

  it("keeps its output, cut, with its exit code and what went wrong", () => {
    const [, long, failed] = actionsIn(
      runOf([
        call("bash"),
        result("x".repeat(5_000)),
        result({ error: "boom", exit_code: 2 }, { call_id: "c2" }),
        done,
      ]),
    );
    expect(long?.action.detail).toMatchObject({ tool: "bash", outputChars: 5_000, output: "x".repeat(1_000) });
    expect(failed).toMatchObject({ message: "boom", action: { detail: { exitCode: 2 } } });
  });

  it("is paired with its result by id, in any order", () => {
    const lines = [call("bash"), call("grep", { call_id: "c2" }), result("2", { call_id: "c2" }), result("1"), done];
    expect(summary(runOf(lines))).toEqual([
      "started c1 command bash",
      "started c2 tool grep",
      "completed c2 tool grep true",
      "completed c1 command bash true",
    ]);
  });

  it("without an id is paired by name, the oldest first", () => {
    const nameless = { call_id: undefined };
    const lines = [
      call("bash", nameless),
      call("grep", nameless),
      result("x", nameless),
      result("y", { ...nameless, name: undefined }),
    ];
    expect(summary(runOf([...lines, done]))).toEqual([
      "started happi.call command bash",
      "started happi.call#2 tool grep",
      "completed happi.call command bash true",
      "completed happi.call#2 tool grep true",
    ]);
  });

  it("of an id that comes again is another action, and a second result is none", () => {
    const lines = [call("bash"), call("bash"), result("1"), result("1"), call("bash"), result("2"), done];
    expect(summary(runOf(lines))).toEqual([
      "started c1 command bash",
      "completed c1 command bash true",
      "started c1#2 command bash",
      "completed c1#2 command bash true",
    ]);
  });

  it("without a result ends with the run, badly only when the run does", () => {
    expect(summary(runOf([call("bash"), done])).at(-1)).toBe("completed c1 command bash");
    expect(summary(runOf([call("bash"), { type: "error", code: "x" }])).at(-1)).toBe("completed c1 command bash false");
  });

  it("that was never announced is an action all the same", () => {
    expect(summary(runOf([result("out"), done]))).toEqual(["completed c1 command bash true"]);
  });
});

describe("a sub-request", () => {
  it("ends when its own events say so, and its words are not the answer", () => {
    const lines = [
      sub("k"),
      { type: "started", id: "k" },
      delta("child", "k"),
      { type: "completed", id: "k" },
      delta("mine"),
      done,
    ];
    const events = runOf(lines);
    expect(summary(events)).toEqual(["started k subagent echo", "completed k subagent echo true"]);
    expect(actionsIn(events)[1]?.action.detail).toEqual({ prompt: "go", output: "child" });
    expect(completedOf(events)).toMatchObject({ ok: true, answer: "mine" });
  });

  it("that fails does not fail the run", () => {
    const events = runOf([sub("k"), { type: "error", id: "k", code: "runtime_error", message: "no" }, done]);
    expect(actionsIn(events)[1]).toMatchObject({ ok: false, message: "runtime_error: no" });
    expect(completedOf(events).ok).toBe(true);
  });

  it("of which nothing is seen ends with the run, as it does", () => {
    expect(summary(runOf([sub("k"), delta("done"), done]))).toEqual([
      "started k subagent echo",
      "completed k subagent echo true",
    ]);
    expect(summary(runOf([sub("k")])).at(-1)).toBe("completed k subagent echo false");
  });

  it("may have calls and sub-requests of its own, with ids that are used elsewhere", () => {
    const lines = [
      call("bash"),
      sub("k"),
      call("bash", { id: "k" }),
      sub("k2", { id: "k" }),
      result("1", { id: "k" }),
      { type: "completed", id: "k2" },
      { type: "completed", id: "k" },
      result("2"),
      done,
    ];
    const events = runOf(lines);
    expect(summary(events)).toEqual([
      "started c1 command bash",
      "started k subagent echo",
      "started k/c1 command bash",
      "started k2 subagent echo",
      "completed k/c1 command bash true",
      "completed k2 subagent echo true",
      "completed k subagent echo true",
      "completed c1 command bash true",
    ]);
    expect(
      actionsIn(events)
        .slice(2, 4)
        .map(({ action }) => action.detail["parentToolUseId"]),
    ).toEqual(["k", "k"]);
  });

  it("is announced once while it goes on, and nothing follows its end", () => {
    const end = { type: "completed", id: "k" };
    const lines = [sub("k"), sub("k"), end, end, call("bash", { id: "k" }), sub("k"), end, done];
    expect(summary(runOf(lines))).toEqual([
      "started k subagent echo",
      "completed k subagent echo true",
      "started k#2 subagent echo",
      "completed k#2 subagent echo true",
    ]);
  });

  it("without an id of its own is shown, and takes no event of the run", () => {
    const lines = [sub("r1"), { type: "sub_request" }, delta("mine"), call("bash"), done];
    const events = runOf(lines);
    expect(summary(events).slice(0, 2)).toEqual([
      "started happi.sub subagent echo",
      "started happi.sub#2 subagent sub-request",
    ]);
    expect(actionsIn(events).find(({ action }) => action.id === "c1")?.action.detail).toEqual({
      tool: "bash",
      input: {},
    });
    expect(completedOf(events).answer).toBe("mine");
  });
});

describe("what is not the run's", () => {
  it("is one warning, however much of it comes", () => {
    const events = runOf([
      delta("a", "x"),
      { type: "completed", id: "x" },
      { type: "error", id: "y" },
      delta("mine"),
      done,
    ]);
    expect(summary(events)).toEqual([
      "completed happi.warning warning happi sent an event of another request (x); such events are ignored false",
      "completed happi.passed-over telemetry passed over: event of another request ×2",
    ]);
    expect(completedOf(events)).toMatchObject({ ok: true, answer: "mine" });
  });

  it("is neither an event without an id, nor one with request_id, nor the error of an unreadable request", () => {
    expect(completedOf(runOf([{ type: "delta", id: null, text: "a" }, { ...delta("b"), id: "" }, done])).answer).toBe(
      "ab",
    );
    const renamed = (request_id: string): object => ({ type: "delta", id: undefined, request_id, text: "c" });
    expect(completedOf(runOf([renamed("r1"), renamed("x"), done])).answer).toBe("c");
    expect(tell([{ type: "error", id: "req-invalid", code: "parse_error", message: "?" }]).state.outcome?.type).toBe(
      "error",
    );
    expect(tell([{ type: "completed", id: "req-invalid" }]).state.outcome).toBeUndefined();
  });

  it("is counted when its type is unknown, and costs its siblings nothing", () => {
    const events = runOf([
      { type: "hologram" },
      { v: "happi/7.1", ts: "late", type: "delta", text: "x", new: 1 },
      {},
      done,
    ]);
    expect(summary(events)).toEqual(["completed happi.passed-over telemetry passed over: hologram ×1, no type ×1"]);
    expect(completedOf(events).answer).toBe("x");
    expect(summary(runOf([{ type: "meta" }, { type: "idr" }, { type: "context" }, done]))).toEqual([]);
  });

  it("is a warning when it is no JSON object", () => {
    const events = runOf(["loading…", "[1]", "null", '{"type":"delta","te', delta("x"), done]);
    expect(summary(events)).toEqual([
      "completed happi.warning warning happi printed a line that is no event false",
      "completed happi.passed-over telemetry passed over: line that is no event ×3",
    ]);
    expect(completedOf(events)).toMatchObject({ ok: true, answer: "x" });
    const { events: skipped } = translateLine(fresh, { kind: "oversize", bytes: 9_000_000, head: "{" });
    expect(summary(skipped)).toEqual([
      "completed happi.warning warning happi sent an event of 9.0 MB; it was skipped false",
    ]);
  });
});

describe("the outcome", () => {
  it("is the first: what follows changes nothing", () => {
    const first = { type: "completed", usage: { input_tokens: 1 } };
    const late = [
      delta("late"),
      call("bash"),
      { type: "error", code: "x" },
      { type: "completed", usage: { input_tokens: 2 } },
      "{",
    ];
    const events = runOf([delta("in time"), first, ...late]);
    expect(events).toHaveLength(1);
    expect(completedOf(events)).toMatchObject({ ok: true, answer: "in time", usage: { input_tokens: 1 } });
  });

  it("needs neither started nor usage", () => {
    const completed = completedOf(runOf([delta("x"), { type: "completed", usage: null }]));
    expect(completed).toEqual({ type: "completed", engine: "happi", ok: true, answer: "x" });
  });
});
