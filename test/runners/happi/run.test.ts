import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { CompletedEvent, TakopiEvent } from "../../../src/domain/event.ts";
import type { RunRequest } from "../../../src/runner/runner.ts";
import { collect, completedOf, createTestHost, runRequest, type TestHostOptions } from "../../factories.ts";
import { isRunning } from "../../wire/programs.ts";
import { fakeRuntime, referenceRuntime, type FakeRuntimeOptions } from "./fake-runtime.ts";

interface Play extends TestHostOptions, FakeRuntimeOptions {
  readonly request?: Partial<RunRequest>;
}

async function play(
  prompt: string,
  { request = {}, env, history, ...runner }: Play = {},
): Promise<readonly TakopiEvent[]> {
  const host = createTestHost({ ...(env && { env }), ...(history && { history }) });
  return await collect(fakeRuntime(runner).run(runRequest({ prompt, ...request }), host));
}

async function endOf(prompt: string, options: Play = {}): Promise<CompletedEvent> {
  return completedOf(await play(prompt, options));
}

function titles(events: readonly TakopiEvent[]): readonly string[] {
  return events.flatMap((event) => (event.type === "action" ? [`${event.phase} ${event.action.title}`] : []));
}

const bothDialects = [{ dialect: "page" }, { dialect: "spec" }];
const envelope = z.object({ id: z.string(), args: z.array(z.unknown()) });

describe("a request", () => {
  it.each(bothDialects)("is one line after which input is closed, as %o needs it", async (ways) => {
    const request = runRequest({ prompt: "ENVELOPE" });
    const { answer } = await endOf("ENVELOPE", { request, ways, config: { cmd: "some.cmd", flags: { a: 1 } } });
    expect(JSON.parse(answer)).toEqual({
      v: "happi/1.0",
      id: request.runId,
      cmd: "some.cmd",
      args: ["ENVELOPE"],
      flags: { a: 1 },
    });
  });

  it("has a process in the run's directory, with the variables of the table", async () => {
    const env = { PATH: process.env["PATH"] ?? "" };
    const { answer } = await endOf("LAUNCH", { env, request: { cwd: "/tmp" }, config: { env: { KEY: "v" } } });
    const launched = z.object({ cwd: z.string(), env: z.record(z.string(), z.string()) }).parse(JSON.parse(answer));
    expect(launched).toMatchObject({ cwd: "/tmp", env: { ...env, KEY: "v" } });
  });

  it.each(bothDialects)("is judged by what %o reports, with usage where there is some", async (ways) => {
    const events = await play("hello", { ways });
    expect(events.map(({ type }) => type)).toEqual(["started", "completed"]);
    expect(completedOf(events)).toMatchObject({ ok: true, answer: "hello" });
    expect(completedOf(events).usage).toEqual(
      ways.dialect === "page" ? { input_tokens: 3, output_tokens: 2 } : undefined,
    );
  });

  it.each(bothDialects)("that %o answers with an error fails, whatever the exit code", async (ways) => {
    expect(await endOf("FAIL", { ways })).toMatchObject({
      ok: false,
      error: "provider_error: upstream returned HTTP 529",
    });
    const { error } = await endOf("UNKNOWN", { ways, config: { cmd: "no.such" } });
    expect(error).toMatch(/^un(?:known|supported)_cmd: cmd not implemented: no\.such\n/u);
    expect(error).toContain('Set cmd under [engines.happi] to one this runtime knows; it is "no.such" now.');
  });
});

