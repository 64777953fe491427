import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Decision } from "../../src/domain/decision.ts";
import type { TakopiEvent } from "../../src/domain/event.ts";
import type { Runner, RunRequest } from "../../src/runner/runner.ts";
import { collect, completedOf, type TestHost, type TestHostOptions } from "../factories.ts";
import { codexConfig, CodexSetup, exists, titles } from "./codex-setup.ts";
import type { FakeResponses } from "./fake-responses.mjs";
import { runProcesses } from "./run-processes.ts";

let setup: CodexSetup;
let model: FakeResponses;
let home: string;
let cwd: string;

beforeAll(async () => {
  setup = await CodexSetup.start();
  ({ model, home, cwd } = setup);
  const quick = 'model_reasoning_effort = "low"\n[analytics]\nenabled = false\n';
  await writeFile(join(home, ".codex/quick.config.toml"), quick);
});

afterAll(async () => {
  await setup.close();
});

const codex = (config?: Readonly<Record<string, unknown>>): Runner => setup.runner(config);
const request = (prompt: string, more?: Partial<RunRequest>): RunRequest => setup.request(prompt, more);
const host = (options?: TestHostOptions): TestHost => setup.host(options);
const ask = async (prompt: string, runner?: Runner, options?: TestHostOptions): Promise<readonly TakopiEvent[]> =>
  await setup.ask(prompt, runner, options);

const modes = ["app_server", "exec"] as const;

