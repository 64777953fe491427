import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { Decision } from "../../../src/domain/decision.ts";
import type { TakopiEvent } from "../../../src/domain/event.ts";
import { collect, completedOf, createTestHost, runRequest } from "../../factories.ts";
import { fakeCodex, play, sent, titles, type Play } from "./fake-codex.ts";

const session = "01a1fbcf-df83-7692-a225-989261006f8f";
const resume = { engine: "codex", value: session };
const echoed = z.object({
  args: z.array(z.string()),
  env: z.record(z.string(), z.string()).default({}),
  seen: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
});

async function launchedWith(more: Play): Promise<z.infer<typeof echoed>> {
  return echoed.parse(JSON.parse(completedOf(await play("ARGS", more)).answer));
}

describe("approvals", () => {
  it("go to the host and back to the process that waits for them", async () => {
    const host = createTestHost({ decide: () => ({ kind: "approve", scope: "session" }) });
    const events: TakopiEvent[] = [];
    for await (const event of fakeCodex().run(runRequest({ prompt: "COMMAND" }), host)) events.push(event);
    expect(host.requests).toMatchObject([
      { kind: "approval", tool: "shell", title: "touch x", scopes: ["once", "session"] },
    ]);
    expect(completedOf(events).answer).toBe('{"decision":"acceptForSession"}');
    expect(host.taken).toEqual(["ask-1"]);
  });

  it("of file changes show what would change", async () => {
    const host = createTestHost({ decide: () => ({ kind: "deny", reason: "no" }) });
    const events: TakopiEvent[] = [];
    const request = runRequest({ prompt: "FILE" });
    for await (const event of fakeCodex().run(request, host)) events.push(event);
    const path = `${request.cwd}/a.txt`;
    const diff = "--- /dev/null\n+++ a.txt\n@@ -0,0 +1,1 @@\n+a\n";
    expect(host.requests).toMatchObject([{ title: "edit a.txt", input: { path, diff, changes: [{ path }] } }]);
    expect(completedOf(events).answer).toBe('{"decision":"decline"}');
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
    const events = await collect(fakeCodex().run(runRequest({ prompt: "WITHDRAWN" }), host));
    expect(withdrawn).toBe(true);
    expect(host.taken).toEqual([]);
    expect(JSON.parse(completedOf(events).answer)).toMatchObject({ error: { code: -32601 } });
    expect(titles(events)).toContain("messages of an unknown type: attestation/generate ×1");
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
    const events: TakopiEvent[] = [];
    for await (const event of fakeCodex().run(runRequest({ prompt: "COMMAND" }), host)) events.push(event);
    expect(withdrawn).toBe(true);
    expect(completedOf(events)).toMatchObject({ ok: false, error: "cancelled" });
  });
});

