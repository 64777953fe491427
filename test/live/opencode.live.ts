import { access, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { configSchema } from "../../runners/opencode/config.ts";
import { createOpencodeRunner } from "../../runners/opencode/runner.ts";
import type { Decision } from "../../src/domain/decision.ts";
import type { ResumeToken, TakopiEvent } from "../../src/domain/event.ts";
import { toRunId } from "../../src/domain/run.ts";
import type { FollowUp, Runner, RunRequest } from "../../src/runner/runner.ts";
import { collect, completedOf, createTestHost, runRequest, type TestHost, type TestHostOptions } from "../factories.ts";
import { startFakeOpenAi, type FakeOpenAi } from "./fake-openai.mjs";
import { processesWith, runProcesses } from "./run-processes.ts";

const program = process.env["TAKOPI_LIVE_OPENCODE"];
if (program === undefined)
  throw new Error("run `node test/live/run.mjs opencode`: it installs the CLI and says where it is");

/** Ours, so that the processes of these tests are told from those of others. */
const mark = `XDG_TAKOPI_LIVE=${process.pid}`;

let model: FakeOpenAi;
let home: string;
let cwd: string;
let runs = 0;

beforeAll(async () => {
  model = await startFakeOpenAi();
  home = await mkdtemp(join(tmpdir(), "takopi-opencode-home-"));
  cwd = await mkdtemp(join(tmpdir(), "takopi-opencode-work-"));
});

afterEach(async () => {
  expect(await processesWith(mark)).toEqual([]);
});

afterAll(async () => {
  await model.close();
  await Promise.all([home, cwd].map((path) => rm(path, { recursive: true, force: true })));
});

function opencode(config: Readonly<Record<string, unknown>> = {}): Runner {
  return createOpencodeRunner({ config: configSchema.parse({ command: program, ...config }), configDir: "/" });
}

function request(prompt: string, more: Partial<RunRequest> = {}): RunRequest {
  runs += 1;
  return runRequest({ prompt, cwd, runId: toRunId(`live-${process.pid}-${runs}`), ...more });
}

/** `permission` is that of the CLI's own config. */
function host({
  permission = {},
  ...options
}: TestHostOptions & { readonly permission?: Readonly<Record<string, string>> } = {}): TestHost {
  const modalities = { input: ["text", "image"], output: ["text"] };
  const models = { "fake-1": { name: "Fake 1", attachment: true, modalities } };
  const fake = { npm: "@ai-sdk/openai-compatible", name: "Fake", options: { baseURL: model.url, apiKey: "x" }, models };
  const config = {
    model: "fake/fake-1",
    small_model: "fake/fake-1",
    share: "disabled",
    provider: { fake },
    permission,
  };
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: home,
    XDG_TAKOPI_LIVE: String(process.pid),
    OPENCODE_CONFIG_CONTENT: JSON.stringify(config),
    OPENCODE_DISABLE_MODELS_FETCH: "1",
    OPENCODE_DISABLE_LSP_DOWNLOAD: "1",
  };
  return createTestHost({ env, ...options });
}

async function ask(prompt: string, itsHost: TestHost = host(), runner = opencode()): Promise<readonly TakopiEvent[]> {
  return await collect(runner.run(request(prompt), itsHost));
}

function resumeOf(events: readonly TakopiEvent[]): ResumeToken {
  const { resume, error } = completedOf(events);
  if (resume === undefined) throw new Error(`no session to resume: ${error ?? ""}`);
  return resume;
}

function completedActions(events: readonly TakopiEvent[]): readonly TakopiEvent[] {
  return events.filter((event) => event.type === "action" && event.phase === "completed");
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}