describe.each(modes)("Codex's own CLI, as %s", (mode) => {
  it("answers, in a session that the next run continues", async () => {
    const runner = codex({ mode });
    const first = await ask("Hello", runner);
    const { resume, usage } = completedOf(first);
    expect(first).toMatchObject([
      { type: "started", resume },
      { type: "completed", ok: true, answer: "You said: Hello" },
    ]);
    expect(usage).toMatchObject({ input_tokens: 10, output_tokens: 5 });
    if (resume === undefined) throw new Error("no session to resume");
    const second = await collect(runner.run(request("And then?", { resume }), host()));
    expect(second).toMatchObject([
      { type: "started", resume },
      { type: "completed", ok: true, answer: "You said: And then?", resume },
    ]);
    const alone = { input_tokens: 10, output_tokens: 5 };
    const all = { input_tokens: 20, output_tokens: 10, cumulative: true };
    expect(completedOf(second).usage).toMatchObject(mode === "exec" ? all : alone);
  });

  it("is there at once, says its result at once and leaves nothing behind", async () => {
    const run = request("Hello");
    const begun = performance.now();
    const times: Record<string, number> = {};
    for await (const event of codex({ mode }).run(run, host()))
      times[event.type] = Math.round(performance.now() - begun);
    times["gone"] = Math.round(performance.now() - begun);
    console.log(`${mode}, milliseconds since run():`, times);
    expect(await runProcesses(run.runId)).toEqual([]);
  });

  it("shows its tools with their outcome", async () => {
    const events = await ask("BASH(echo hi) BASH(exit 3)", codex({ mode }));
    const completed = events.flatMap((event) =>
      event.type === "action" && event.phase === "completed" ? [event] : [],
    );
    expect(completed).toMatchObject([
      { ok: true, action: { kind: "command", title: "echo hi", detail: { exitCode: 0, output: "hi\n" } } },
      { ok: false, action: { kind: "command", title: "exit 3", detail: { exitCode: 3 } } },
    ]);
    expect(completedOf(events).answer).toContain("Process exited with code 3");
  });

  it("reports failures of the API in words, after its own retries", async () => {
    const events = await ask("HTTP(503)", codex({ mode }));
    expect(completedOf(events)).toMatchObject({
      ok: false,
      answer: "",
      error: expect.stringMatching(/503|high demand/u),
    });
    expect(titles(events)).toContainEqual(expect.stringContaining("Reconnecting... 1/1"));
    expect(completedOf(await ask("QUOTA", codex({ mode }))).error).toMatch(/quota/iu);
    expect(completedOf(await ask("HTTP(401)", codex({ mode }))).error).toContain("codex login");
  });

  it("says that a session is gone, so that the prompt can go to a new one", async () => {
    const resume = { engine: "codex", value: "00000000-1111-4222-8333-444444444444" };
    const events = await collect(codex({ mode }).run(request("Hello", { resume }), host()));
    expect(events).toMatchObject([{ type: "completed", ok: false, fault: "session_not_found" }]);
  });

  it("takes model, effort and a profile", async () => {
    const runner = codex({ mode, profile: "quick" });
    const events = await collect(runner.run(request("THINK"), host()));
    expect(events[0]).toMatchObject({ type: "started", title: "quick" });
    expect(model.requests.at(-1)).toMatchObject({ model: "gpt-5.5", reasoning: { effort: "low" } });
    expect(titles(events)).toContain("**Thinking about it**");
    await collect(runner.run(request("Hello", { options: { model: "gpt-5.4", effort: "high" } }), host()));
    expect(model.requests.at(-1)).toMatchObject({ model: "gpt-5.4", reasoning: { effort: "high" } });
  });

  it("sees an image, and the path of another file", async () => {
    const png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    const [image, table] = [join(cwd, "dot.png"), join(cwd, "table.csv")];
    await writeFile(image, Buffer.from(png, "base64"));
    const attachments = [
      { path: image, mediaType: "image/png" },
      { path: table, mediaType: "text/csv" },
    ];
    const events = await collect(codex({ mode }).run(request("What is this?", { attachments }), host()));
    expect(completedOf(events).answer).toContain(`Attached file: ${table}`);
    expect(JSON.stringify(model.requests.at(-1))).toContain("data:image/png;base64");
  });

  it.each([
    ["that looks like a flag", "--help"],
    ["of digits", "12345"],
    ["of many lines", "one\n\n  two\u2028three\nfour"],
    ["of 100 kB", "0123456789abcdef ".repeat(6_100).trim()],
  ])("gets a prompt %s intact", async (_, prompt) => {
    expect(completedOf(await ask(prompt, codex({ mode }))).ok).toBe(true);
    expect(model.texts).toContain(prompt);
  });

  it.each([
    ["text", "SLOW(30) story"],
    ["a command", "BASH(tail -f /dev/null)"],
  ])("leaves no process when it is cancelled in the middle of %s, and can be resumed", async (what, words) => {
    const prompt = `${words} ${mode}`;
    const run = request(prompt);
    const itsHost = host();
    const events: TakopiEvent[] = [];
    let abortedAt = 0;
    const abort = (): void => {
      abortedAt ||= performance.now();
      itsHost.abort();
    };
    if (what === "text") void model.asked(prompt).then(abort);
    for await (const event of codex({ mode }).run(run, itsHost)) {
      events.push(event);
      if (event.type === "action" && event.phase === "started") abort();
      if (event.type === "completed")
        console.log(`${mode}, cancelled in ${what}: completed after ms`, Math.round(performance.now() - abortedAt));
    }
    console.log(`${mode}, cancelled in ${what}: gone after ms`, Math.round(performance.now() - abortedAt));
    expect(await runProcesses(run.runId)).toEqual([]);
    const { ok, error, resume } = completedOf(events);
    expect({ ok, error }).toEqual({ ok: false, error: "cancelled" });
    if (resume === undefined) throw new Error("no session to resume");
    const next = await collect(codex({ mode }).run(request("Go on", { resume }), host()));
    expect(completedOf(next)).toMatchObject({ ok: true, resume, answer: "You said: Go on" });
  });

  it("leaves no process when it is cancelled as soon as it has begun", async () => {
    const run = request("SLOW(30) story");
    const itsHost = host();
    let abortedAt = 0;
    for await (const event of codex({ mode }).run(run, itsHost)) {
      if (event.type === "started") {
        abortedAt = performance.now();
        itsHost.abort();
      }
    }
    console.log(`${mode}, cancelled at the start: gone after ms`, Math.round(performance.now() - abortedAt));
    expect(performance.now() - abortedAt).toBeLessThan(3_000);
    expect(await runProcesses(run.runId)).toEqual([]);
  });

  it("is killed where nothing gentler helps, with the command it runs", async () => {
    const run = request("BASH(trap '' TERM INT HUP; tail -f /dev/null)");
    for await (const event of codex({ mode }).run(run, host())) {
      if (event.type === "action" && event.phase === "started") break;
    }
    expect(await runProcesses(run.runId)).toEqual([]);
  });
});

