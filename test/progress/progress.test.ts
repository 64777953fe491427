import { describe, expect, it } from "vitest";
import { formatElapsed } from "../../src/progress/elapsed.ts";
import { initialProgress, type ProgressState, reduce } from "../../src/progress/progress.ts";
import { relativePath, relativizePaths } from "../../src/progress/relative-paths.ts";
import { view } from "../../src/progress/view.ts";
import type { Action, ActionEvent } from "../../src/domain/event.ts";
import { actionCompleted, actionStarted, started } from "../factories.ts";

const cwd = "/work/api";

function after(...events: readonly Parameters<typeof reduce>[1][]): ProgressState {
  return events.reduce(reduce, initialProgress("claude"));
}

function lines(state: ProgressState): readonly string[] {
  return view(state, { label: "working", elapsedMs: 64_000, cwd }).lines.map((parts) =>
    parts.map((part) => (part.code && part.text !== "" ? `\`${part.text}\`` : part.text)).join(""),
  );
}

function action(kind: Action["kind"], title: string, detail: Action["detail"] = {}): ActionEvent {
  return actionCompleted("a1", { action: { id: "a1", kind, title, detail } });
}

describe("the header", () => {
  it("names label, engine, time and distinct steps", () => {
    const state = after(started(), actionStarted("a1"), actionCompleted("a1"), actionStarted("a2"));
    expect(view(state, { label: "working", elapsedMs: 64_000, cwd }).header).toBe("working · claude · 1m 04s · step 2");
    expect(view(after(), { label: "starting", elapsedMs: 0, cwd }).header).toBe("starting · claude · 0s");
  });

  it.each([
    [-5, "0s"],
    [12_999, "12s"],
    [187_000, "3m 07s"],
    [3_720_000, "1h 02m"],
    [90_000_000, "25h 00m"],
  ])("writes %i ms as %s", (elapsedMs, text) => {
    expect(formatElapsed(elapsedMs)).toBe(text);
  });
});

describe("action lines", () => {
  it("shows how each action stands", () => {
    const state = after(
      actionStarted("open"),
      actionStarted("twice"),
      actionStarted("twice"),
      actionCompleted("good"),
      actionCompleted("bad", { ok: false }),
    );
    expect(lines(state)).toEqual(["▸ `run open`", "↻ `run twice`", "✓ `run good`", "✗ `run bad`"]);
  });

  it("counts an exit code as failure and shows it, once the action has ended", () => {
    const { ok: _unknown, ...ended } = action("command", "npm test", { exitCode: 2 });
    expect(lines(after(ended))).toEqual(["✗ `npm test` (exit 2)"]);
  });

  it.each([
    [action("command", `cat ${cwd}/a.ts ${cwd}-old/b.ts`), "✓ `cat a.ts /work/api-old/b.ts`"],
    [action("tool", "read: `src/a.ts`"), "✓ tool: read: `src/a.ts`"],
    [action("web_search", "grammy limits"), "✓ searched: grammy limits"],
    [action("subagent", "look around"), "✓ subagent: look around"],
    [action("note", "thinking"), "✓ thinking"],
    [action("warning", "careful"), "✓ careful"],
    [action("file_change", "src/a.ts"), "✓ files: `src/a.ts`"],
    [
      action("file_change", "x", {
        changes: ["a", "b", "c", "d"].map((path) => ({ path: `${cwd}/${path}`, kind: "add" })),
      }),
      "✓ files: add `a`, add `b`, add `c` …(1 more)",
    ],
  ])("renders an action of its kind", (event, line) => {
    expect(lines(after(event))).toEqual([line]);
  });

  it("hides turns and telemetry, also from the step count", () => {
    const state = after(action("turn", "turn"), {
      ...action("telemetry", "unknown"),
      action: { id: "b", kind: "telemetry", title: "x", detail: {} },
    });
    expect(lines(state)).toEqual([]);
    expect(state.steps).toBe(0);
  });

  it("shows the last five by first appearance and keeps an old one that is still open", () => {
    const events = Array.from({ length: 20 }, (_, index) => actionCompleted(`n${index}`));
    const state = after(actionStarted("old"), ...events);
    expect(lines(state)).toHaveLength(5);
    expect(state.steps).toBe(21);
    expect(state.actions.length).toBeLessThanOrEqual(6);
    expect(reduce(state, actionCompleted("old")).steps).toBe(21);
  });

  it("cuts a long title at a word and keeps it on one line", () => {
    const [line = ""] = lines(after(action("note", `first\nsecond ${"word ".repeat(100)}`)));
    expect(line).toMatch(/^✓ first second word .* word…$/);
    expect(line.length).toBeLessThanOrEqual(302);
  });
});

describe("paths", () => {
  it.each([
    [`${cwd}/src/a.ts`, "src/a.ts"],
    [cwd, "."],
    [`${cwd}-old/a.ts`, `${cwd}-old/a.ts`],
    ["/etc/hosts", "/etc/hosts"],
  ])("shows %s as %s", (path, shown) => {
    expect(relativePath(path, cwd)).toBe(shown);
  });

  it("leaves texts alone when the run works in the root directory", () => {
    expect(relativizePaths("cat /etc/hosts", "/")).toBe("cat /etc/hosts");
  });
});