describe("OpenCode's own CLI, serving", () => {
  it("answers, in a session that the next run continues", async () => {
    const runner = opencode();
    const first = await ask("Hello", host(), runner);
    const resume = resumeOf(first);
    expect(first).toMatchObject([
      { type: "started", resume },
      { type: "completed", ok: true, answer: "You said: Hello" },
    ]);
    expect(completedOf(first).usage).toMatchObject({ steps: 1, tokens: { output: 5 } });
    const second = await collect(runner.run(request("And then?", { resume }), host()));
    expect(second).toMatchObject([
      { type: "started", resume, title: "fake/fake-1" },
      { type: "completed", ok: true, answer: "You said: And then?", resume },
    ]);
    const [last] = model.requests.slice(-1);
    expect(JSON.stringify(last)).toContain("You said: Hello");
  });

  it("is there within seconds, says its result at once and leaves nothing behind", async () => {
    const run = request("Hello");
    const begun = performance.now();
    const times: Record<string, number> = {};
    for await (const event of opencode().run(run, host())) times[event.type] = Math.round(performance.now() - begun);
    times["gone"] = Math.round(performance.now() - begun);
    console.log("milliseconds since run():", times);
    expect(await runProcesses(run.runId)).toEqual([]);
  });

  it("does not spend a call of the model on a title", async () => {
    const before = model.requests.length;
    await ask("Hello");
    expect(model.requests.length - before).toBe(1);
  });

  it("shows its tools with their outcome", async () => {
    const events = await ask("BASH(echo hi) BASH(exit 3)");
    expect(completedActions(events)).toMatchObject([
      { ok: true, action: { kind: "command", title: "echo hi", detail: { exitCode: 0, output: "hi\n" } } },
      { ok: false, action: { kind: "command", title: "exit 3", detail: { exitCode: 3 } } },
    ]);
    expect(completedOf(events)).toMatchObject({ ok: true, answer: expect.stringContaining("Tool result:") });
  });

  it("writes a file, which is new", async () => {
    const path = join(cwd, "one.txt");
    const [event] = completedActions(await ask(`WRITE(${path})`));
    expect(event).toMatchObject({
      ok: true,
      action: { title: "one.txt", detail: { changes: [{ path, kind: "add" }] } },
    });
  });

  it("does not do what was denied, and tells the model why", async () => {
    const decide = (): Decision => ({ kind: "deny", reason: "not today" });
    const events = await ask("BASH(touch denied.txt)", host({ permission: { bash: "ask" }, decide }));
    expect(completedOf(events)).toMatchObject({ ok: true, answer: expect.stringContaining("not today") });
    expect(await exists(join(cwd, "denied.txt"))).toBe(false);
  });

  it("stops where a refusal is to end the run", async () => {
    const decide = (): Decision => ({ kind: "deny", reason: "stop", interrupt: true });
    const events = await ask("BASH(touch denied.txt)", host({ permission: { bash: "ask" }, decide }));
    expect(completedOf(events)).toMatchObject({ ok: false, error: expect.stringContaining("stopped before") });
  });

  it("asks once for what was approved for the session, also in the next run", async () => {
    const permission = { bash: "ask" };
    const itsHost = host({ permission, decide: () => ({ kind: "approve", scope: "session" }) });
    const events = await ask("BASH(touch a.txt) BASH(touch b.txt)", itsHost);
    expect(itsHost.requests).toMatchObject([
      { kind: "approval", tool: "bash", title: "touch a.txt", scopes: ["once", "session"] },
    ]);
    const nextHost = host({ permission });
    const next = await collect(opencode().run(request("BASH(touch c.txt)", { resume: resumeOf(events) }), nextHost));
    expect(completedOf(next).ok).toBe(true);
    expect(nextHost.requests).toEqual([]);
    expect(await exists(join(cwd, "c.txt"))).toBe(true);
  });

  it("asks for a sub-agent, and shows what that does", async () => {
    const itsHost = host({ permission: { bash: "ask" } });
    const events = await ask("TASK(BASH(touch sub.txt))", itsHost);
    expect(itsHost.requests).toMatchObject([{ kind: "approval", title: "touch sub.txt" }]);
    expect(completedActions(events)).toMatchObject([
      { action: { kind: "command", title: "touch sub.txt", detail: { parentToolUseId: expect.any(String) } } },
      { action: { kind: "subagent", title: "Look into it" } },
    ]);
    expect(await exists(join(cwd, "sub.txt"))).toBe(true);
  });

  it("takes the answer to its question, and that nobody answers it", async () => {
    const answered = await ask("ASK", host({ decide: () => ({ kind: "answers", answers: { 0: ["Blue"] } }) }));
    expect(completedOf(answered).answer).toContain(`"Which colour?"="Blue"`);
    const dismissed = await ask("ASK", host({ decide: () => ({ kind: "dismiss", reason: "nobody is there" }) }));
    expect(completedOf(dismissed)).toMatchObject({ ok: true, answer: expect.stringContaining("nobody is there") });
  });

  it("takes what is sent between its tools", async () => {
    let toolBegan = (): void => {};
    const began = new Promise<void>((resolve) => (toolBegan = resolve));
    let taken = 0;
    const followUps = (async function* (): AsyncGenerator<FollowUp, void, undefined> {
      await began;
      yield { text: "and be brief", taken: () => (taken += 1) };
    })();
    const events: TakopiEvent[] = [];
    for await (const event of opencode().run(request("BASH(sleep 3) BASH(echo never)"), host({ followUps }))) {
      events.push(event);
      if (event.type === "action") toolBegan();
    }
    const { ok, answer } = completedOf(events);
    expect({ ok, answer, taken }).toEqual({ ok: true, answer: "You said: and be brief", taken: 1 });
  });

  it("lists the sessions of a directory, each of which can be continued", async () => {
    const other = await realpath(await mkdtemp(join(tmpdir(), "takopi-opencode-other-")));
    const runner = opencode();
    const { env, signal } = host();
    const sessions = async () => (await runner.listSessions?.(other, { env, signal })) ?? [];
    expect(await sessions()).toEqual([]);
    for (const prompt of ["First\nof two", "TASK(Second)"])
      await collect(runner.run(request(prompt, { cwd: other }), host()));
    const begun = performance.now();
    const listed = await sessions();
    console.log("sessions listed after ms", Math.round(performance.now() - begun));
    expect(listed.map(({ title, cwd: its }) => [title, its])).toEqual([
      ["TASK(Second)", other],
      ["First", other],
    ]);
    const resume = listed[1]?.token;
    if (resume === undefined) throw new Error("nothing listed");
    const events = await collect(runner.run(request("And then?", { resume, cwd: other }), host()));
    expect(completedOf(events)).toMatchObject({ ok: true, answer: "You said: And then?", resume });
    expect(JSON.stringify(model.requests.at(-1))).toContain("You said: First");
    expect((await sessions()).map(({ title }) => title)).toEqual(["First", "TASK(Second)"]);
    await rm(other, { recursive: true, force: true });
  });

  it("shows what an edit changes, before it does", async () => {
    const path = join(cwd, "shown.txt");
    const itsHost = host({ permission: { edit: "ask" } });
    await ask(`WRITE(${path})`, itsHost);
    const diff = `--- ${path}\n+++ ${path}\n@@ -0,0 +1,1 @@\n+hello\n`;
    expect(itsHost.requests).toMatchObject([{ tool: "edit", title: "shown.txt", input: { path, cwd, diff } }]);
    expect(itsHost.taken).toEqual(itsHost.requests.map(({ id }) => id));
  });

  it.each([
    { what: "the API", prompt: "HTTP(401)", error: /made to fail \(API error 401\)\nRun `opencode auth login`/u },
    { what: "an unknown model", config: { model: "fake/nope" }, error: /^Model not found: fake\/nope/u },
    { what: "an unknown agent", config: { agent: "nope" }, error: /^Agent not found: "nope"/u },
  ])("reports a failure of $what in words", async ({ prompt = "Hello", config = {}, error }) => {
    const events = await ask(prompt, host(), opencode(config));
    expect(completedOf(events)).toMatchObject({ ok: false, answer: "" });
    expect(completedOf(events).error).toMatch(error);
  });

  it("tries again when the API fails once, and says so", async () => {
    const events = await ask("FLAKY(500 1) hello");
    expect(completedOf(events)).toMatchObject({ ok: true, answer: "You said: FLAKY(500 1) hello" });
    expect(events).toContainEqual(expect.objectContaining({ type: "action", level: "warning" }));
  });

  it("says that a session is gone, so that the prompt can go to a new one", async () => {
    const resume = { engine: "opencode", value: "ses_e042acccbffeDXDly7DwjNsnes" };
    const events = await collect(opencode().run(request("Hello", { resume }), host()));
    expect(events).toMatchObject([{ type: "completed", ok: false, fault: "session_not_found" }]);
  });

  it("goes on in the directory the session was made in", async () => {
    const resume = resumeOf(await ask("Hello"));
    const events = await collect(opencode().run(request("BASH(pwd)", { resume, cwd: home }), host()));
    expect(events).toContainEqual(
      expect.objectContaining({ action: expect.objectContaining({ title: `this session works in ${cwd}` }) }),
    );
    expect(completedOf(events)).toMatchObject({ ok: true, answer: expect.stringContaining(cwd) });
  });

  it("sees an image, and the path of another file", async () => {
    const png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    const [image, table] = [join(cwd, "dot.png"), join(cwd, "table.csv")];
    await writeFile(image, Buffer.from(png, "base64"));
    const attachments = [
      { path: image, mediaType: "image/png" },
      { path: table, mediaType: "text/csv" },
    ];
    const events = await collect(opencode().run(request("What is this?", { attachments }), host()));
    expect(completedOf(events).answer).toContain(`Attached file: ${table}`);
    expect(JSON.stringify(model.requests.at(-1))).toContain("data:image/png;base64,");
  });

  it.each([
    ["that looks like a flag", "--help"],
    ["of digits", "12345"],
    ["of many lines", "one\n\n  two\u2028three\n"],
    ["of 100 kB", "0123456789abcdef ".repeat(6_100).trim()],
  ])("gets a prompt %s intact", async (_, prompt) => {
    const before = model.texts.length;
    expect(completedOf(await ask(prompt)).ok).toBe(true);
    expect(model.texts.slice(before)).toContain(prompt);
  });

  it("takes an empty prompt, of which the model then sees nothing", async () => {
    const before = model.requests.length;
    expect(completedOf(await ask(""))).toMatchObject({ ok: true, answer: "You said: " });
    expect(model.requests.length - before).toBe(1);
  });

  it("has two runs at once", async () => {
    const both = await Promise.all(["one", "two"].map(async (prompt) => await ask(prompt)));
    expect(both.map((events) => completedOf(events).answer)).toEqual(["You said: one", "You said: two"]);
  });
});

