import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import type { Decision } from "../../../src/domain/decision.ts";
import type { TakopiEvent } from "../../../src/domain/event.ts";
import type { FollowUp, RunRequest } from "../../../src/runner/runner.ts";
import { collect, completedOf, createTestHost, type TestHostOptions } from "../../factories.ts";
import { fakeOpencode, opencodeRequest, type FakeOpencodeOptions } from "./fake-opencode.ts";

interface Play extends TestHostOptions {
  readonly request?: Partial<RunRequest>;
  readonly runner?: FakeOpencodeOptions;
}

async function play(
  prompt: string,
  { request = {}, runner = {}, ...options }: Play = {},
): Promise<readonly TakopiEvent[]> {
  const host = createTestHost(options);
  return await collect(fakeOpencode(runner).run(opencodeRequest({ prompt, ...request }), host));
}

function titles(events: readonly TakopiEvent[]): readonly string[] {
  return events.flatMap((event) => (event.type === "action" ? [event.action.title] : []));
}

function isAlive(pid = 0): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

const envWith = (more: Readonly<Record<string, string>>): Record<string, string> => ({
  PATH: process.env["PATH"] ?? "",
  ...more,
});
const printed = { config: { mode: "run" } };

describe("permissions", () => {
  const answerOf = async (decision: Decision): Promise<unknown> =>
    JSON.parse(completedOf(await play("PERMISSION", { decide: () => decision })).answer);

  it("go to the host and back to the engine that waits for them", async () => {
    const host = createTestHost();
    const events = await collect(fakeOpencode().run(opencodeRequest({ prompt: "PERMISSION" }), host));
    expect(host.requests).toMatchObject([
      { kind: "approval", tool: "bash", title: "touch x", input: { command: "touch x", cwd: process.cwd() } },
    ]);
    expect(JSON.parse(completedOf(events).answer)).toEqual({ reply: { reply: "once" } });
    expect(host.taken).toEqual(["per_1"]);
  });

  it("of a command name the directory it is to run in", async () => {
    const host = createTestHost();
    await collect(fakeOpencode().run(opencodeRequest({ prompt: "WORKDIR" }), host));
    expect(host.requests).toMatchObject([{ input: { command: "ls", cwd: join(process.cwd(), "sub") } }]);
  });

  it("for the session become rules of the session, which outlive the server", async () => {
    expect(await answerOf({ kind: "approve", scope: "session" })).toEqual({
      reply: { reply: "always" },
      rules: { permission: [{ permission: "bash", pattern: "touch *", action: "allow" }] },
    });
  });

  it("are refused with the reason the model is to read", async () => {
    const reply = { reply: "reject", message: "use a dry run" };
    expect(await answerOf({ kind: "deny", reason: "use a dry run" })).toEqual({ reply });
  });

  it("end the run when that is wanted", async () => {
    const decide = (): Decision => ({ kind: "deny", reason: "", interrupt: true });
    expect(completedOf(await play("PERMISSION", { decide }))).toMatchObject({ ok: false, answer: "" });
  });

  it("of sub-agents are asked, too, and another session's end is not the run's", async () => {
    expect(completedOf(await play("SUBAGENT"))).toMatchObject({ ok: true, answer: "sub-agent: once" });
  });

  it("answered elsewhere are taken back", async () => {
    let withdrawn = false;
    const decide = (_: unknown, signal?: AbortSignal): Promise<Decision> =>
      new Promise((resolve) => {
        signal?.addEventListener("abort", () => {
          withdrawn = true;
          resolve({ kind: "dismiss", reason: "withdrawn" });
        });
      });
    expect(completedOf(await play("WITHDRAWN", { decide })).answer).toBe("answered elsewhere");
    expect(withdrawn).toBe(true);
  });

  it("still open when the run is cancelled are withdrawn", async () => {
    let withdrawn = false;
    const host = createTestHost({
      decide: async (_, signal) => {
        host.abort();
        if (signal?.aborted === false) await new Promise((resolve) => signal.addEventListener("abort", resolve));
        withdrawn = signal?.aborted === true;
        return { kind: "dismiss", reason: "cancelled" };
      },
    });
    const events = await collect(fakeOpencode().run(opencodeRequest({ prompt: "PERMISSION" }), host));
    expect(withdrawn).toBe(true);
    expect(completedOf(events)).toMatchObject({ ok: false, error: "cancelled" });
    expect(host.taken).toEqual([]);
  });
});

