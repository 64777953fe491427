import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { Decision } from "../../../src/domain/decision.ts";
import type { TakopiEvent } from "../../../src/domain/event.ts";
import type { RunRequest } from "../../../src/runner/runner.ts";
import { collect, completedOf, createTestHost, type TestHost, type TestHostOptions } from "../../factories.ts";
import { claudeRequest, fakeClaude, type FakeClaudeOptions } from "./fake-claude.ts";

interface Play extends TestHostOptions {
  readonly request?: Partial<RunRequest>;
  readonly runner?: FakeClaudeOptions;
}

async function play(
  prompt: string,
  { request = {}, runner = {}, ...options }: Play = {},
): Promise<readonly TakopiEvent[]> {
  const host = createTestHost(options);
  return await collect(fakeClaude(runner).run(claudeRequest({ prompt, ...request }), host));
}

function titles(events: readonly TakopiEvent[]): readonly string[] {
  return events.flatMap((event) => (event.type === "action" ? [event.action.title] : []));
}

const launched = z.object({ args: z.array(z.string()), env: z.record(z.string(), z.string()) });

describe("permissions", () => {
  const answerOf = async (decision: Decision): Promise<unknown> =>
    JSON.parse(completedOf(await play("PERMISSION", { decide: () => decision })).answer);

  it("go to the host and back to the process that waits for them", async () => {
    const host = createTestHost({ decide: () => ({ kind: "approve", scope: "session" }) });
    const events = await collect(fakeClaude().run(claudeRequest({ prompt: "PERMISSION" }), host));
    expect(host.requests).toMatchObject([
      { kind: "approval", tool: "Bash", title: "touch x", scopes: ["once", "session", "project"] },
    ]);
    expect(JSON.parse(completedOf(events).answer)).toMatchObject({
      subtype: "success",
      response: {
        behavior: "allow",
        updatedInput: { command: "touch x" },
        updatedPermissions: [{ destination: "session" }],
      },
    });
  });

  it("are taken when the answer is written, one by one", async () => {
    const host = createTestHost();
    await collect(fakeClaude().run(claudeRequest({ prompt: "TWICE" }), host));
    expect(host.requests).toHaveLength(2);
    expect(host.taken).toEqual(host.requests.map(({ id }) => id));
  });

  it("for the session hold in its later runs, but a process that asks again is not answered unasked", async () => {
    const runner = fakeClaude();
    const ask = async (prompt: string, value: string): Promise<TestHost> => {
      const host = createTestHost({ decide: () => ({ kind: "approve", scope: "session" }) });
      const resume = { engine: "claude", value };
      const events = await collect(runner.run(claudeRequest({ prompt, resume }), host));
      expect(completedOf(events).answer).toContain(`"destination":"session"`);
      return host;
    };
    expect((await ask("PERMISSION", "s-1")).requests).toHaveLength(1);
    const later = await ask("PERMISSION", "s-1");
    expect({ requests: later.requests, taken: later.taken }).toEqual({ requests: [], taken: [] });
    expect((await ask("PERMISSION", "s-2")).requests).toHaveLength(1);
    expect((await ask("TWICE", "s-1")).requests).toHaveLength(1);
  });

  it("are refused with the reason the model is to read", async () => {
    const answer = await answerOf({ kind: "deny", reason: "use a dry run", interrupt: true });
    expect(answer).toMatchObject({ response: { behavior: "deny", message: "use a dry run", interrupt: true } });
  });

  it("are taken back when the process no longer waits, and requests of an unknown kind get an error", async () => {
    let withdrawn = false;
    const decide = (_: unknown, signal?: AbortSignal): Promise<Decision> =>
      new Promise((resolve) => {
        signal?.addEventListener("abort", () => {
          withdrawn = true;
          resolve({ kind: "dismiss", reason: "withdrawn" });
        });
      });
    const host = createTestHost({ decide });
    const { answer } = completedOf(await collect(fakeClaude().run(claudeRequest({ prompt: "WITHDRAWN" }), host)));
    expect({ withdrawn, taken: host.taken }).toEqual({ withdrawn: true, taken: [] });
    expect(JSON.parse(answer)).toMatchObject({ subtype: "error", error: "unsupported", wasAnswered: false });
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
    const events = await collect(fakeClaude().run(claudeRequest({ prompt: "PERMISSION" }), host));
    expect(withdrawn).toBe(true);
    expect(completedOf(events)).toMatchObject({ ok: false, error: "cancelled" });
    expect(host.taken).toEqual([]);
  });
});

