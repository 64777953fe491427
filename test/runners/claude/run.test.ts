import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { Decision } from "../../../src/domain/decision.ts";
import type { TakopiEvent } from "../../../src/domain/event.ts";
import type { FollowUp, RunRequest } from "../../../src/runner/runner.ts";
import { collect, completedOf, createTestHost, type TestHostOptions } from "../../factories.ts";
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
    const { answer } = completedOf(await play("WITHDRAWN", { decide }));
    expect(withdrawn).toBe(true);
    expect(JSON.parse(answer)).toMatchObject({ subtype: "error", error: "unsupported" });
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

  const once = async function* (text: string): AsyncGenerator<FollowUp, void, undefined> {
    yield { text };
  };

  it("take a follow-up into the running one", async () => {
    const events = await play("FOLDED", { followUps: once("be brief") });
    expect(completedOf(events)).toMatchObject({ ok: true, answer: "both: be brief" });
  });

  it("answer a follow-up that came too late for the running one after it", async () => {
    const events = await play("SECOND_TURN", { followUps: once("and then?") });
    expect(completedOf(events)).toMatchObject({ ok: true, answer: "first\n\nsecond: and then?" });
  });

  it("get a follow-up after the running one from a CLI that does not say which turn took it", async () => {
    const events = await play("OLD_CLI", { followUps: once("and then?") });
    expect(completedOf(events)).toMatchObject({ ok: true, answer: "first\n\nsecond: and then?" });
  });
});

describe("the process", () => {
  it("gets the choices of the run over those of the config, and no prompt", async () => {
    const config = {
      model: "opus",
      effort: "low",
      permission_mode: "plan",
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
      "--resume=s-1",
      "--model=--resume=evil",
      "--effort=low",
      "--permission-mode=plan",
      "--allowedTools=Bash(git *),Read",
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