describe("a plan of OpenCode's own CLI", () => {
  const kindsOf = ({ requests }: TestHost): readonly string[] =>
    requests.map((request) => (request.kind === "approval" ? request.tool : request.kind));

  /** The model drafts a plan, asks for its approval, and repeats what it is told then. */
  async function planned(prompt: string, itsHost: TestHost): Promise<readonly TakopiEvent[]> {
    return await collect(opencode().run(request(prompt, { options: { plan: true } }), itsHost));
  }

  it("is shown, and carried out when it is approved", async () => {
    const itsHost = host({ permission: { edit: "ask" }, decide: () => ({ kind: "approve", scope: "once" }) });
    const events = await planned("DRAFT PLAN", itsHost);
    expect(itsHost.requests.at(-1)).toMatchObject({ kind: "plan", markdown: "hello" });
    expect(itsHost.taken).toEqual(itsHost.requests.map(({ id }) => id));
    expect(completedOf(events)).toMatchObject({ ok: true });
    expect(completedOf(events).answer).toMatch(/^You said: The plan at .+ has been approved/u);
    expect(JSON.stringify(model.requests.at(-1))).toContain("changed from plan to build");
  });

  it("does nothing before that", async () => {
    const path = join(cwd, "forbidden.txt");
    const events = await planned(`WRITE(${path})`, host());
    expect(completedOf(events).ok).toBe(true);
    expect(await exists(path)).toBe(false);
  });

  it("goes back to the model until it is approved, and edits accepted with it are not asked for", async () => {
    const path = join(cwd, "planned.txt");
    const answers: Decision[] = [
      { kind: "revise", feedback: `in one step PLAN THEN WRITE(${path})` },
      { kind: "approve", scope: "once", acceptEdits: true },
    ];
    const decide = (asked: { readonly kind: string }): Decision =>
      (asked.kind === "plan" ? answers.shift() : undefined) ?? { kind: "approve", scope: "once" };
    const itsHost = host({ permission: { edit: "ask" }, decide });
    const events = await planned("DRAFT PLAN", itsHost);
    expect(kindsOf(itsHost)).toEqual(["edit", "plan", "plan"]);
    expect(completedOf(events)).toMatchObject({ ok: true });
    expect(await exists(path)).toBe(true);
  });

  it("ends without deeds where nobody approves it", async () => {
    const decide = (): Decision => ({ kind: "dismiss", reason: "Nobody is there." });
    const events = await planned("PLAN", host({ decide }));
    expect(completedOf(events)).toMatchObject({ ok: true, answer: expect.stringContaining("Nobody is there.") });
  });
});