describe("the end of a run", () => {
  it("is a sentence with the exit code and the last words when the process dies", async () => {
    expect(completedOf(await play("DIE"))).toMatchObject({
      ok: false,
      error: "codex ended without a result (exit code 3).\nERROR something broke\nthe last words",
    });
    const inExec = completedOf(await play("DIE", { runner: { config: { mode: "exec" } } }));
    expect(inExec).toMatchObject({ ok: false, error: "codex ended without a result (exit code 3).\nsomething broke" });
  });

  it("keeps the half of a message that was there", async () => {
    expect(completedOf(await play("HALF"))).toMatchObject({ ok: false, answer: "I was about to" });
  });

  it("comes when the process closes its output, and takes the process with it", async () => {
    const host = createTestHost();
    const events: TakopiEvent[] = [];
    for await (const event of fakeCodex().run(runRequest({ prompt: "CLOSE" }), host)) events.push(event);
    expect(completedOf(events)).toMatchObject({ ok: false, error: "codex ended without a result (exit code 0)." });
    expect(() => process.kill(host.processes[0]?.pid ?? 0, 0)).toThrow("ESRCH");
  });

  it("comes with the turn's, before a process that hangs there has gone", async () => {
    const host = createTestHost();
    const runner = fakeCodex({ patience: { exitMs: 200, termMs: 300 } });
    for await (const event of runner.run(runRequest({ prompt: "LINGER" }), host)) {
      if (event.type !== "completed") continue;
      expect(event).toMatchObject({ ok: true, answer: "done" });
      expect(process.kill(host.processes[0]?.pid ?? 0, 0)).toBe(true);
    }
    expect(() => process.kill(host.processes[0]?.pid ?? 0, 0)).toThrow("ESRCH");
  });

  it("is an error where the turn was stopped by somebody else", async () => {
    expect(completedOf(await play("STOPPED"))).toMatchObject({
      ok: false,
      error: "codex stopped before it had finished.",
    });
  });

  it.each(["app_server", "exec"])("is cancelled, within its session, when the host aborts (%s)", async (mode) => {
    const host = createTestHost();
    const events: TakopiEvent[] = [];
    for await (const event of fakeCodex({ config: { mode } }).run(runRequest({ prompt: "HANG" }), host)) {
      events.push(event);
      if (event.type === "started") host.abort();
    }
    const [first] = events;
    const ended = completedOf(events);
    expect(ended).toMatchObject({ ok: false, error: "cancelled" });
    expect(ended.resume).toEqual(first?.type === "started" ? first.resume : undefined);
  });

  it("leaves no process that ignores the interrupt and SIGTERM", async () => {
    const host = createTestHost();
    const runner = fakeCodex({ patience: { interruptMs: 200, termMs: 300 } });
    for await (const event of runner.run(runRequest({ prompt: "DEAF" }), host))
      if (event.type === "started") host.abort();
    expect(() => process.kill(host.processes[0]?.pid ?? 0, 0)).toThrow("ESRCH");
  });

  it("says how to install a program that is missing, and keeps the session", async () => {
    const events = await play("hi", { runner: { config: { command: "/no/such/codex" } }, request: { resume } });
    expect(events).toMatchObject([{ type: "completed", ok: false, resume }]);
    expect(completedOf(events).error).toContain("npm install -g @openai/codex");
  });

  it("keeps the reason Codex gives for a failed turn", async () => {
    expect(completedOf(await play("FAIL"))).toMatchObject({ ok: false, error: "Quota exceeded." });
  });

  it("says that the account's limit is reached, and when the window that is used up is over", async () => {
    expect(completedOf(await play("LIMIT"))).toMatchObject({ fault: "usage_limit", resetsAt: 1_800_000_000_000 });
    const unknown = completedOf(await play("FAIL"));
    expect(unknown).toMatchObject({ fault: "usage_limit" });
    expect(unknown).not.toHaveProperty("resetsAt");
  });
});

describe("sessions", () => {
  it.each(["app_server", "exec"])("that are gone are a fault of their own, and nothing starts (%s)", async (mode) => {
    const gone = { engine: "codex", value: "00000000-0000-4000-8000-000000000000" };
    const events = await play("hi", { request: { resume: gone }, runner: { config: { mode } } });
    expect(events).toMatchObject([{ type: "completed", ok: false, fault: "session_not_found" }]);
    expect(completedOf(events)).not.toHaveProperty("resume");
  });

  it.each(["app_server", "exec"])("that another codex has open say so, and are kept (%s)", async (mode) => {
    const events = await play("hi", { request: { resume }, runner: { config: { mode }, words: ["--held"] } });
    expect(events).toMatchObject([{ type: "completed", ok: false, resume }]);
    expect(completedOf(events).error).toMatch(/open in another codex.*Close it there/u);
  });

  it("without the form of an id are never sent: Codex would begin a new session", async () => {
    const host = createTestHost();
    const events: TakopiEvent[] = [];
    const request = runRequest({ resume: { engine: "codex", value: "my-session" } });
    for await (const event of fakeCodex().run(request, host)) events.push(event);
    expect(events).toMatchObject([{ type: "completed", ok: false, fault: "session_not_found" }]);
    expect(host.processes).toEqual([]);
  });

  it.each(["app_server", "exec"])("end the run at once when Codex goes on in another one (%s)", async (mode) => {
    const runner = { config: { mode }, words: ["--swap"], patience: { exitMs: 60_000 } };
    const events = await play("HANG", { request: { resume }, runner });
    expect(events.map(({ type }) => type)).toEqual(["completed"]);
    expect(completedOf(events)).toMatchObject({ ok: false, resume });
    expect(completedOf(events).error).toContain(`instead of ${session}`);
  });
});

describe("follow-ups", () => {
  it("go into the running turn and are taken, and both answers are kept", async () => {
    const [followUps, taken] = sent("be brief");
    const events = await play("STEERED", { followUps });
    expect(completedOf(events)).toMatchObject({ ok: true, answer: "first\n\nand: be brief" });
    expect(taken).toEqual(["be brief"]);
  });

  it("that come too late for the turn are left to the host", async () => {
    const [followUps, taken] = sent("and then?");
    const events = await play("TOO_LATE", { followUps });
    expect(completedOf(events)).toMatchObject({ ok: true, answer: "first" });
    expect(taken).toEqual([]);
  });
});

