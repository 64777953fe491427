import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { ActionEvent, TakopiEvent } from "../../src/domain/event.ts";
import { formatEvent, type HappiBody } from "../../src/happi/happi-event.ts";
import { initialRunState, translateAction, translateCompleted } from "../../src/happi/translate.ts";
import { actionStarted, completed } from "../factories.ts";
import { violations } from "./conformance.ts";

const request = { v: "happi/1.0", id: "r" };
const calm = { resume: undefined, isStopped: false };

function bodiesOf(events: readonly TakopiEvent[]): readonly HappiBody[] {
  let state = initialRunState(request);
  const bodies: HappiBody[] = [];
  for (const event of events) {
    if (event.type === "completed") bodies.push(...translateCompleted(event, calm));
    if (event.type !== "action") continue;
    const step = translateAction(state, event);
    state = step.state;
    bodies.push(...step.bodies);
  }
  return bodies;
}

function action(more: Partial<ActionEvent["action"]>, rest: Partial<ActionEvent> = {}): ActionEvent {
  return actionStarted("a1", { action: { id: "a1", kind: "tool", title: "look", detail: {}, ...more }, ...rest });
}

describe("an action", () => {
  it("is a call when it begins and a result when it ends, under the engine's name of the tool", () => {
    const tool = { detail: { tool: "Read", input: { file_path: "a.ts" } } };
    const ended = { detail: { ...tool.detail, output: "text", outputChars: 9 } };
    expect(bodiesOf([action(tool), action(tool, { phase: "updated" }), action(ended, { phase: "completed" })])).toEqual(
      [
        { type: "tool_call", name: "Read", input: { file_path: "a.ts" }, call_id: "a1" },
        { type: "tool_result", name: "Read", output: { text: "text", truncated: true }, call_id: "a1" },
      ],
    );
  });

  it("that is only reported as ended is both at once, and nothing is said of it twice", () => {
    const ended = action({}, { phase: "completed" });
    expect(bodiesOf([ended, ended, action({})]).map(({ type }) => type)).toEqual(["tool_call", "tool_result"]);
  });

  it("keeps the name of its call", () => {
    const events = [action({ detail: { tool: "one" } }), action({ detail: { tool: "two" } }, { phase: "completed" })];
    expect(bodiesOf(events)).toMatchObject([{ name: "one" }, { name: "one" }]);
  });

  it.each([
    ["command", {}, { name: "bash", input: { command: "look" } }],
    ["command", { tool: "exec", input: { timeout: 5 } }, { name: "exec", input: { command: "look", timeout: 5 } }],
    ["web_search", {}, { name: "web_search", input: { query: "look" } }],
    ["tool", {}, { name: "look", input: { title: "look" } }],
    ["tool", { input: { a: 1 } }, { name: "look", input: { a: 1 } }],
    ["file_change", {}, { name: "edit", input: { path: "look" } }],
    [
      "file_change",
      { tool: "Write", changes: [{ path: "/x/a.ts", kind: "add" }] },
      { name: "Write", input: { path: "/x/a.ts", changes: [{ path: "/x/a.ts", kind: "add" }] } },
    ],
  ] as const)("of kind %s says what it is with what there is: %j", (kind, detail, call) => {
    expect(bodiesOf([action({ kind, detail })])).toEqual([{ type: "tool_call", call_id: "a1", ...call }]);
  });

  it.each([
    [{ ok: false }, {}, { is_error: true, error: "failed" }],
    [{ ok: false }, { exitCode: 3 }, { exit_code: 3, is_error: true, error: "exit code 3" }],
    [{ ok: false }, { output: "no such file" }, { text: "no such file", is_error: true, error: "no such file" }],
    [{ ok: false, message: "denied" }, {}, { is_error: true, error: "denied" }],
    [{ ok: true }, { exitCode: 0, output: "fine" }, { text: "fine", exit_code: 0 }],
    [{}, {}, {}],
  ])("has a result that says whether it failed: %j %j", (outcome, detail, output) => {
    const events = bodiesOf([action({ kind: "command", detail }, { phase: "completed", ...outcome })]);
    expect(events[1]).toEqual({ type: "tool_result", name: "bash", call_id: "a1", output });
  });

  it("of a sub-agent is one request this runtime would understand, and never a second outcome", () => {
    const subagent = {
      kind: "subagent",
      title: "look around",
      detail: { input: { prompt: "Look at all of it" } },
    } as const;
    expect(bodiesOf([action(subagent), action(subagent, { phase: "completed" })])).toEqual([
      {
        type: "sub_request",
        envelope: { v: "happi/1.0", id: "r/a1", cmd: "scripted.run", args: ["Look at all of it"] },
      },
    ]);
    expect(bodiesOf([action({ kind: "subagent" })])).toHaveProperty("0.envelope.args", ["look"]);
  });

  it.each(["note", "turn", "warning", "telemetry"] as const)("of kind %s is for people", (kind) => {
    expect(bodiesOf([action({ kind }, { phase: "completed" })])).toEqual([]);
  });
});