describe("questions", () => {
  it("are asked all at once, and answered in their order", async () => {
    const host = createTestHost({ decide: () => ({ kind: "answers", answers: { 0: ["Blue"], 1: ["a", "b"] } }) });
    const events = await collect(fakeOpencode().run(opencodeRequest({ prompt: "QUESTION" }), host));
    expect(JSON.parse(completedOf(events).answer)).toEqual({ answers: [["Blue"], ["a", "b"]] });
    expect(host.taken).toEqual(["que_1"]);
  });
});

describe("the end of a run", () => {
  it("is a sentence with the exit code and the last words when the server dies", async () => {
    const { ok, error, resume } = completedOf(await play("DIE"));
    expect({ ok, error }).toEqual({
      ok: false,
      error: "opencode ended without a result (exit code 3).\nsomething broke\nthe last words",
    });
    expect(resume?.value).toMatch(/^ses_/u);
  });

  it("is the error of the engine, also where no end follows it", async () => {
    expect(completedOf(await play("FAIL"))).toMatchObject({ ok: false, error: "out of order (API error 500)" });
    expect(completedOf(await play("NO_AGENT"))).toMatchObject({ ok: false, error: 'Agent not found: "x"' });
  });

  it("says so when the events break off", async () => {
    const { ok, error } = completedOf(await play("BROKEN_STREAM", { runner: { patience: { exitMs: 50 } } }));
    expect({ ok, error }).toEqual({
      ok: false,
      error: "opencode's event stream broke off. Send a message to let it go on.",
    });
  });

  it("comes with the result, while the server is still there", async () => {
    const host = createTestHost();
    for await (const event of fakeOpencode().run(opencodeRequest({ prompt: "hello" }), host)) {
      if (event.type === "completed") expect(isAlive(host.processes[0]?.pid)).toBe(true);
    }
    expect(isAlive(host.processes[0]?.pid)).toBe(false);
  });

  it("is cancelled, within its session, when the host aborts", async () => {
    const host = createTestHost();
    const events: TakopiEvent[] = [];
    for await (const event of fakeOpencode().run(opencodeRequest({ prompt: "HANG" }), host)) {
      events.push(event);
      if (event.type === "started") host.abort();
    }
    const [first] = events;
    expect(completedOf(events)).toMatchObject({
      ok: false,
      error: "cancelled",
      resume: first?.type === "started" ? first.resume : undefined,
    });
  });

  it("is an abort in the engine's own way first, which ends its tools", async () => {
    const host = createTestHost();
    const events: TakopiEvent[] = [];
    for await (const event of fakeOpencode().run(opencodeRequest({ prompt: "HANG_IN_TOOL" }), host)) {
      events.push(event);
      if (event.type === "action" && event.phase === "started") host.abort();
    }
    expect(events.slice(-2)).toMatchObject([
      { phase: "completed", ok: false, message: "Tool execution aborted" },
      { type: "completed", ok: false, error: "cancelled" },
    ]);
  });

  it("leaves no server that ignores SIGTERM", async () => {
    const host = createTestHost();
    const runner = fakeOpencode({ patience: { termMs: 200 } });
    for await (const event of runner.run(opencodeRequest({ prompt: "DEAF" }), host)) {
      if (event.type === "started") host.abort();
    }
    expect(isAlive(host.processes[0]?.pid)).toBe(false);
  });

  it("says how to install a program that is missing, and keeps the session", async () => {
    const resume = { engine: "opencode", value: "ses_1" };
    const events = await play("hi", { runner: { config: { command: "/no/such/opencode" } }, request: { resume } });
    expect(events).toMatchObject([{ type: "completed", ok: false, resume }]);
    expect(completedOf(events).error).toContain("npm install -g opencode-ai");
  });

  it("names a working directory that does not exist", async () => {
    const { error } = completedOf(await play("hi", { request: { cwd: "/no/such/directory" } }));
    expect(error).toContain("/no/such/directory does not exist");
  });
});