describe("a cancelled run of OpenCode's own CLI", () => {
  const hasStarted = (event: TakopiEvent): boolean => event.type === "started";
  const hasTool = (event: TakopiEvent): boolean => event.type === "action" && event.phase === "started";

  it.each([
    ["a start", "SLOW(30) story", hasStarted],
    ["a command", "BASH(tail -f /dev/null)", hasTool],
    ["a question", "ASK", hasTool],
  ])("leaves no process in the middle of %s, and its session can be resumed", async (name, prompt, isTime) => {
    const run = request(prompt);
    const waiting = (_request: unknown, withdrawn?: AbortSignal): Promise<Decision> =>
      new Promise((resolve) =>
        withdrawn?.addEventListener("abort", () => resolve({ kind: "dismiss", reason: "cancelled" })),
      );
    const itsHost = host({ decide: waiting });
    const events: TakopiEvent[] = [];
    let abortedAt = 0;
    for await (const event of opencode().run(run, itsHost)) {
      events.push(event);
      if (abortedAt === 0 && isTime(event)) {
        abortedAt = performance.now();
        itsHost.abort();
      }
      if (event.type === "completed")
        console.log(`cancelled in ${name}: completed after ms`, Math.round(performance.now() - abortedAt));
    }
    console.log(`cancelled in ${name}: gone after ms`, Math.round(performance.now() - abortedAt));
    expect(await runProcesses(run.runId)).toEqual([]);
    expect(completedOf(events)).toMatchObject({ ok: false, error: "cancelled" });
    const resume = resumeOf(events);
    const next = await collect(opencode().run(request("Go on", { resume }), host()));
    expect(completedOf(next)).toMatchObject({ ok: true, answer: "You said: Go on", resume });
  });

  it("before its server is up leaves none either", async () => {
    const run = request("Hello");
    const itsHost = host();
    setTimeout(() => itsHost.abort(), 300);
    const events = await collect(opencode().run(run, itsHost));
    expect(events).toMatchObject([{ type: "completed", ok: false, error: "cancelled" }]);
    expect(await runProcesses(run.runId)).toEqual([]);
  });

  it("is killed where nothing gentler helps, with the command it runs", async () => {
    const run = request("BASH(trap '' TERM INT HUP; tail -f /dev/null)");
    for await (const event of opencode().run(run, host())) if (hasTool(event)) break;
    expect(await runProcesses(run.runId)).toEqual([]);
  });
});