describe("the end of a run", () => {
  it("is the answer in pieces that are whole characters, then the outcome", () => {
    const answer = `${"x".repeat(4_095)}${"👋".repeat(3_000)}`;
    const bodies = bodiesOf([completed(answer)]);
    const texts = bodies.flatMap((body) => (body.type === "delta" ? [body.text] : []));
    expect(texts.length).toBe(3);
    expect(texts.every((text) => Buffer.from(text).toString() === text)).toBe(true);
    expect(texts.join("")).toBe(answer);
    expect(bodies.at(-1)?.type).toBe("completed");
  });

  it("without an answer is the outcome alone", () => {
    expect(bodiesOf([completed("")]).map(({ type }) => type)).toEqual(["completed"]);
  });

  it.each([
    [undefined, 0, 0],
    [{ input_tokens: 3, output_tokens: 4, cost: 1 }, 3, 4],
    [{ input: 3, output: 4, cost: { input: 9 } }, 3, 4],
    [{ prompt_tokens: 3, completion_tokens: 4 }, 3, 4],
    [{ inputTokens: 3, outputTokens: 4 }, 3, 4],
    [{ cost: 1, tokens: { input: 3, output: 4 } }, 3, 4],
    [{ quota: { token_count: { input_tokens: 3, output_tokens: 4 } } }, 3, 4],
    [{ output_tokens: 4, input_tokens: "many" }, 0, 4],
  ])("counts tokens whatever the engine calls them: %j", (usage, input, output) => {
    const bodies = translateCompleted(completed("", usage === undefined ? {} : { usage }), calm);
    expect(bodies).toEqual([{ type: "completed", usage: { ...usage, input_tokens: input, output_tokens: output } }]);
  });

  it("says how the session goes on, also when the run failed", () => {
    const ending = { resume: "scripted --resume s", isStopped: false };
    expect(translateCompleted(completed(""), ending)).toMatchObject([{ resume: "scripted --resume s" }]);
    const failed = completed("", { ok: false, error: "no" });
    expect(translateCompleted(failed, ending)).toMatchObject([{ type: "error", resume: "scripted --resume s" }]);
  });

  it("of a failed run is what was said, then the error", () => {
    const failed = completed("half", { ok: false, error: "the API said 529" });
    expect(translateCompleted(failed, calm)).toEqual([
      { type: "delta", text: "half" },
      { type: "error", code: "runtime_error", message: "the API said 529" },
    ]);
    const gone = completed("", { ok: false, error: "gone", fault: "session_not_found" });
    expect(translateCompleted(gone, calm)).toMatchObject([{ code: "session_not_found" }]);
    const stopped = translateCompleted(failed, { ...calm, isStopped: true });
    expect(stopped.at(-1)).toMatchObject({ code: "cancelled" });
    const { error: _error, ...silent } = failed;
    expect(translateCompleted(silent, calm).at(-1)).toHaveProperty("message", "scripted failed without saying why");
  });
});

describe("a line", () => {
  it("is one line for every reader, and says the same", () => {
    const text = "a\u2028b\u2029c\u0085d\ne";
    const line = formatEvent(request, 5, { type: "delta", text });
    expect(line.slice(0, -1)).not.toMatch(/[\u0085\u2028\u2029\n]/u);
    expect(JSON.parse(line)).toEqual({ v: "happi/1.0", id: "r", type: "delta", ts: 5, text });
    expect(line).toMatch(/^\{"v":"happi\/1\.0","id":"r","type":"delta","ts":5,/);
  });
});

const fixtures = resolve(import.meta.dirname, "../../fixtures");
const recorded = readdirSync(fixtures, { recursive: true, encoding: "utf8" }).filter((file) =>
  file.endsWith(".events.json"),
);
const engines = [...new Set(recorded.map((file) => file.split("/")[0] ?? ""))];

const isEvent = z.looseObject({ type: z.enum(["started", "action", "completed"]), engine: z.string() });
const eventsSchema = z.array(z.custom<TakopiEvent>((value) => isEvent.safeParse(value).success)).min(1);

/** The events of every run in a recording, whatever its form. */
function runsIn(value: unknown): readonly (readonly TakopiEvent[])[] {
  const events = eventsSchema.safeParse(value).data;
  if (events !== undefined) return [events];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(runsIn) : [];
}

describe("what the real engines said", () => {
  it.each(engines)("is told as the protocol wants it: %s", (engine) => {
    const files = recorded.filter((file) => file.startsWith(`${engine}/`));
    const runs = files.flatMap((file) => runsIn(JSON.parse(readFileSync(join(fixtures, file), "utf8"))));
    const problems = runs.flatMap((events) => {
      const ended = events.some(({ type }) => type === "completed") ? events : [...events, completed()];
      const bodies: readonly HappiBody[] = [{ type: "started" }, ...bodiesOf(ended)];
      return violations([request], bodies.map((body) => formatEvent(request, 0, body)).join(""));
    });
    expect(problems).toEqual([]);
    expect(runs.length).toBeGreaterThan(0);
  });

  it("is there", () => {
    expect(engines.length).toBeGreaterThan(4);
  });
});
