import { access, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { configSchema } from "../../runners/pi/config.ts";
import { createPiRunner } from "../../runners/pi/runner.ts";
import type { Decision } from "../../src/domain/decision.ts";
import type { ResumeToken, TakopiEvent } from "../../src/domain/event.ts";
import { toRunId } from "../../src/domain/run.ts";
import type { FollowUp, Runner, RunRequest } from "../../src/runner/runner.ts";
import { collect, completedOf, createTestHost, runRequest, type TestHost, type TestHostOptions } from "../factories.ts";
import { startFakeOpenAi, type FakeOpenAi } from "./fake-openai.mjs";
import { installPi1 } from "./pi-1.ts";
import { runProcesses } from "./run-processes.ts";

const program = process.env["TAKOPI_LIVE_PI"];
if (program === undefined) throw new Error("run `node test/live/run.mjs pi`: it installs the CLI and says where it is");

const generations = [
  // The library under 0.73.1 repeats a call twice by itself, without a word.
  { name: "0.73.1", command: ["node", program], failures: 3 },
  { name: "1.5.2", command: await installPi1(), failures: 1 },
];

describe.each(generations)("Pi's own CLI, $name", ({ command, failures }) => {
  let model: FakeOpenAi;
  let home: string;
  let cwd: string;
  let runs = 0;

  beforeAll(async () => {
    model = await startFakeOpenAi();
    home = await mkdtemp(join(tmpdir(), "takopi-pi-home-"));
    cwd = await mkdtemp(join(tmpdir(), "takopi-pi-work-"));
    await writeConfig(home, model.url);
  });

  afterAll(async () => {
    await model.close();
    await Promise.all([home, cwd].map((path) => rm(path, { recursive: true, force: true })));
  });

  function pi(config: Readonly<Record<string, unknown>> = {}): Runner {
    const table = { command, provider: "fake", model: "fake-1", ask_before: [], ...config };
    return createPiRunner({ config: configSchema.parse(table), configDir: "/" });
  }

  function request(prompt: string, more: Partial<RunRequest> = {}): RunRequest {
    runs += 1;
    return runRequest({ prompt, cwd, runId: toRunId(`live-${process.pid}-${command.length}-${runs}`), ...more });
  }

  function host(options: TestHostOptions = {}): TestHost {
    const env = { PATH: process.env["PATH"] ?? "", HOME: home, PI_OFFLINE: "1", PI_TELEMETRY: "0" };
    return createTestHost({ env, ...options });
  }

  async function ask(prompt: string, runner: Runner = pi(), options: TestHostOptions = {}) {
    return await collect(runner.run(request(prompt), host(options)));
  }

  async function sessionOf(prompt: string): Promise<ResumeToken> {
    const { resume } = completedOf(await ask(prompt));
    if (resume === undefined) throw new Error("no session to resume");
    return resume;
  }

  it.each(["rpc", "print"])("answers in %s mode, in a session that the next run continues", async (mode) => {
    const runner = pi({ mode });
    const first = await ask("Hello", runner);
    const { resume, usage } = completedOf(first);
    expect(first).toMatchObject([
      { type: "started", resume },
      { type: "completed", ok: true, answer: "You said: Hello" },
    ]);
    expect(usage).toMatchObject({ input: 10, output: 5 });
    if (resume === undefined) throw new Error("no session to resume");
    const second = await collect(runner.run(request("And then?", { resume }), host()));
    expect(second).toMatchObject([
      { type: "started", resume },
      { type: "completed", ok: true, answer: "You said: And then?", resume },
    ]);
    expect(JSON.stringify(model.requests.at(-1))).toContain("You said: Hello");
  });

  it("is there within seconds, says its result at once and leaves nothing behind", async () => {
    for (const mode of ["rpc", "print"]) {
      const run = request("Hello");
      const begun = performance.now();
      const times: Record<string, number> = {};
      for await (const event of pi({ mode }).run(run, host()))
        times[event.type] = Math.round(performance.now() - begun);
      times["gone"] = Math.round(performance.now() - begun);
      console.log(`${mode}: milliseconds since run():`, times);
      expect(await runProcesses(run.runId)).toEqual([]);
    }
  });

  it("shows its tools with their outcome", async () => {
    const events = await ask("BASH(echo hi) BASH(exit 3) WRITE(new.txt)");
    const completed = events.flatMap((event) =>
      event.type === "action" && event.phase === "completed" ? [event] : [],
    );
    expect(completed).toMatchObject([
      { ok: true, action: { kind: "command", title: "echo hi", detail: { output: "hi\n" } } },
      { ok: false, action: { kind: "command", title: "exit 3", detail: { exitCode: 3 } } },
      { ok: true, action: { kind: "file_change", title: "new.txt" } },
    ]);
    expect(completedOf(events).ok).toBe(true);
  });

  it("does not do what was denied, and tells the model why", async () => {
    const decide = (): Decision => ({ kind: "deny", reason: "not today" });
    const events = await ask("BASH(touch denied.txt)", pi({ ask_before: ["bash"] }), { decide });
    expect(completedOf(events)).toMatchObject({ ok: true, answer: "Tool result: not today" });
    expect(await exists(join(cwd, "denied.txt"))).toBe(false);
  });

  it("asks before the tools that are named, and does what was approved", async () => {
    const itsHost = host();
    const run = request("BASH(touch approved.txt) WRITE(unasked.txt)");
    const events = await collect(pi({ ask_before: ["bash"] }).run(run, itsHost));
    expect(completedOf(events).ok).toBe(true);
    expect(itsHost.requests).toMatchObject([
      { kind: "approval", tool: "bash", title: "touch approved.txt", input: { command: "touch approved.txt", cwd } },
    ]);
    expect(itsHost.taken).toEqual(itsHost.requests.map(({ id }) => id));
    expect(await Promise.all(["approved.txt", "unasked.txt"].map((name) => exists(join(cwd, name))))).toEqual([
      true,
      true,
    ]);
  });

  it("shows what would be written before it is", async () => {
    const itsHost = host({ decide: () => ({ kind: "deny", reason: "no" }) });
    await collect(pi({ ask_before: ["write"] }).run(request("WRITE(shown.txt)"), itsHost));
    const diff = "--- /dev/null\n+++ shown.txt\n@@ -0,0 +1,1 @@\n+hello\n";
    expect(itsHost.requests).toMatchObject([
      { tool: "write", title: "shown.txt", input: { path: "shown.txt", cwd, diff } },
    ]);
  });

  it("passes on what an extension of the user asks", async () => {
    const file = join(home, "sure.ts");
    await writeFile(
      file,
      `export default (pi) => pi.on("tool_call", async (call, { ui }) =>
        (await ui.confirm("Sure?", call.toolName)) ? undefined : { block: true, reason: "not sure" });`,
    );
    const decide = (asked: { readonly id: string }): Decision => ({ kind: "answers", answers: { [asked.id]: ["No"] } });
    const events = await ask("BASH(touch unsure.txt)", pi({ extra_args: ["--extension", file] }), { decide });
    expect(completedOf(events).answer).toBe("Tool result: not sure");
    expect(await exists(join(cwd, "unsure.txt"))).toBe(false);
  });

  it("reports failures of the API in words", async () => {
    const events = await ask("HTTP(401)");
    expect(completedOf(events)).toMatchObject({ ok: false, answer: "" });
    expect(completedOf(events).error).toMatch(/401.*made to fail/u);
  });

  it.each(["rpc", "print"])("goes on after pi's own retry in %s mode", async (mode) => {
    const prompt = `FLAKY(503 ${failures}) in ${mode}`;
    const events = await ask(prompt, pi({ mode }));
    expect(completedOf(events)).toMatchObject({ ok: true, answer: `You said: ${prompt}` });
    const titles = events.flatMap((event) => (event.type === "action" ? [event.action.title] : []));
    expect(titles).toEqual([expect.stringMatching(/503.*; retry 1 of 3 in 2\.0 s/u)]);
  });

  it("says that a session is gone, so that the prompt can go to a new one", async () => {
    for (const value of ["00000000-1111-4222-8333-444444444444", join(home, "gone.jsonl")]) {
      const events = await collect(pi().run(request("Hello", { resume: { engine: "pi", value } }), host()));
      expect(events).toMatchObject([{ type: "completed", ok: false, fault: "session_not_found" }]);
    }
  });

  it("resumes by the beginning of an id and by the path of a file, and not from another directory", async () => {
    const { value } = await sessionOf("Hello");
    const folder = join(home, ".pi/agent/sessions", `--${cwd.slice(1).replaceAll("/", "-")}--`);
    const file = (await readdir(folder)).find((name) => name.includes(value)) ?? "none";
    for (const name of [value.slice(0, 30), join(folder, file)]) {
      const resume = { engine: "pi", value: name };
      expect(completedOf(await collect(pi().run(request("Again", { resume }), host())))).toMatchObject({
        ok: true,
        resume,
      });
    }
    const elsewhere = request("Again", { resume: { engine: "pi", value }, cwd: home });
    expect(completedOf(await collect(pi().run(elsewhere, host()))).error).toContain(cwd);
  });

  it("takes a follow-up while it answers, and one while a command runs", async () => {
    const taken: string[] = [];
    const followUps = (text: string) =>
      (async function* (): AsyncGenerator<FollowUp, void, undefined> {
        yield { text, taken: () => void taken.push(text) };
      })();
    const text = await ask("SLOW(2) story", pi(), { followUps: followUps("and be brief") });
    expect(completedOf(text).answer).toBe("You said: SLOW(2) story\n\nYou said: and be brief");
    const tool = await ask("BASH(node -e 'setTimeout(process.exit,1500)')", pi(), { followUps: followUps("enough") });
    expect(completedOf(tool).answer).toBe("You said: enough");
    expect(taken).toEqual(["and be brief", "enough"]);
  });

  it("lists the sessions of a directory, each of which can be continued", async () => {
    const other = await mkdtemp(join(tmpdir(), "takopi-pi-other-"));
    const runner = pi();
    const { env, signal } = host();
    const sessions = async (config = {}) => (await pi(config).listSessions?.(other, { env, signal })) ?? [];
    expect(await sessions()).toEqual([]);
    for (const prompt of ["First\nof two", "Second"])
      await collect(runner.run(request(prompt, { cwd: other }), host()));
    const listed = await sessions();
    expect(listed.map(({ title, cwd: its }) => [title, its])).toEqual([
      ["Second", other],
      ["First of two", other],
    ]);
    const resume = listed[1]?.token;
    if (resume === undefined) throw new Error("nothing listed");
    const events = await collect(runner.run(request("And then?", { resume, cwd: other }), host()));
    expect(completedOf(events)).toMatchObject({ ok: true, answer: "You said: And then?", resume });
    expect(JSON.stringify(model.requests.at(-1))).toContain("You said: First");
    expect((await sessions({ mode: "print" })).map(({ title }) => title)).toEqual(["First of two", "Second"]);
    await rm(other, { recursive: true, force: true });
  });

  it("passes model, effort and images on", async () => {
    const png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    const image = join(cwd, "dot.png");
    await writeFile(image, Buffer.from(png, "base64"));
    for (const mode of ["rpc", "print"]) {
      const attachments = [{ path: image, mediaType: "image/png" }];
      const run = request("What is this?", { attachments, options: { model: "fake-2", effort: "high" } });
      const events = await collect(pi({ mode }).run(run, host()));
      expect(completedOf(events).ok).toBe(true);
      expect(model.requests.at(-1)).toMatchObject({ model: "fake-2", reasoning_effort: "high" });
      expect(JSON.stringify(model.requests.at(-1))).toContain("data:image/");
    }
  });

  it.each([
    ["that looks like a flag", "--help"],
    ["that begins with an at", "@README.md is what?"],
    ["that begins with a slash", "/nothing of this name"],
    ["of digits", "12345"],
    ["of many lines", "one\n\n  two\u2028three\n"],
    ["of 100 kB", "0123456789abcdef ".repeat(6_100).trim()],
  ])("gets a prompt %s intact", async (_, prompt) => {
    expect(completedOf(await ask(prompt)).ok).toBe(true);
    expect(model.texts).toContain(prompt);
    expect(completedOf(await ask(prompt, pi({ mode: "print" }))).answer).toBe(`You said: ${prompt.trim()}`);
  });

  const waiting = (_request: unknown, withdrawn?: AbortSignal): Promise<Decision> =>
    new Promise((resolve) =>
      withdrawn?.addEventListener("abort", () => resolve({ kind: "dismiss", reason: "cancelled" })),
    );

  it.each([
    ["text", "SLOW(30) story", {}],
    ["a command", "BASH(tail -f /dev/null)", {}],
    ["an approval", "BASH(tail -f /dev/null)", { ask_before: ["*"] }],
    ["a command in print mode", "BASH(tail -f /dev/null)", { mode: "print" }],
  ])(
    "leaves no process when it is cancelled in the middle of %s, and its session goes on",
    async (name, prompt, config) => {
      const resume = await sessionOf("Hello");
      const run = request(prompt, { resume });
      const events: TakopiEvent[] = [];
      let abortedAt = 0;
      const cancel = (): void => {
        abortedAt = performance.now();
        itsHost.abort();
      };
      const itsHost = host({
        decide: (...asked) => {
          setImmediate(cancel);
          return waiting(...asked);
        },
      });
      const isTime = ({ type }: TakopiEvent): boolean =>
        !("ask_before" in config) && type === (prompt.startsWith("BASH") ? "action" : "started");
      for await (const event of pi(config).run(run, itsHost)) {
        events.push(event);
        if (abortedAt === 0 && isTime(event)) cancel();
      }
      console.log(`cancelled in ${name}: gone after ms`, Math.round(performance.now() - abortedAt));
      expect(await runProcesses(run.runId)).toEqual([]);
      expect(completedOf(events)).toMatchObject({ ok: false, error: "cancelled", resume });
      expect(completedOf(await collect(pi().run(request("Go on", { resume }), host())))).toMatchObject({ ok: true });
    },
  );

  it("is killed where nothing gentler helps, with the command it runs", async () => {
    const run = request("BASH(trap '' TERM INT HUP; tail -f /dev/null)");
    for await (const event of pi().run(run, host())) if (event.type === "action") break;
    expect(await runProcesses(run.runId)).toEqual([]);
  });
});

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}

async function writeConfig(home: string, baseUrl: string): Promise<void> {
  const about = { reasoning: true, input: ["text", "image"], contextWindow: 200_000, maxTokens: 4_096 };
  const models = ["fake-1", "fake-2"].map((id) => ({ id, name: id, ...about }));
  const providers = { fake: { baseUrl, api: "openai-completions", apiKey: "no-real-key", models } };
  await mkdir(join(home, ".pi/agent"), { recursive: true });
  await writeFile(join(home, ".pi/agent/models.json"), JSON.stringify({ providers }));
}