describe("Codex's app-server", () => {
  it("may write in its directory without asking, does not mark it as trusted, and shows the change", async () => {
    const itsHost = host();
    const path = join(cwd, "patched.txt");
    const events = await collect(codex().run(request(`PATCH(${path})`), itsHost));
    expect(itsHost.requests).toEqual([]);
    expect(events).toContainEqual(
      expect.objectContaining({
        phase: "completed",
        ok: true,
        action: expect.objectContaining({
          kind: "file_change",
          detail: expect.objectContaining({ changes: [{ path, kind: "add" }] }),
        }),
      }),
    );
    expect(await exists(path)).toBe(true);
    expect(await readFile(join(home, ".codex/config.toml"), "utf8")).toBe(codexConfig(model.url));
  });

  it("does not do what was denied, and goes on", async () => {
    const decide = (): Decision => ({ kind: "deny", reason: "not today" });
    const events = await ask("ESCALATE(touch denied.txt)", codex(), { decide });
    expect(completedOf(events)).toMatchObject({ ok: true, answer: expect.stringContaining("rejected by user") });
    expect(events).toContainEqual(expect.objectContaining({ phase: "completed", ok: false, message: "declined" }));
    expect(await exists(join(cwd, "denied.txt"))).toBe(false);
  });

  it("stops where it is told to with the refusal", async () => {
    const decide = (): Decision => ({ kind: "deny", reason: "stop", interrupt: true });
    const events = await ask("ESCALATE(touch denied.txt)", codex(), { decide });
    expect(completedOf(events)).toMatchObject({ ok: false, error: "codex stopped before it had finished." });
  });

  it("asks once for what was approved for the session", async () => {
    const itsHost = host({ decide: () => ({ kind: "approve", scope: "session" }) });
    const path = join(cwd, "approved.txt");
    const events = await collect(codex().run(request(`ESCALATE(touch ${path}) ESCALATE(touch ${path})`), itsHost));
    expect(completedOf(events).ok).toBe(true);
    const input = { command: `touch ${path}`, cwd, reason: "to see whether it may" };
    expect(itsHost.requests).toMatchObject([{ kind: "approval", tool: "shell", title: "touch approved.txt", input }]);
    expect(itsHost.taken).toEqual(["ask-1"]);
    expect(await exists(path)).toBe(true);
  });

  it("asks for a change of files where it may only read, and shows what it would change", async () => {
    const itsHost = host();
    const path = join(cwd, "asked.txt");
    const events = await collect(codex({ sandbox: "read-only" }).run(request(`PATCH(${path})`), itsHost));
    expect(completedOf(events).ok).toBe(true);
    expect(itsHost.requests).toMatchObject([
      {
        kind: "approval",
        tool: "apply_patch",
        title: "edit asked.txt",
        input: { path, diff: "--- /dev/null\n+++ asked.txt\n@@ -0,0 +1,1 @@\n+hello\n" },
      },
    ]);
    expect(await exists(path)).toBe(true);
  });

  it("asks for every command where nothing is trusted", async () => {
    const itsHost = host();
    await collect(codex({ approval_policy: "untrusted" }).run(request("BASH(ls)"), itsHost));
    expect(itsHost.requests).toMatchObject([{ kind: "approval", title: "ls" }]);
  });

  it("takes the answer to its question", async () => {
    const decide = (): Decision => ({ kind: "answers", answers: { colour: ["Blue"] } });
    const extra_args = ["-c", "features.default_mode_request_user_input=true"];
    const { answer } = completedOf(await ask("ASK", codex({ extra_args }), { decide }));
    expect(answer).toContain('{"colour":{"answers":["Blue"]}}');
  });

  it.each(["SLOW(2) story", "BASH(sleep 2)"])(
    "takes a follow-up during %s and answers it before its end",
    async (prompt) => {
      const taken: string[] = [];
      const followUps = (async function* () {
        yield { text: "and be brief", taken: () => void taken.push("and be brief") };
      })();
      const { ok, answer } = completedOf(await ask(prompt, codex(), { followUps }));
      expect(ok).toBe(true);
      expect(answer).toContain("You said: and be brief");
      expect(taken).toEqual(["and be brief"]);
    },
  );

  it("either takes a follow-up at the end of the turn and answers it, or leaves it to the host", async () => {
    const outcomes: string[] = [];
    for (let ms = 0; ms < 60; ms += 5) {
      const prompt = `Hello ${ms}`;
      let isTaken = false;
      const followUps = (async function* () {
        await model.asked(prompt);
        await new Promise((resolve) => setTimeout(resolve, ms));
        yield { text: `and ${ms}`, taken: () => void (isTaken = true) };
      })();
      const { ok, answer } = completedOf(await ask(prompt, codex(), { followUps }));
      expect(ok).toBe(true);
      expect(answer.includes(`You said: and ${ms}`)).toBe(isTaken);
      outcomes.push(`${ms}: ${isTaken ? "taken" : "left"}`);
    }
    console.log("follow-ups, milliseconds after the call of the model:", outcomes.join(", "));
  });

  it("shows its plan", async () => {
    const events = await ask("PLAN", codex({ extra_args: ["-c", "tools.update_plan={enabled=true}"] }));
    expect(titles(events)).toContain("todo 1/2: Do it");
  });

  it("keeps a sub-agent's words out of the answer, and shows what it does", async () => {
    // Newer models get this tool in a form of their own.
    const runner = codex({ model: "gpt-5.1-codex" });
    const events = await ask("AGENT(BASH(echo from the sub-agent)) BASH(sleep 1)", runner);
    expect(completedOf(events)).toMatchObject({
      ok: true,
      answer: expect.stringContaining("Process exited with code 0"),
    });
    expect(titles(events)).toContain("echo from the sub-agent");
    expect(completedOf(events).answer).not.toContain("You said");
  });

  it("leaves no process when it is cancelled in the middle of a question", async () => {
    const run = request("ESCALATE(touch never.txt)");
    const itsHost = host({
      decide: (_, withdrawn) =>
        new Promise((resolve) => {
          withdrawn?.addEventListener("abort", () => resolve({ kind: "dismiss", reason: "cancelled" }));
          itsHost.abort();
        }),
    });
    const events = await collect(codex().run(run, itsHost));
    expect(completedOf(events)).toMatchObject({ ok: false, error: "cancelled" });
    expect(await runProcesses(run.runId)).toEqual([]);
    expect(await exists(join(cwd, "never.txt"))).toBe(false);
  });

  it("is not confused by an empty prompt", async () => {
    expect(completedOf(await ask(""))).toMatchObject({ ok: true, answer: "You said: " });
  });
});

describe("Codex's exec", () => {
  it("says why an empty prompt does not run", async () => {
    const { ok, error } = completedOf(await ask("", codex({ mode: "exec" })));
    expect(ok).toBe(false);
    expect(error).toContain("No prompt provided via stdin");
  });
});