describe("OpenCode's own CLI with mode = run", () => {
  const printed = opencode({ mode: "run" });

  it("answers with a tool, in a session that the next run continues", async () => {
    const first = await ask("BASH(echo hi)", host(), printed);
    expect(completedActions(first)).toMatchObject([{ ok: true, action: { kind: "command", title: "echo hi" } }]);
    const resume = resumeOf(first);
    const second = await collect(printed.run(request("12345", { resume }), host()));
    expect(completedOf(second)).toMatchObject({ ok: true, answer: "You said: 12345", resume });
  });

  it("goes on while no bot is there, and says its answer to the next one", async () => {
    const run = { ...request("BASH(echo hi)"), record: { directory: await mkdtemp(`${home}/`), isTakenUp: false } };
    const left = printed.run(run, host())[Symbol.asyncIterator]();
    const { value: started } = await left.next();
    const events = await collect(printed.run({ ...run, record: { ...run.record, isTakenUp: true } }, host()));
    expect([events[0], completedOf(events).ok, completedActions(events).length]).toEqual([started, true, 1]);
    await left.return?.();
  });

  it("says which permission it could not ask for", async () => {
    const events = await ask("BASH(touch x.txt)", host({ permission: { bash: "ask" } }), printed);
    expect(completedOf(events)).toMatchObject({ ok: false, error: expect.stringContaining("bash (touch x.txt)") });
  });

  it("says that a session is gone", async () => {
    const resume = { engine: "opencode", value: "ses_e042acccbffeDXDly7DwjNsnes" };
    const events = await collect(printed.run(request("Hello", { resume }), host()));
    expect(events).toMatchObject([{ type: "completed", ok: false, fault: "session_not_found" }]);
  });

  it("leaves no process when it is cancelled in a command", async () => {
    const marker = join(cwd, "running.txt");
    const run = request(`BASH(touch ${marker}; tail -f /dev/null)`);
    const itsHost = host();
    const running = collect(printed.run(run, itsHost));
    await vi.waitFor(async () => await access(marker), { timeout: 50_000, interval: 100 });
    itsHost.abort();
    expect(completedOf(await running)).toMatchObject({ ok: false, error: "cancelled" });
    expect(await runProcesses(run.runId)).toEqual([]);
  });
});