describe("the server", () => {
  const seen = z.object({
    args: z.array(z.string()),
    env: z.record(z.string(), z.string()),
    body: z.looseObject({}),
    calls: z.array(z.looseObject({ path: z.string(), directory: z.string(), body: z.unknown().optional() })),
  });
  const argsOf = async (options: Play = {}): Promise<z.infer<typeof seen>> =>
    seen.parse(JSON.parse(completedOf(await play("ARGS", options)).answer));

  it("that does not come up is the error of the run, with what it said", async () => {
    const events = await play("hi", { env: envWith({ OPENCODE_FAKE: "broken" }) });
    expect(events).toMatchObject([{ type: "completed", ok: false }]);
    expect(completedOf(events).error).toMatch(/\(exit code 1\)\.\nError: your config is broken$/u);
  });

  it("that does not come up can be cancelled", async () => {
    const host = createTestHost({ env: envWith({ OPENCODE_FAKE: "silent" }) });
    const reporting = { ...host, processStarted: () => host.abort() };
    const events = await collect(fakeOpencode().run(opencodeRequest(), reporting));
    expect(events).toMatchObject([{ type: "completed", ok: false, error: "cancelled" }]);
  });

  it("gets a password of its own every time, and listens to this machine alone", async () => {
    const [one, two] = await Promise.all([argsOf(), argsOf()]);
    expect(one.args).toContain("--hostname=127.0.0.1");
    expect(one.env["OPENCODE_SERVER_PASSWORD"]).toMatch(/^[0-9a-f-]{36}$/u);
    expect(one.env["OPENCODE_SERVER_PASSWORD"]).not.toBe(two.env["OPENCODE_SERVER_PASSWORD"]);
  });

  it("gets the choices of the run over those of the config", async () => {
    const { body, calls } = await argsOf({
      runner: { config: { model: "a/b", agent: "plan" } },
      request: { options: { model: "openrouter/z-ai/glm", effort: "high" } },
    });
    expect(body).toEqual({
      parts: [{ type: "text", text: "ARGS" }],
      model: { providerID: "openrouter", modelID: "z-ai/glm" },
      variant: "high",
      agent: "plan",
    });
    expect(calls[0]).toMatchObject({ path: "/session", directory: process.cwd(), body: { title: "ARGS" } });
  });

  it("may refuse the prompt", async () => {
    const { error } = completedOf(await play("hi", { request: { options: { model: "no-provider" } } }));
    expect(error).toBe("opencode refused the prompt (400). opencode failed (BadRequest).");
  });

  it("goes on in the session it is given, in that one's own directory", async () => {
    const resume = { engine: "opencode", value: "ses_elsewhere" };
    const events = await play("ARGS", { request: { resume } });
    expect(events[0]).toMatchObject({ type: "started", resume, title: "fake/fake-1" });
    expect(titles(events)).toEqual(["this session works in /somewhere/else"]);
    const { calls } = seen.parse(JSON.parse(completedOf(events).answer));
    expect(calls.map(({ path, directory }) => [path, directory])).toEqual([
      ["/session/ses_elsewhere", process.cwd()],
      ["/session/ses_elsewhere/prompt_async", "/somewhere/else"],
    ]);
  });

  it("may not know the session", async () => {
    const resume = { engine: "opencode", value: "ses_unknown" };
    const events = await play("hi", { request: { resume } });
    expect(events).toMatchObject([{ type: "completed", ok: false, fault: "session_not_found" }]);
    expect(completedOf(events).resume).toBeUndefined();
  });

  it("may say what nobody understands: siblings survive, and unknown types are said once", async () => {
    const events = await play("NOISE");
    expect(completedOf(events)).toMatchObject({ ok: true, answer: "still here" });
    expect(titles(events)).toEqual([
      "opencode said something that is not JSON",
      "events of an unknown type: brand.new ×2, part/hologram ×1",
    ]);
  });
});

