import { describe, expect, it } from "vitest";
import { complete } from "../../../runners/heddle/complete.ts";
import { decodeLine } from "../../../runners/heddle/schema.ts";
import { initialState } from "../../../runners/heddle/state.ts";
import { translate } from "../../../runners/heddle/translate.ts";
import type { ActionEvent, TakopiEvent } from "../../../src/domain/event.ts";
import { completedOf } from "../../factories.ts";

type Line = Readonly<Record<string, unknown>>;

/** The events of a run in which the worker prints these lines. */
function events(...lines: readonly Line[]): readonly TakopiEvent[] {
  let state = initialState({ engine: "heddle", cwd: "/app", session: "s", sendId: "1" });
  const all: TakopiEvent[] = [];
  for (const line of lines) {
    const message = decodeLine(JSON.stringify(line));
    if (message === undefined) continue;
    const step = translate(state, message);
    state = step.state;
    all.push(...step.events);
  }
  return [...all, ...complete(state)];
}

const said = (event: string, more: Line = {}): Line => ({ type: "event", send_id: "1", event: { event, ...more } });
const result = (more: Line = {}): Line => ({ type: "result", id: "1", status: "ok", ...more });
const actions = (...lines: readonly Line[]): readonly ActionEvent[] =>
  events(...lines).flatMap((event) => (event.type === "action" ? [event] : []));
const briefly = (...lines: readonly Line[]): readonly unknown[] =>
  actions(...lines).map(({ action, phase, ok }) => [action.id, action.kind, action.title, phase, ok]);

describe("tool calls of Heddle", () => {
  it("have no ids: an end belongs to the oldest open call of its name", () => {
    const lines = [
      said("tool_start", { name: "bash", args: { command: "one" } }),
      said("tool_start", { name: "read_file", args: { file_path: "/app/a.txt" } }),
      said("tool_start", { name: "bash", args: { command: "two" } }),
      said("tool_end", { name: "bash", result_preview: "" }),
      said("tool_end", { name: "read_file", result_preview: "text" }),
      said("tool_end", { name: "bash", result_preview: "" }),
    ];
    expect(briefly(...lines, result()).slice(3)).toEqual([
      ["1:1", "command", "one", "completed", true],
      ["1:2", "tool", "read: `a.txt`", "completed", true],
      ["1:3", "command", "two", "completed", true],
    ]);
  });

  it("that end without having begun are told once", () => {
    expect(briefly(said("tool_end", { name: "web_fetch", result_preview: "page" }), result())).toEqual([
      ["1:1", "tool", "web_fetch", "completed", true],
    ]);
  });

  it("that the end of the run finds open have failed", () => {
    expect(briefly(said("tool_start", { name: "glob", args: { pattern: "*" } }), result())).toEqual([
      ["1:1", "tool", "glob: `*`", "started", undefined],
      ["1:1", "tool", "glob: `*`", "completed", false],
    ]);
  });

  it("fail by what their output says", () => {
    const end = (name: string, preview: string): unknown => {
      const [event] = actions(
        said("tool_start", { name }),
        said("tool_end", { name, result_preview: preview }),
        result(),
      ).slice(-1);
      return [event?.ok, event?.action.detail.exitCode];
    };
    expect(end("bash", "STDERR: no\n\nExit code: 2")).toEqual([false, 2]);
    expect(end("bash", "Exit code: 0")).toEqual([true, 0]);
    expect(end("read_file", "Error: ENOENT: no such file")).toEqual([false, undefined]);
    expect(end("read_file", "Exit code: 2")).toEqual([true, undefined]);
  });

  it("of files name the file, and do not repeat what goes into it", () => {
    const args = { file_path: "/app/b.txt", content: "long" };
    const [begun] = actions(said("tool_start", { name: "write_file", args }), result());
    expect(begun?.action).toEqual({
      id: "1:1",
      kind: "file_change",
      title: "b.txt",
      detail: { tool: "write_file", changes: [{ path: "/app/b.txt", kind: "update" }] },
    });
  });
});

