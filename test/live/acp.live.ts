import { access, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { configSchema } from "../../runners/acp/config.ts";
import { createAcpRunner } from "../../runners/acp/runner.ts";
import type { Decision, DecisionRequest } from "../../src/domain/decision.ts";
import type { TakopiEvent } from "../../src/domain/event.ts";
import type { Runner, RunRequest, SessionSummary } from "../../src/runner/runner.ts";
import { collect, completedOf, createTestHost, runRequest, type TestHost, type TestHostOptions } from "../factories.ts";
import { liveAgents, type FakeModel, type LiveAgent } from "./acp-agents.ts";
import { processesWith, runProcesses } from "./run-processes.ts";

const missing = liveAgents.filter(({ variable }) => process.env[variable] === undefined);
if (missing.length > 0)
  throw new Error("run `node test/live/run.mjs acp`: it installs the agents and says where they are");

/** A real agent with a home, a directory to work in and a model of its own. */
class Bench {
  readonly agent: LiveAgent;
  model: FakeModel = { url: "", texts: [], close: async () => {} };
  cwd = "";
  #home = "";
  #env: Readonly<Record<string, string>> = {};

  constructor(agent: LiveAgent) {
    this.agent = agent;
  }

  async open(): Promise<void> {
    this.model = await this.agent.startModel();
    this.#home = await mkdtemp(join(tmpdir(), "takopi-acp-home-"));
    this.cwd = await mkdtemp(join(tmpdir(), "takopi-acp-work-"));
    const own = await this.agent.prepare(this.#home, this.model.url);
    this.#env = { PATH: process.env["PATH"] ?? "", HOME: this.#home, ...own };
  }

  async close(): Promise<void> {
    await this.model.close();
    await Promise.all([this.#home, this.cwd].map((path) => rm(path, { recursive: true, force: true, maxRetries: 5 })));
  }

  runner(more: Readonly<Record<string, unknown>> = {}): Runner {
    const { id, variable, args, mode } = this.agent;
    const command = [process.execPath, process.env[variable], ...args];
    const config = configSchema.parse({ command, ...(mode === undefined ? {} : { mode }), ...more });
    return createAcpRunner({ engine: id, config, configDir: "/" });
  }

  host(options: TestHostOptions = {}): TestHost {
    return createTestHost({ env: this.#env, ...options });
  }

  /** Nothing that was started for the list is left when it is there. */
  async sessions(): Promise<readonly SessionSummary[] | undefined> {
    const sessions = await this.runner().listSessions?.(this.cwd, {
      env: this.#env,
      signal: new AbortController().signal,
    });
    expect(await processesWith(`HOME=${this.#home}`)).toEqual([]);
    return sessions;
  }

  request(prompt: string, more: Partial<RunRequest> = {}): RunRequest {
    return runRequest({ prompt, cwd: this.cwd, ...more });
  }

  async ask(
    prompt: string,
    options: TestHostOptions = {},
    more: Partial<RunRequest> = {},
  ): Promise<readonly TakopiEvent[]> {
    return await collect(this.runner().run(this.request(prompt, more), this.host(options)));
  }

  /** Resolves when the prompt has come to the model. */
  async heard(prompt: string): Promise<void> {
    while (!this.model.texts.some((text) => text.includes(prompt))) await delay(20);
  }

  async has(file: string): Promise<boolean> {
    return await access(join(this.cwd, file)).then(
      () => true,
      () => false,
    );
  }
}

const startsTool = (event: TakopiEvent): boolean => event.type === "action" && event.action.kind === "command";

describe.each(liveAgents)("$id over ACP", (agent) => {
  const bench = new Bench(agent);
  beforeAll(async () => await bench.open());
  afterAll(async () => await bench.close());

  it("answers, in a session that the next run continues", async () => {
    const begun = performance.now();
    const times: Record<string, number> = {};
    const first: TakopiEvent[] = [];
    for await (const event of bench.runner().run(bench.request("Hello"), bench.host())) {
      first.push(event);
      times[event.type] = Math.round(performance.now() - begun);
    }
    times["gone"] = Math.round(performance.now() - begun);
    console.log(`${agent.id}: milliseconds since run():`, times);
    const { resume, answer, ok, error } = completedOf(first);
    expect({ ok, error }).toEqual({ ok: true, error: undefined });
    expect(answer).toContain("Hello");
    expect(first[0]).toMatchObject({ type: "started", resume });
    if (resume === undefined) throw new Error("no session to resume");
    const last = completedOf(await bench.ask("And then?", {}, { resume }));
    console.log(`${agent.id}: continued:`, last.ok, last.error ?? last.answer);
    if (agent.otherwise.resumesSometimes && last.fault === "session_not_found") return;
    expect(last).toMatchObject({ ok: true, resume });
    expect(last.answer).toContain("And then?");
    expect(last.answer).not.toContain("Hello");
  });

  it("lists the sessions it keeps, which can be continued", { timeout: 120_000 }, async () => {
    const { capabilities } = bench.runner();
    const { resume } = completedOf(await bench.ask("List this one"));
    const begun = performance.now();
    const sessions = await bench.sessions();
    console.log(`${agent.id}: listed in ms`, Math.round(performance.now() - begun), sessions);
    expect(sessions !== undefined).toBe(capabilities.sessions);
    if (sessions === undefined) return;
    const [newest] = sessions;
    expect(newest).toMatchObject({ token: resume, title: expect.stringMatching(/\S/u), cwd: bench.cwd });
    expect(Math.abs(Date.now() - (newest?.updatedAt ?? 0))).toBeLessThan(60_000);
    if (newest === undefined) throw new Error("no session");
    expect(completedOf(await bench.ask("Go on", {}, { resume: newest.token }))).toMatchObject({
      ok: true,
      resume: newest.token,
      answer: expect.stringContaining("Go on"),
    });
    expect((await bench.sessions())?.filter(({ token }) => token.value === newest.token.value)).toHaveLength(1);
  });

  it("shows its tools with their outcome", async () => {
    const events = await bench.ask("BASH(echo out-of-the-shell)");
    expect(completedOf(events)).toMatchObject({ ok: true });
    const command = events.find((event) => startsTool(event) && event.type === "action" && event.phase === "completed");
    expect(command).toMatchObject({ ok: true, action: { title: "echo out-of-the-shell" } });
  });

  it("asks before it changes something, and does it when allowed", async () => {
    const host = bench.host();
    const events = await collect(bench.runner().run(bench.request(agent.touch("allowed.txt")), host));
    expect(host.requests[0]).toMatchObject({ kind: "approval", title: expect.stringContaining("allowed.txt") });
    expect(host.taken).toEqual(host.requests.map(({ id }) => id));
    expect(completedOf(events).ok).toBe(true);
    expect(await bench.has("allowed.txt")).toBe(true);
  });

  it("does not ask again in a session for what was allowed for it", { timeout: 120_000 }, async () => {
    const decide = (request: DecisionRequest): Decision => {
      const scopes = request.kind === "approval" ? request.scopes : [];
      return { kind: "approve", scope: scopes.includes("session") ? "session" : "once" };
    };
    const runner = bench.runner();
    const first = bench.host({ decide });
    const request = bench.request(agent.touch("again.txt"));
    const { resume } = completedOf(await collect(runner.run(request, first)));
    const [asked] = first.requests;
    const lasts = asked?.kind === "approval" && asked.scopes.includes("session");
    console.log(`${agent.id}: can be allowed`, asked?.kind === "approval" ? asked.scopes : asked);
    if (resume === undefined || !lasts || agent.otherwise.resumesSometimes) return;
    await rm(join(bench.cwd, "again.txt"));
    const [same, other] = [bench.host(), bench.host()];
    const again = { ...bench.request(agent.touch("again.txt")), resume };
    expect(completedOf(await collect(runner.run(again, same)))).toMatchObject({ ok: true, resume });
    expect(same.requests).toEqual([]);
    expect(await bench.has("again.txt")).toBe(true);
    await collect(runner.run(bench.request(agent.touch("again.txt")), other));
    expect(other.requests).not.toEqual([]);
  });

  it("does not do what was denied", async () => {
    const decide = (): Decision => ({ kind: "deny", reason: "not today" });
    const events = await bench.ask(agent.touch("denied.txt"), { decide });
    expect(completedOf(events).ok).toBe(agent.otherwise.endsOnRefusal !== true);
    expect(events).toContainEqual(expect.objectContaining({ phase: "completed", ok: false }));
    expect(await bench.has("denied.txt")).toBe(false);
  });

  it("says so when its model fails", { timeout: 120_000 }, async () => {
    const { ok, error } = completedOf(await bench.ask("HTTP(400)"));
    console.log(`${agent.id}: API error:`, error);
    expect(ok).toBe(false);
    expect(error).toContain("made to fail");
  });

  it("says that a session is gone", async () => {
    const resume = { engine: agent.id, value: "00000000-1111-4222-8333-444444444444" };
    const events = await bench.ask("Hello", {}, { resume });
    expect(events).toMatchObject([{ type: "completed", ok: false, fault: "session_not_found" }]);
  });

  it.each([
    ["text", "SLOW(30) story", (event: TakopiEvent) => event.type === "started"],
    ["a command", "BASH(tail -f /dev/null)", startsTool],
  ])("leaves no process when it is cancelled in the middle of %s", async (what, prompt, isTime) => {
    const request = bench.request(prompt);
    const host = bench.host();
    const events: TakopiEvent[] = [];
    let abortedAt = 0;
    const abort = (): void => {
      abortedAt = performance.now();
      host.abort();
    };
    for await (const event of bench.runner().run(request, host)) {
      events.push(event);
      if (isTime(event) && !host.signal.aborted) void bench.heard(prompt).then(abort);
      if (event.type === "completed")
        console.log(`${agent.id}: cancelled in ${what}: completed after ms`, Math.round(performance.now() - abortedAt));
    }
    console.log(`${agent.id}: cancelled in ${what}: gone after ms`, Math.round(performance.now() - abortedAt));
    expect(completedOf(events)).toMatchObject({ ok: false, error: "cancelled" });
    expect(await runProcesses(request.runId)).toEqual([]);
  });

  it("leaves no process when nobody listens any more, a question being open", async () => {
    const request = bench.request(agent.touch("never.txt"));
    const waiting = (_: unknown, withdrawn?: AbortSignal): Promise<Decision> =>
      new Promise((resolve) =>
        withdrawn?.addEventListener("abort", () => resolve({ kind: "dismiss", reason: "gone" })),
      );
    for await (const event of bench.runner().run(request, bench.host({ decide: waiting }))) {
      if (event.type === "action" && event.phase === "started") break;
    }
    expect(await runProcesses(request.runId)).toEqual([]);
    expect(await bench.has("never.txt")).toBe(false);
  });
});

describe("claude-agent-acp, which asks more than the others", () => {
  const [claude] = liveAgents;
  if (claude === undefined) throw new Error("no agents");
  const bench = new Bench(claude);
  beforeAll(async () => await bench.open());
  afterAll(async () => await bench.close());

  it("takes the answer to its question, which comes as a form", async () => {
    const host = bench.host({ decide: () => ({ kind: "answers", answers: { question_0: ["Blue"] } }) });
    const { answer } = completedOf(await collect(bench.runner().run(bench.request("ASK"), host)));
    expect(host.requests).toMatchObject([
      { kind: "question", questions: [{ text: "Which colour?", options: [{ label: "Red" }, { label: "Blue" }] }] },
    ]);
    expect(answer).toContain(`"Which colour?"="Blue"`);
  });

  it.each([
    ["with its edits", true, ["plan"]],
    ["without them", false, ["plan", "approval"]],
  ])("shows its plan, and goes on when that is approved %s", async (_, acceptEdits, asked) => {
    const host = bench.host({ decide: () => ({ kind: "approve", scope: "once", acceptEdits }) });
    const file = `planned-${acceptEdits}.txt`;
    const request = bench.request(`PLAN WRITE(${bench.cwd}/${file})`, { options: { plan: true } });
    const events = await collect(bench.runner().run(request, host));
    expect(host.requests[0]).toMatchObject({ kind: "plan", markdown: expect.stringContaining("# Plan") });
    expect(host.requests.map(({ kind }) => kind)).toEqual(asked);
    expect(completedOf(events)).toMatchObject({ ok: true });
    expect(await bench.has(file)).toBe(true);
  });

  it("plans again with what was said about its plan, and not in the run after that", async () => {
    const host = bench.host({ decide: () => ({ kind: "revise", feedback: "Smaller, please" }) });
    const { resume } = completedOf(
      await collect(bench.runner().run(bench.request("PLAN", { options: { plan: true } }), host)),
    );
    expect(bench.model.texts.some((text) => text.includes("Smaller, please"))).toBe(true);
    if (resume === undefined) throw new Error("no session to resume");
    const next = bench.host();
    const request = bench.request(`WRITE(${bench.cwd}/after.txt)`, { resume });
    expect(completedOf(await collect(bench.runner().run(request, next)))).toMatchObject({ ok: true });
    expect(next.requests).toMatchObject([{ kind: "approval", tool: "Write" }]);
    expect(await bench.has("after.txt")).toBe(true);
  });

  it("says which modes it has when it does not have the one that was wished for", async () => {
    const events = await collect(bench.runner({ mode: "nonsense" }).run(bench.request("Hello"), bench.host()));
    expect(completedOf(events).error).toContain("It has: default, acceptEdits, plan");
  });

  it("sees an image", async () => {
    const png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    const path = join(bench.cwd, "dot.png");
    await writeFile(path, Buffer.from(png, "base64"));
    const attachments = [{ path, mediaType: "image/png" }];
    const { ok, answer } = completedOf(await bench.ask("What is this?", {}, { attachments }));
    expect({ ok, named: answer.includes(path) }).toEqual({ ok: true, named: false });
  });
});

describe("codex-acp, which plans", () => {
  const codex = liveAgents.find(({ id }) => id === "codex-acp");
  if (codex === undefined) throw new Error("no codex-acp");
  const bench = new Bench(codex);
  beforeAll(async () => await bench.open());
  afterAll(async () => await bench.close());

  const prompt = "Think:\n<proposed_plan>\n# Plan\n\n1. Do it\n</proposed_plan>";

  it("shows its plan, and carries it out in the same run when it is approved", async () => {
    const host = bench.host();
    const events = await collect(bench.runner().run(bench.request(prompt, { options: { plan: true } }), host));
    expect(host.requests).toMatchObject([{ kind: "plan", markdown: expect.stringContaining("# Plan") }]);
    expect(completedOf(events)).toMatchObject({
      ok: true,
      answer: expect.stringContaining("Implement the approved plan"),
    });
  });

  it("does not plan in the run after one whose plan was refused", async () => {
    const host = bench.host({ decide: () => ({ kind: "deny", reason: "no" }) });
    const { resume } = completedOf(
      await collect(bench.runner().run(bench.request(prompt, { options: { plan: true } }), host)),
    );
    if (resume === undefined) throw new Error("no session to resume");
    const next = bench.host();
    await collect(bench.runner().run(bench.request(prompt, { resume }), next));
    expect(next.requests).toEqual([]);
  });
});