describe("follow-ups", () => {
  let taken = 0;
  beforeEach(() => (taken = 0));
  const once = async function* (text: string): AsyncGenerator<FollowUp, void, undefined> {
    yield { text, taken: () => (taken += 1) };
  };

  it("go into the running turn", async () => {
    const events = await play("FOLDED", { followUps: once("be brief") });
    expect(completedOf(events)).toMatchObject({ ok: true, answer: "both: be brief" });
    expect(taken).toBe(1);
  });

  it("that came too late for it are answered after it", async () => {
    const events = await play("SECOND_TURN", { followUps: once("and then?") });
    expect(completedOf(events)).toMatchObject({ ok: true, answer: "first\n\nsecond: and then?" });
    expect(taken).toBe(1);
  });

  it("that the engine forgot are asked for once more", async () => {
    const runner = { patience: { nextTurnMs: 50 } };
    const events = await play("LATE_PROMPT", { followUps: once("and then?"), runner });
    expect(completedOf(events)).toMatchObject({ ok: true, answer: "first\n\nlate: and then?" });
    expect([taken, titles(events)]).toEqual([1, []]);
  });

  it("that it never answers are not waited for without end", async () => {
    const runner = { patience: { nextTurnMs: 50 } };
    const events = await play("LOST_PROMPT", { followUps: once("and then?"), runner });
    expect(completedOf(events)).toMatchObject({ ok: true, answer: "first" });
    expect(titles(events)).toEqual(["opencode has not answered everything that was sent"]);
  });

  it("that it refuses are not taken, and do not matter to the run", async () => {
    const events = await play("AFTER_REFUSAL", { followUps: once("REFUSED") });
    expect(completedOf(events)).toMatchObject({ ok: true, answer: "alone" });
    expect([taken, titles(events)]).toEqual([0, []]);
  });
});

describe("with mode = run", () => {
  const launched = z.object({ args: z.array(z.string()), env: z.record(z.string(), z.string()) });

  it("the prompt goes over stdin", async () => {
    const { args } = launched.parse(JSON.parse(completedOf(await play("ARGS", { runner: printed })).answer));
    expect(args).toEqual(["run", "--format=json", "--thinking"]);
  });

  it("the result comes before a program that hangs there has gone", async () => {
    const host = createTestHost();
    const runner = fakeOpencode({ ...printed, patience: { exitMs: 200 } });
    for await (const event of runner.run(opencodeRequest({ prompt: "LINGER" }), host)) {
      if (event.type !== "completed") continue;
      expect(event).toMatchObject({ ok: true, answer: "done" });
      expect(isAlive(host.processes[0]?.pid)).toBe(true);
    }
    expect(isAlive(host.processes[0]?.pid)).toBe(false);
  });

  it("a lost session is told, and so is one that is not the run's", async () => {
    const lost = { engine: "opencode", value: "ses_unknown" };
    expect(await play("hi", { runner: printed, request: { resume: lost } })).toMatchObject([
      { type: "completed", ok: false, fault: "session_not_found" },
    ]);
    const resume = { engine: "opencode", value: "ses_1" };
    const { ok, error } = completedOf(await play("ASTRAY", { runner: printed, request: { resume } }));
    expect(ok).toBe(false);
    expect(error).toContain("opencode --session ses_other");
  });
});