describe("a session", () => {
  const history = [{ prompt: "what is 2 + 2?", answer: "4" }];
  const sentBy = async (options: Play): Promise<unknown> =>
    envelope.parse(JSON.parse((await endOf("ENVELOPE", options)).answer)).args[0];

  it("is named at once, by an id that begins with its engine", async () => {
    const [started, ...rest] = await play("hello", { engine: "mine" });
    expect(started).toMatchObject({ type: "started", resume: { engine: "mine" } });
    expect(completedOf(rest).resume?.value).toMatch(/^mine-[0-9a-f-]{36}$/u);
  });

  it("goes on with the turns that are known of it", async () => {
    const resume = { engine: "happi", value: "happi-1" };
    const events = await play("ENVELOPE", { request: { resume }, history });
    expect(events.map(({ type }) => type)).toEqual(["started", "completed"]);
    expect(completedOf(events).resume).toEqual(resume);
    expect(await sentBy({ request: { resume }, history })).toEqual({
      messages: [
        { role: "user", content: "what is 2 + 2?" },
        { role: "assistant", content: "4" },
        { role: "user", content: "ENVELOPE" },
      ],
    });
  });

  it("of which nothing is known says so, unless nothing would be sent", async () => {
    const request = { resume: { engine: "happi", value: "happi-1" } };
    expect(titles(await play("hello", { request }))).toEqual([
      "completed nothing finished is known of this session, so the prompt is sent alone",
    ]);
    expect(titles(await play("hello", { request, config: { history: "none" } }))).toEqual([]);
    expect(await sentBy({ request, history, config: { history: "none" } })).toBe("ENVELOPE");
  });

  it("tells its model in started", async () => {
    const [started] = await play("hello", { config: { model: "small" }, request: { options: { model: "big" } } });
    expect(started).toMatchObject({ type: "started", title: "big" });
  });
});

describe("a runtime that goes wrong", () => {
  it.each([
    ["SILENCE", "happi ended without a result (exit code 0)."],
    ["HALF", 'happi ended without a result (exit code 0).\nIt printed a line that is no event: {"v":"happi/1.0"'],
    ["UNQUOTED", "happi ended without a result (exit code 0).\nIt printed a line that is no event: "],
    ["UNQUOTED", '"code":"unknown_cmd","message":"cmd not implemented: "x""}'],
    ["CRASH", "(exit code 1).\nTraceback (most recent call last):\nKeyError: 'ANTHROPIC_KEY'"],
    ["FOREIGN", "happi ended without a result (exit code 0).\nIt answered another request: other"],
    ["UNREADABLE", "parse_error: invalid JSON"],
  ])("%s fails with a reason: %s", async (prompt, words) => {
    const { ok, error, resume } = await endOf(prompt);
    expect(ok).toBe(false);
    expect(error).toContain(words);
    expect(resume?.value).toMatch(/^happi-/u);
  });

  it("keeps what it had said", async () => {
    expect((await endOf("CRASH")).answer).toBe("about to die");
  });

  it.each([
    ["LATE", "in time"],
    ["NAMELESS", "whose"],
    ["EMPTY", ""],
    ["NOISY", "heard"],
  ])("in a way that does not matter still answers: %s", async (prompt, answer) => {
    expect(await endOf(prompt)).toMatchObject({ ok: true, answer });
  });

  it("that is not there is said to be so", async () => {
    const events = await play("hello", { config: { command: ["/no/such/runtime"] } });
    expect(events).toHaveLength(1);
    expect(completedOf(events)).toMatchObject({ ok: false, error: expect.stringContaining("/no/such/runtime") });
    expect(events[0]).not.toHaveProperty("resume");
  });

  it("never shows its token, in warnings, errors or traces", async () => {
    const auth = { scheme: "bearer", token: 's3cret"key' };
    const events = await play("TOKEN", { config: { auth } });
    expect(completedOf(events).error).toBe("auth_error: bad key •••");
    expect(JSON.stringify(events)).not.toContain("s3cret");
    expect((await endOf("TOKENTRACE", { config: { auth } })).error).toContain("refused •••");
    const fromEnv = { auth: { scheme: "bearer", token: "env:MY_KEY" }, env: { MY_KEY: "s3cret" } };
    expect((await endOf("TOKEN", { config: fromEnv })).error).toBe("auth_error: bad key •••");
  });

  it("for want of the variable that holds its token hears of it", async () => {
    const { error } = await endOf("TOKEN", { config: { auth: { scheme: "bearer", token: "env:NO_SUCH_KEY" } } });
    expect(error).toContain(
      "NO_SUCH_KEY, which auth.token names, is not set for happi: set it under [engines.happi.env].",
    );
  });
});

describe("much output", () => {
  it("of many deltas is a whole answer and few events", async () => {
    const events = await play("FLOOD", { patience: { wordsMs: 20 } });
    expect(completedOf(events).answer).toBe("word ".repeat(100_000));
    expect(events.length).toBeGreaterThan(2);
    expect(events.length).toBeLessThan(1_000);
  });

  it("in one delta of 20 MB is an answer with its middle cut", async () => {
    const { ok, answer } = await endOf("BIG");
    expect(ok).toBe(true);
    expect(answer).toMatch(/^<x+…\[\d+ MB cut\]…x+>$/u);
  });

  it("is shown while it comes, though nothing follows for long", async () => {
    const host = createTestHost();
    const request = runRequest({ prompt: "LEAVES" });
    const seen: string[] = [];
    for await (const event of fakeRuntime({ patience: { wordsMs: 1 } }).run(request, host)) {
      if (event.type !== "action") continue;
      seen.push(`${event.phase} ${event.action.kind}`);
      host.abort();
    }
    expect(seen).toEqual(["started note", "completed note"]);
  });
});

