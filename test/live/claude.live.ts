import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Decision } from "../../src/domain/decision.ts";
import type { TakopiEvent } from "../../src/domain/event.ts";
import type { Runner } from "../../src/runner/runner.ts";
import { collect, completedOf, type TestHostOptions } from "../factories.ts";
import { openClaudeLab, type ClaudeLab } from "./claude-lab.ts";
import { runProcesses } from "./run-processes.ts";

let lab: ClaudeLab;
let cwd: string;

beforeAll(async () => {
  lab = await openClaudeLab();
  ({ cwd } = lab);
});

afterAll(async () => {
  await lab.close();
});

const claude: ClaudeLab["runner"] = (config) => lab.runner(config);
const request: ClaudeLab["request"] = (prompt, more) => lab.request(prompt, more);
const host: ClaudeLab["host"] = (options) => lab.host(options);

async function ask(
  prompt: string,
  runner: Runner = claude(),
  options: TestHostOptions = {},
): Promise<readonly TakopiEvent[]> {
  return await collect(runner.run(request(prompt), host(options)));
}

describe("Claude Code's own CLI", () => {
  it("answers, in a session that the next run continues", async () => {
    const runner = claude();
    const first = await ask("Hello", runner);
    const { resume, usage } = completedOf(first);
    expect(first).toMatchObject([
      { type: "started", resume },
      { type: "completed", ok: true, answer: "You said: Hello" },
    ]);
    expect(usage).toMatchObject({ num_turns: 1, output_tokens: 5 });
    if (resume === undefined) throw new Error("no session to resume");
    const second = await collect(runner.run(request("And then?", { resume }), host()));
    expect(second).toMatchObject([
      { type: "started", resume },
      { type: "completed", ok: true, answer: "You said: And then?", resume },
    ]);
  });

  it("is there within seconds, says its result at once and leaves nothing behind", async () => {
    const run = request("Hello");
    const begun = performance.now();
    const times: Record<string, number> = {};
    const itsHost = host();
    for await (const event of claude().run(run, itsHost)) times[event.type] = Math.round(performance.now() - begun);
    times["gone"] = Math.round(performance.now() - begun);
    console.log("milliseconds since run():", times);
    expect(await runProcesses(run.runId)).toEqual([]);
  });

  it("shows its tools with their outcome", async () => {
    const events = await ask("BASH(echo hi) BASH(exit 3)");
    const completed = events.flatMap((event) =>
      event.type === "action" && event.phase === "completed" ? [event] : [],
    );
    expect(completed).toMatchObject([
      { ok: true, action: { kind: "command", title: "echo hi", detail: { output: "hi" } } },
      { ok: false, action: { kind: "command", title: "exit 3", detail: { exitCode: 3 } } },
    ]);
    expect(completedOf(events)).toMatchObject({ ok: true, answer: "Tool result: Exit code 3" });
  });

  it("reports failures of the API in words, after its own retries", async () => {
    const events = await ask("HTTP(500)");
    expect(completedOf(events)).toMatchObject({ ok: false, answer: "" });
    expect(completedOf(events).error).toMatch(/API Error: 500/u);
    expect(events).toContainEqual(expect.objectContaining({ type: "action", level: "warning" }));
  });

  it("says that a session is gone, so that the prompt can go to a new one", async () => {
    const resume = { engine: "claude", value: "00000000-1111-4222-8333-444444444444" };
    const events = await collect(claude().run(request("Hello", { resume }), host()));
    expect(events).toMatchObject([{ type: "completed", ok: false, fault: "session_not_found" }]);
  });

  it("reports work in the background when that has ended", async () => {
    const events = await ask(`BACKGROUND(node -e "setTimeout(process.exit,1500)")`);
    const titles = events.flatMap((event) => (event.type === "action" ? [event.action.title] : []));
    expect(titles).toContain("background work still running: Run it behind");
    expect(titles).toContainEqual(expect.stringContaining("completed (exit code 0)"));
    expect(completedOf(events).ok).toBe(true);
  });

  it("sees an image, and the path of another file", async () => {
    const png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    const [image, table] = [join(cwd, "dot.png"), join(cwd, "table.csv")];
    await writeFile(image, Buffer.from(png, "base64"));
    const attachments = [
      { path: image, mediaType: "image/png" },
      { path: table, mediaType: "text/csv" },
    ];
    const events = await collect(claude().run(request("What is this?", { attachments }), host()));
    expect(completedOf(events).answer).toContain(`Attached file: ${table}`);
    expect(completedOf(events).answer).not.toContain(`Attached file: ${image}`);
  });

  it.each([
    ["that looks like a flag", "--help"],
    ["of digits", "12345"],
    ["of many lines", "one\n\n  two\u2028three\n"],
    ["of 100 kB", "0123456789abcdef ".repeat(6_100).trim()],
  ])("gets a prompt %s intact", async (_, prompt) => {
    expect(completedOf(await ask(prompt)).ok).toBe(true);
    expect(lab.model.texts).toContain(prompt);
  });
});

describe("a cancelled run of Claude Code's own CLI", () => {
  it.each([
    ["text", "SLOW(30) story", (event: TakopiEvent) => event.type === "started"],
    [
      "a command",
      "BASH(tail -f /dev/null)",
      (event: TakopiEvent) => event.type === "action" && event.phase === "started",
    ],
    ["a question", "ASK", (event: TakopiEvent) => event.type === "action" && event.phase === "started"],
  ])("leaves no process in the middle of %s, and its session can be resumed", async (_, prompt, isTime) => {
    const run = request(prompt);
    const waiting = (_request: unknown, withdrawn?: AbortSignal): Promise<Decision> =>
      new Promise((resolve) =>
        withdrawn?.addEventListener("abort", () => resolve({ kind: "dismiss", reason: "cancelled" })),
      );
    const itsHost = host({ decide: waiting });
    const events: TakopiEvent[] = [];
    let abortedAt = 0;
    for await (const event of claude().run(run, itsHost)) {
      events.push(event);
      if (abortedAt === 0 && isTime(event)) {
        abortedAt = performance.now();
        itsHost.abort();
      }
      if (event.type === "completed")
        console.log(`cancelled in ${_}: completed after ms`, Math.round(performance.now() - abortedAt));
    }
    console.log(`cancelled in ${_}: gone after ms`, Math.round(performance.now() - abortedAt));
    expect(await runProcesses(run.runId)).toEqual([]);
    const { ok, error, resume } = completedOf(events);
    expect({ ok, error }).toEqual({ ok: false, error: "cancelled" });
    if (resume === undefined) throw new Error("no session to resume");
    const next = await collect(claude().run(request("Go on", { resume }), host()));
    expect(completedOf(next)).toMatchObject({ ok: true, resume });
  });

  it("is killed where nothing gentler helps, with the command it runs", async () => {
    const run = request("BASH(trap '' TERM INT HUP; tail -f /dev/null)");
    const itsHost = host();
    for await (const event of claude().run(run, itsHost)) {
      if (event.type === "action" && event.phase === "started") break;
    }
    expect(await runProcesses(run.runId)).toEqual([]);
  });
});
