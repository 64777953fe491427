// Each recorded stream of the real CLI (1.18.33) against the events it must become, `<name>.events.json` beside it.
// After a deliberate change: UPDATE_GOLDEN=1 npx vitest run test/runners/opencode/golden.test.ts, then read the difference.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { completedOf } from "../../factories.ts";
import { fixturesUrl, replay, type Circumstances } from "./replay.ts";

const resumed = "ses_e042acccbffeDXDly7DwjNsnes";
const failed = { kind: "exited", code: 1 } as const;
const circumstances: Readonly<Record<string, Circumstances>> = {
  "session-resume": { requested: resumed },
  "session-unknown": { requested: "ses_doesnotexist", ending: failed },
  "bash-sigterm": { ending: { kind: "signalled", signal: "SIGTERM" } },
  "dash-arg-bad": { ending: failed },
  "bad-model": { ending: failed },
  empty: { ending: failed },
};

/** Lists and refused requests: no run. */
const notRuns: ReadonlySet<string> = new Set(["serve-lists", "serve-sessions"]);
const recorded = (await readdir(fixturesUrl))
  .filter((file) => file.endsWith(".jsonl"))
  .map((file) => file.slice(0, -6));
const names = recorded.filter((name) => !notRuns.has(name));

describe("recorded streams of OpenCode", () => {
  it.each(names)("%s becomes the expected events", async (name) => {
    const events = await replay(name, circumstances[name]);
    const expectedUrl = new URL(`${name}.events.json`, fixturesUrl);
    if (process.env["UPDATE_GOLDEN"] === "1") await writeFile(expectedUrl, `${JSON.stringify(events, null, 2)}\n`);
    expect(JSON.parse(JSON.stringify(events))).toEqual(JSON.parse(await readFile(expectedUrl, "utf8")));
  });

  it.each(names)("%s has at most one started, unique ids, nothing unknown, and one completed, last", async (name) => {
    const events = await replay(name, circumstances[name]);
    expect(events.filter(({ type }) => type === "completed")).toHaveLength(1);
    expect(events.at(-1)?.type).toBe("completed");
    expect(events.filter(({ type }) => type === "started").length).toBeLessThanOrEqual(1);
    const actions = events.filter((event) => event.type === "action");
    const ended = actions.filter(({ phase }) => phase === "completed").map(({ action }) => action.id);
    expect(new Set(ended).size).toBe(ended.length);
    expect(actions.filter(({ action }) => action.kind === "telemetry")).toEqual([]);
  });
});

describe("what the model said", () => {
  it("between tools is not in the answer", async () => {
    const { answer } = completedOf(await replay("serve-multi"));
    expect(answer).toMatch(/^echo: THINK SAY/u);
    expect(answer).not.toContain("I will use");
    expect(completedOf(await replay("multi-step")).answer).not.toContain("I will use");
    expect(completedOf(await replay("serve-task")).answer).not.toContain("I will use");
  });

  it("to two prompts, one after the other, is two answers", async () => {
    const { ok, answer } = completedOf(await replay("serve-queue"));
    expect(ok).toBe(true);
    expect(answer).toMatch(/^### Part 1[^]+\n\necho: a second prompt sent while busy$/u);
  });

  it("to a prompt that came between tools is the one answer", async () => {
    expect(completedOf(await replay("serve-steer"))).toMatchObject({ ok: true, answer: "echo: and be brief" });
  });

  it("is cut off at its output limit, and says so", async () => {
    const events = await replay("incomplete");
    expect(completedOf(events)).toMatchObject({ ok: true, answer: "echo: INCOMPLETE" });
    expect(events).toContainEqual(expect.objectContaining({ level: "warning", ok: false }));
  });
});

describe("tools", () => {
  it("are shown from their arguments on, with their outcome", async () => {
    const events = await replay("serve-allow-once");
    const action = { kind: "command", title: "echo allowed" };
    expect(events.filter(({ type }) => type === "action")).toMatchObject([
      { phase: "started", action },
      { phase: "completed", ok: true, action: { ...action, detail: { exitCode: 0, output: "allowed\n" } } },
    ]);
  });

  it("of a sub-agent are shown below the call that started it", async () => {
    const actions = (await replay("serve-task")).filter((event) => event.type === "action");
    const id = actions[0]?.action.id;
    expect(actions).toMatchObject([
      { phase: "started", action: { kind: "subagent", title: "sub task" } },
      { phase: "started", action: { title: "echo hi", detail: { parentToolUseId: id } } },
      { phase: "completed", ok: true, action: { title: "echo hi" } },
      { phase: "completed", ok: true, action: { id, kind: "subagent" } },
    ]);
  });

  it("that failed are told from those that did not", async () => {
    const events = await replay("bash-fail");
    const ended = events.flatMap((event) => (event.type === "action" ? [[event.action.title, event.ok]] : []));
    expect(ended).toEqual([
      ["sh -c 'echo oops >&2; exit 3'", false],
      ["invalid call of no_such_tool", false],
      ["invalid call of bash", false],
    ]);
  });

  it("that write say whether the file is new, whatever tool the model has for it", async () => {
    const changes = async (name: string): Promise<readonly unknown[]> =>
      (await replay(name)).flatMap((event) =>
        event.type === "action" && event.phase === "completed" ? [event.action.detail.changes] : [],
      );
    expect(await changes("serve-edit-allow")).toEqual([
      [{ path: "serve.txt", kind: "add" }],
      [{ path: "serve.txt", kind: "update" }],
    ]);
    expect(await changes("serve-apply-patch")).toEqual([
      [{ path: "p.txt", kind: "add" }],
      [{ path: "p.txt", kind: "update" }],
      [{ path: "p.txt", kind: "delete" }],
    ]);
  });
});

describe("the end of a run", () => {
  it.each([
    ["http401", /^Incorrect API key provided: dummy\. \(API error 401\)\nRun `opencode auth login`/u],
    ["http500", /^The server had an error \(500\)\.$/u],
    ["serve-bad-model", /^Model not found: fake\/nope\.\nRun `opencode models`/u],
    ["serve-bad-agent", /^Agent not found: "nope"\. Available agents: build, explore, general, plan$/u],
    ["serve-retry", /^Rate limit reached for fake-1\. Please try again in 1s\. \(API error 429\)$/u],
    ["serve-reject", /^opencode stopped before it had answered/u],
    ["serve-abort-permission", /^opencode was interrupted before it had finished\.$/u],
    ["ask-reject", /mode = "run", and stopped: bash \(touch x\.txt\)\nSet mode = "serve"/u],
    ["empty", /\(exit code 1\)\.\nError: You must provide a message or a command$/u],
    ["bash-sigterm", /^opencode ended without a result \(signal SIGTERM\)\.$/u],
  ])("of %s is an error in words", async (name, error) => {
    const completed = completedOf(await replay(name, circumstances[name]));
    expect(completed.ok).toBe(false);
    expect(completed.error).toMatch(error);
  });

  it("is a lost session when the CLI does not know it", async () => {
    const events = await replay("session-unknown", circumstances["session-unknown"]);
    expect(events).toMatchObject([{ type: "completed", ok: false, fault: "session_not_found" }]);
    expect(completedOf(events).resume).toBeUndefined();
  });

  it("tells what the turns have used together", async () => {
    expect(completedOf(await replay("serve-allow-once")).usage).toEqual({
      steps: 2,
      cost: 0,
      tokens: { total: 2560, input: 440, output: 120, reasoning: 0, cache: { read: 2000, write: 0 } },
    });
  });
});