describe("a run that plans", () => {
  const planned = async (decision: Decision): Promise<unknown> => {
    const runner = fakeClaude({ config: { permission_mode: "dontAsk" } });
    const request = claudeRequest({ prompt: "PLAN", options: { plan: true } });
    const host = createTestHost({ decide: () => decision });
    const { answer } = completedOf(await collect(runner.run(request, host)));
    expect(host.requests).toMatchObject([{ kind: "plan", markdown: "# Plan" }]);
    expect(host.taken).toEqual(host.requests.map(({ id }) => id));
    return JSON.parse(answer);
  };

  it("asks about its plan, and goes on as told", async () => {
    expect(await planned({ kind: "approve", scope: "once", acceptEdits: true })).toMatchObject({
      response: { behavior: "allow", updatedPermissions: [{ mode: "acceptEdits" }] },
    });
    expect(await planned({ kind: "approve", scope: "once" })).toMatchObject({
      response: { behavior: "allow", updatedPermissions: [{ mode: "dontAsk" }] },
    });
    expect(await planned({ kind: "revise", feedback: "smaller" })).toMatchObject({
      response: { behavior: "deny", message: "smaller" },
    });
  });
});

describe("the end of a run", () => {
  it("is a sentence with the exit code and the last words when the process dies", async () => {
    const { ok, error, resume } = completedOf(await play("DIE"));
    expect({ ok, error }).toEqual({
      ok: false,
      error: "claude ended without a result (exit code 3).\nsomething broke\nthe last words",
    });
    expect(resume?.engine).toBe("claude");
  });

  it("comes soon after a process closed its output, which goes although it hears nothing", async () => {
    const host = createTestHost();
    const runner = fakeClaude({ patience: { exitMs: 100, termMs: 100 } });
    const { ok, error } = completedOf(await collect(runner.run(claudeRequest({ prompt: "MUTE" }), host)));
    expect({ ok, error }).toEqual({ ok: false, error: expect.stringContaining("claude ended without a result") });
    expect(() => process.kill(host.processes[0]?.pid ?? 0, 0)).toThrow("ESRCH");
  });

  it("comes with the result, before a process that hangs there has gone", async () => {
    const host = createTestHost();
    for await (const event of fakeClaude({ patience: { exitMs: 300 } }).run(
      claudeRequest({ prompt: "LINGER" }),
      host,
    )) {
      if (event.type !== "completed") continue;
      expect(event).toMatchObject({ ok: true, answer: "done" });
      expect(process.kill(host.processes[0]?.pid ?? 0, 0)).toBe(true);
    }
    expect(() => process.kill(host.processes[0]?.pid ?? 0, 0)).toThrow("ESRCH");
  });

  it("is cancelled, within its session, when the host aborts", async () => {
    const host = createTestHost();
    const events: TakopiEvent[] = [];
    for await (const event of fakeClaude().run(claudeRequest({ prompt: "HANG" }), host)) {
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

  it("leaves no process that ignores the interrupt and SIGTERM", async () => {
    const host = createTestHost();
    for await (const event of fakeClaude({ patience: { interruptMs: 100, termMs: 200 } }).run(
      claudeRequest({ prompt: "DEAF" }),
      host,
    )) {
      if (event.type === "started") host.abort();
    }
    expect(() => process.kill(host.processes[0]?.pid ?? 0, 0)).toThrow("ESRCH");
  });

  it("says how to install a program that is missing, and keeps the session", async () => {
    const resume = { engine: "claude", value: "abc" };
    const events = await play("hi", { runner: { config: { command: "/no/such/claude" } }, request: { resume } });
    expect(events).toMatchObject([{ type: "completed", ok: false, resume }]);
    expect(completedOf(events).error).toContain("npm install -g @anthropic-ai/claude-code");
  });

  it("names a working directory that does not exist", async () => {
    const { error } = completedOf(await play("hi", { request: { cwd: "/no/such/directory" } }));
    expect(error).toContain("/no/such/directory does not exist");
  });
});

describe("turns", () => {
  it("that background work starts belong to the run, and every answer is kept", async () => {
    const events = await play("BACKGROUND");
    expect(completedOf(events)).toMatchObject({ ok: true, answer: "started the build\n\nthe build is done" });
    expect(titles(events)).toContain("background work still running: build");
    expect(events.filter(({ type }) => type === "started")).toHaveLength(1);
  });

  it("are not waited for without end when work in the background never ends", async () => {
    const patience = { backgroundMs: 50, nextTurnMs: 20_000, exitMs: 300 };
    expect(completedOf(await play("SERVER", { runner: { patience } }))).toMatchObject({
      ok: true,
      answer: "the server runs",
    });
  });

  it("are not waited for when the work ended and nothing followed", async () => {
    const patience = { backgroundMs: 20_000, nextTurnMs: 50 };
    expect(completedOf(await play("SILENT_END", { runner: { patience } }))).toMatchObject({
      ok: true,
      answer: "started the build",
    });
  });
});

describe("the process", () => {
  it("gets the choices of the run over those of the config, and no prompt", async () => {
    const config = {
      model: "opus",
      effort: "low",
      permission_mode: "acceptEdits",
      allowed_tools: ["Bash(git *)", "Read"],
      extra_args: ["--add-dir=/x"],
    };
    const options = { model: "--resume=evil" };
    const resume = { engine: "claude", value: "s-1" };
    const { answer } = completedOf(await play("ARGS", { runner: { config }, request: { options, resume } }));
    expect(launched.parse(JSON.parse(answer)).args).toEqual([
      "-p",
      "--input-format=stream-json",
      "--output-format=stream-json",
      "--verbose",
      "--permission-prompt-tool=stdio",
      "--replay-user-messages",
      "--resume=s-1",
      "--model=--resume=evil",
      "--effort=low",
      "--allowedTools=Bash(git *),Read",
      "--permission-mode=acceptEdits",
      "--add-dir=/x",
    ]);
  });

  it("gets the API key only with use_api_billing, and never the marks of an outer Claude Code", async () => {
    const env = {
      PATH: process.env["PATH"] ?? "",
      ANTHROPIC_API_KEY: "k",
      CLAUDECODE: "1",
      CLAUDE_CODE_ENTRYPOINT: "cli",
      ANTHROPIC_BASE_URL: "http://x",
    };
    const seen = async (config: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, string>>> =>
      launched.parse(JSON.parse(completedOf(await play("ARGS", { env, runner: { config } })).answer)).env;
    const [subscription, billed] = await Promise.all([seen({}), seen({ use_api_billing: true })]);
    expect(subscription).not.toHaveProperty("ANTHROPIC_API_KEY");
    expect(billed).toMatchObject({ ANTHROPIC_API_KEY: "k", ANTHROPIC_BASE_URL: "http://x" });
    expect(Object.keys(billed)).not.toContain("CLAUDECODE");
    expect(Object.keys(billed)).not.toContain("CLAUDE_CODE_ENTRYPOINT");
  });

  it("may print what nobody understands: siblings survive, and unknown types are said once", async () => {
    const events = await play("NOISE");
    expect(completedOf(events)).toMatchObject({ ok: true, answer: "still here" });
    expect(titles(events)).toEqual([
      "claude printed a line that is not JSON",
      "lines of an unknown type: brand_new ×2",
    ]);
  });
});