describe("the process", () => {
  it("gets the choices of the run over those of the config", async () => {
    const config = { model: "a", effort: "low", approval_policy: "untrusted", sandbox: "read-only" };
    const { args, seen } = await launchedWith({
      runner: { config },
      request: { options: { model: "b", effort: "high" } },
    });
    expect(args).toEqual(["-c", "notify=[]", "app-server"]);
    expect(seen["thread/start"]).toMatchObject({ model: "b", approvalPolicy: "untrusted", cwd: process.cwd() });
    expect(seen["turn/start"]).toMatchObject({ effort: "high", sandboxPolicy: { type: "readOnly" } });
    // It would mark the directory as trusted.
    expect(seen["thread/start"]).not.toHaveProperty("sandbox");
  });

  it("may write in its directory unless Codex's own config says otherwise", async () => {
    const { seen } = await launchedWith({});
    expect(seen["turn/start"]).toMatchObject({ sandboxPolicy: { type: "workspaceWrite", networkAccess: false } });
    const env = { PATH: process.env["PATH"] ?? "", CODEX_FAKE_SANDBOX: "read-only" };
    expect((await launchedWith({ env })).seen["turn/start"]).not.toHaveProperty("sandboxPolicy");
  });

  it("of exec gets its options before `resume`, and no prompt", async () => {
    const config = { mode: "exec", model: "a", effort: "low", sandbox: "workspace-write", profile: "fast" };
    const attachments = [
      { path: "/tmp/dot.png", mediaType: "image/png" },
      { path: "/tmp/table.csv", mediaType: "text/csv" },
    ];
    const { args } = await launchedWith({ runner: { config }, request: { resume } });
    expect(args.join(" ")).toBe(
      `-c notify=[] --profile=fast --model=a -c model_reasoning_effort="low" exec --json --skip-git-repo-check --color=never --sandbox=workspace-write resume ${session} -`,
    );
    const { answer } = completedOf(
      await play("see", { runner: { config: { mode: "exec" } }, request: { attachments } }),
    );
    expect(answer).toBe("see\nAttached file: /tmp/table.csv");
  });

  it("gets a profile's settings with the thread, for the app-server has no --profile", async () => {
    const home = await mkdtemp(join(tmpdir(), "takopi-codex-home-"));
    try {
      await writeFile(join(home, "fast.config.toml"), 'model = "x"\n[tools]\nweb_search = true\n[p."a.b"]\nq = 1\n');
      const env = { PATH: process.env["PATH"] ?? "", CODEX_HOME: home };
      const { seen } = await launchedWith({ env, runner: { config: { profile: "fast" } } });
      expect(seen["thread/start"]?.["config"]).toEqual({
        model: "x",
        "tools.web_search": true,
        p: { "a.b": { q: 1 } },
      });
      await writeFile(join(home, "strict.config.toml"), 'sandbox_mode = "read-only"\n');
      const strict = await launchedWith({ env, runner: { config: { profile: "strict" } } });
      expect(strict.seen["turn/start"]).not.toHaveProperty("sandboxPolicy");
      const { error } = completedOf(await play("hi", { env, runner: { config: { profile: "nope" } } }));
      expect(error).toContain(`the profile nope can't be read from ${join(home, "nope.config.toml")}`);
    } finally {
      await rm(home, { recursive: true });
    }
  });

  it("sees no marks of an outer Codex", async () => {
    const env = { PATH: process.env["PATH"] ?? "", CODEX_SANDBOX: "seatbelt", CODEX_THREAD_ID: "t", CODEX_HOME: "/h" };
    const names = Object.keys((await launchedWith({ env })).env);
    expect(names).toContain("CODEX_HOME");
    expect(names).not.toContain("CODEX_SANDBOX");
    expect(names).not.toContain("CODEX_THREAD_ID");
  });

  it("that has no app-server runs as exec, and says so", async () => {
    const events = await play("hello", { runner: { words: ["--old"] } });
    expect(titles(events)).toEqual([expect.stringContaining("has no app-server")]);
    expect(completedOf(events)).toMatchObject({ ok: true, answer: "hello" });
    expect(events.filter(({ type }) => type === "completed")).toHaveLength(1);
  });

  it("may print what nobody understands: siblings survive, and unknown types are said once", async () => {
    const events = await play("NOISE");
    expect(completedOf(events)).toMatchObject({ ok: true, answer: "still here" });
    expect(titles(events)).toEqual([
      "codex printed a line that is not one of its messages",
      "careful",
      "touch x",
      "messages of an unknown type: brand/new ×2, item/hologram ×1",
    ]);
  });
});