describe("the outcome of a send", () => {
  const text = (words: string): Line => said("content_delta", { text: words });
  const tool = [said("tool_start", { name: "bash", args: {} }), said("tool_end", { name: "bash" })];

  it("is the response, else what was said since the last tool call, else the plan", () => {
    const answer = (...lines: readonly Line[]): string => completedOf(events(...lines)).answer;
    expect(answer(text("a"), ...tool, text("b"), result({ response: "c" }))).toBe("c");
    expect(answer(text("a"), ...tool, text("b"), text("c"), result({ response: "" }))).toBe("bc");
    expect(answer(said("plan_complete", { plan: "1. do it" }), result())).toBe("1. do it");
  });

  it("is an error when the status says so, in the words of the result, else of the last error", () => {
    const error = { code: "tool_error", message: "broken" };
    expect(completedOf(events(result({ status: "error", error }))).error).toBe("tool_error: broken");
    expect(completedOf(events(said("error", error), result({ status: "error" }))).error).toBe("tool_error: broken");
    expect(completedOf(events(result({ status: "error" }))).error).toBe("heddle failed without saying why");
    expect(
      completedOf(events(result({ status: "error", error: { code: "cancelled", message: "cancelled" } }))).error,
    ).toBe("cancelled");
  });

  it("counts all calls of the model where the result counts only the last, and passes on what else it counts", () => {
    const call = said("usage", { prompt_tokens: 100, completion_tokens: 5, total_tokens: 105 });
    const usage = (last: Line): unknown => completedOf(events(call, call, result({ usage: last }))).usage;
    const sum = { prompt_tokens: 200, completion_tokens: 10, total_tokens: 210 };
    expect(usage({ prompt_tokens: 100, completion_tokens: 5, total_tokens: 105 })).toEqual(sum);
    expect(usage({ ...sum, cost_micros: 7 })).toEqual({ ...sum, cost_micros: 7 });
    expect(completedOf(events(result()))).not.toHaveProperty("usage");
  });

  it("survives fields of other types than the protocol's", () => {
    const strange = [
      { type: "event", event: 5 },
      said("content_delta", { text: 7 }),
      said("tool_start", { name: null, args: "text" }),
      said("usage", { prompt_tokens: "many" }),
      said("permission_denied"),
      said("context_prune"),
      { type: "result", id: 5, status: "ok" },
    ];
    const all = events(...strange, result({ response: 9, usage: [], error: "text" }));
    expect(completedOf(all)).toMatchObject({ ok: true, answer: "" });
    expect(briefly(...strange, result()).map((each) => (Array.isArray(each) ? each[2] : each))).toEqual([
      "tool",
      "tool was denied",
      "context pruned",
      "tool",
    ]);
  });
});

describe("what is not of the send", () => {
  const foreign: Line = { ...said("content_delta", { text: "not yours" }), send_id: "2" };
  const refusal: Line = {
    type: "result",
    id: "unknown",
    status: "error",
    error: { code: "protocol_error", message: "Invalid JSON" },
  };

  it("means nothing: events and results of another, and all behind the result", () => {
    const other: Line = { ...result({ response: "other" }), id: "2" };
    const late = [result({ response: "again" }), said("error", { code: "late" }), refusal];
    const all = events(foreign, other, said("content_delta", { text: "mine" }), result(), ...late);
    expect(all).toEqual([expect.objectContaining({ type: "completed", ok: true, answer: "mine" })]);
  });

  it("is a warning when the worker does not say what it refused, and ends nothing", () => {
    expect(briefly(refusal, result())).toEqual([
      ["heddle.note.1", "warning", "protocol_error: Invalid JSON", "completed", false],
    ]);
    expect(completedOf(events(refusal, result({ response: "fine" })))).toMatchObject({ ok: true, answer: "fine" });
  });
});

describe("permissions of Heddle", () => {
  it("are a note when asked for, and a warning when denied: nobody can answer", () => {
    const reason = "bash (execute) requires approval in suggest mode";
    const lines = [
      said("permission_request", { name: "bash", reason }),
      said("permission_denied", { name: "bash", reason: "User denied" }),
    ];
    expect(briefly(...lines, result())).toEqual([
      [
        "heddle.note.1",
        "note",
        `bash asks for permission, which nobody can give here: ${reason}`,
        "completed",
        undefined,
      ],
      ["heddle.note.2", "warning", "bash was denied: User denied", "completed", false],
    ]);
  });
});