describe("the end of a run", () => {
  it("comes with the outcome, before a process that never exits by itself is gone", async () => {
    const host = createTestHost();
    const runner = fakeRuntime({ patience: { exitMs: 50 } });
    for await (const event of runner.run(runRequest({ prompt: "LINGER" }), host)) {
      if (event.type === "completed") expect(isRunning(host.processes[0]?.pid ?? 0)).toBe(true);
    }
    expect(isRunning(host.processes[0]?.pid ?? 0)).toBe(false);
  });

  it.each([{}, { resists: true }])("is cancelled when the host aborts a runtime with %o", async (ways) => {
    const host = createTestHost();
    const events: TakopiEvent[] = [];
    for await (const event of fakeRuntime({ ways }).run(runRequest({ prompt: "HANG" }), host)) {
      events.push(event);
      if (event.type === "started") host.abort();
    }
    expect(completedOf(events)).toMatchObject({ ok: false, error: "cancelled" });
    expect(isRunning(host.processes[0]?.pid ?? 0)).toBe(false);
  });

  it.each(["aborts", "leaves"])("takes what the runtime started along, when the chat %s", async (way) => {
    const host = createTestHost();
    let pid = 0;
    for await (const event of fakeRuntime({ patience: { wordsMs: 1 } }).run(runRequest({ prompt: "LEAVES" }), host)) {
      if (event.type !== "action" || event.phase !== "started") continue;
      pid = Number(event.action.title);
      expect(isRunning(pid)).toBe(true);
      if (way === "leaves") break;
      host.abort();
    }
    expect(pid).toBeGreaterThan(0);
    expect(isRunning(pid)).toBe(false);
    expect(isRunning(host.processes[0]?.pid ?? 0)).toBe(false);
  });
});

/** Every command of the reference runtime with what must come of it. */
const commands: readonly (readonly [string, boolean, string])[] = [
  ["echo", true, "hello"],
  ["version", true, "happi/1."],
  ["stream.slow", true, "hello 1"],
  ["tool.demo", true, "There are two entries."],
  ["tool.fail", true, "The file does not exist."],
  ["tool.parallel", true, "No TODO found."],
  ["tool.orphan", true, "I gave up waiting."],
  ["agent.sub", true, "Child finished."],
  ["agent.silent", true, "Delegated work is done."],
  ["agent.deep", true, ""],
  ["agent.code", true, "Created `src/index.ts`."],
  ["fail.midway", false, "provider_error: upstream returned HTTP 529"],
  ["fail.now", false, "runtime_error: nothing was configured"],
  ["anthropic.messages.create", false, "provider_error: "],
  ["audit.echo", true, "hello"],
  ["context.demo", true, ""],
  ["meta.demo", true, "ok"],
  ["no.such", false, "cmd not implemented: no.such"],
  ["bad.noterminal", false, "ended without a result (exit code 0)"],
  ["bad.crash", false, "ended without a result (exit code 3).\npanic: something broke"],
  ["bad.garbage", true, "still fine"],
  ["bad.double", true, "once"],
  ["bad.late", true, ""],
  ["bad.wrongid", true, "mine"],
  ["bad.nousage", true, "no usage"],
  ["bad.notstarted", true, "no started"],
  ["bad.split", true, "añ→b"],
  ["bad.array", true, "ok"],
];

describe.each([[[]], [["--one-shot"]], [["--v=runtime"]]])("the reference runtime with %j", (flags) => {
  it.each(commands)("%s has one outcome: %s", async (cmd, ok, words) => {
    const env = { PATH: process.env["PATH"] ?? "" };
    const events = await collect(referenceRuntime(cmd, flags).run(runRequest(), createTestHost({ env })));
    expect(events.filter(({ type }) => type === "completed")).toHaveLength(1);
    const completed = completedOf(events);
    expect(completed.ok).toBe(ok);
    expect(ok ? completed.answer : completed.error).toContain(words);
  });
});
