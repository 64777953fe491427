import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join, relative } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Decision, DecisionRequest } from "../../src/domain/decision.ts";
import type { RunHost, RunRequest } from "../../src/runner/runner.ts";
import { actionStarted, completed, ScriptedRunner, started, token } from "../factories.ts";
import { Client, type ClientOptions } from "./client.ts";
import type { SeenEvent } from "./conformance.ts";

/** What the engine got. */
interface Seen {
  readonly events: readonly SeenEvent[];
  readonly request: RunRequest | undefined;
  readonly host: RunHost | undefined;
}

async function runWith(
  envelope: Readonly<Record<string, unknown>>,
  options: ClientOptions & { readonly capabilities?: ScriptedRunner["capabilities"] } = {},
): Promise<Seen> {
  let host: RunHost | undefined;
  const runner = new ScriptedRunner({
    capabilities: { model: true, effort: ["low", "high"], ...options.capabilities },
    script: async function* (_request, given) {
      host = given;
      yield started();
      yield completed("fine");
    },
  });
  const client = new Client({ runner, ...options });
  client.send({ v: "happi/1.0", id: "r", cmd: "scripted.run", args: ["hello"], ...envelope });
  const events = await client.events();
  return { events, request: runner.requests[0], host };
}

const flags = (values: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> => ({ flags: values });

describe("<engine>.run", () => {
  it("runs the prompt and says how its session goes on", async () => {
    const { events, request } = await runWith({});
    expect(request).toMatchObject({ prompt: "hello", cwd: process.cwd(), options: {}, attachments: [] });
    expect(request).not.toHaveProperty("resume");
    expect(events).toMatchObject([
      { type: "started" },
      { type: "delta", text: "fine" },
      { type: "completed", resume: "scripted --resume session-1" },
    ]);
  });

  it("passes model and effort on; a flag comes before the model of args[0]", async () => {
    const withBoth = await runWith(flags({ model: "m-1", effort: "high", unknown: [1] }));
    expect(withBoth.request?.options).toEqual({ model: "m-1", effort: "high" });
    const argument = { model: "m-0", messages: [{ role: "user", content: "hi" }] };
    expect((await runWith({ args: [argument] })).request?.options).toEqual({ model: "m-0" });
    const both = { args: [argument], flags: { model: "m-1" } };
    expect((await runWith(both)).request?.options).toEqual({ model: "m-1" });
  });

  it("takes null for a flag that is not given", async () => {
    const nothing = { cwd: null, resume: null, model: null, effort: null, approvals: null };
    expect((await runWith(flags(nothing))).request).toMatchObject({ prompt: "hello", options: {} });
  });

  it.each(["session-9", " session-9 ", "scripted --resume session-9", "see:\n`scripted --resume session-9`"])(
    "continues a session by its id or its line: %j",
    async (resume) => {
      expect((await runWith(flags({ resume }))).request?.resume).toEqual(token("session-9"));
    },
  );

  it("works in the directory it is told, also one relative to the program's or to the home", async () => {
    const dir = mkdtempSync(join(tmpdir(), "takopi-happi-"));
    onTestFinished(() => rmSync(dir, { recursive: true }));
    mkdirSync(join(dir, "app"));
    expect((await runWith(flags({ cwd: dir }))).request?.cwd).toBe(dir);
    expect((await runWith(flags({ cwd: relative(process.cwd(), dir) }))).request?.cwd).toBe(dir);
    const host = { env: { HOME: dir } };
    expect((await runWith(flags({ cwd: "~/app" }), { host })).request?.cwd).toBe(join(dir, "app"));
    expect((await runWith(flags({ cwd: "~" }))).request?.cwd).toBe(homedir());
  });

  it.each([
    [{ args: [] }, "invalid_args", /^args\[0\] must be the prompt/],
    [{ args: [""] }, "invalid_args", /^the prompt is empty$/],
    [flags({ cwd: "/no/such/dir" }), "invalid_args", /^flags\.cwd is not a directory: \/no\/such\/dir$/],
    [flags({ cwd: import.meta.filename }), "invalid_args", /^flags\.cwd is not a directory/],
    [flags({ cwd: 5 }), "invalid_args", /^flags\.cwd must be a text$/],
    [flags({ model: "" }), "invalid_args", /^flags\.model must not be empty$/],
    [flags({ effort: "huge" }), "invalid_args", /^flags\.effort must be one of low, high$/],
    [flags({ approvals: "ask" }), "invalid_args", /^flags\.approvals must be "allow" or "deny"$/],
    [flags({ resume: "-rf" }), "invalid_args", /^flags\.resume names no session of scripted/],
    [flags({ resume: "other --resume x" }), "invalid_args", /^flags\.resume names no session of scripted/],
    [{ cmd: "none.run" }, "unknown_cmd", /^there is no engine "none"; this runtime has broken\.run, scripted\.run$/],
    [{ cmd: "broken.run" }, "engine_unavailable", /^broken was not found$/],
    [{ cmd: ".run" }, "unknown_cmd", /^there is no command/],
  ])("starts nothing for %j, and says what is wrong", async (envelope, code, message) => {
    const { events, request } = await runWith(envelope);
    expect(events).toMatchObject([{ type: "started" }, { type: "error", code }]);
    expect(events.at(-1)).toHaveProperty("message", expect.stringMatching(message));
    expect(request).toBeUndefined();
  });

  it("does not take a model or an effort for an engine that can't be told", async () => {
    const capabilities = { ...new ScriptedRunner().capabilities, model: false, effort: [] };
    const model = await runWith(flags({ model: "m" }), { capabilities });
    expect(model.events.at(-1)).toHaveProperty("message", "scripted can't be told a model: leave it out");
    const effort = await runWith(flags({ effort: "low" }), { capabilities });
    expect(effort.events.at(-1)).toHaveProperty("message", "scripted has no effort to choose: leave it out");
  });

  it("answers with the mistake of the configuration", async () => {
    const engines = async (): Promise<never> => {
      throw new Error("takopi.toml: mock.speed: is no number");
    };
    const { events } = await runWith({}, { host: { engines } });
    expect(events.at(-1)).toMatchObject({ code: "config_error", message: "takopi.toml: mock.speed: is no number" });
  });

  it("tells the engine how deep it is, and ends a runtime that runs itself", async () => {
    expect((await runWith({})).host?.env).toEqual({ PATH: "/bin", HAPPI_DEPTH: "1" });
    const inside = await runWith({}, { host: { env: { HAPPI_DEPTH: "3" } } });
    expect(inside.host?.env).toHaveProperty("HAPPI_DEPTH", "4");
    const { events, host } = await runWith({}, { host: { env: { HAPPI_DEPTH: "4" } } });
    expect(events.at(-1)).toMatchObject({ type: "error", code: "runtime_error" });
    expect(host).toBeUndefined();
  });

  it("gives earlier turns to an engine that asks for those of a session", async () => {
    const messages = [
      { role: "user", content: "one" },
      { role: "assistant", content: "two" },
      { role: "user", content: "three" },
    ];
    const again = await runWith({ args: [{ messages }], ...flags({ resume: "session-9" }) });
    expect(again.request?.prompt).toBe("three");
    expect(again.host?.history()).toEqual([{ prompt: "one", answer: "two" }]);
    const fresh = await runWith({ args: [{ messages }] });
    expect(fresh.request?.prompt).toContain("User:\none\n\nAssistant:\ntwo");
    expect(fresh.host?.history()).toEqual([]);
  });

  it("covers what no client may see, wherever it is cut", async () => {
    const runner = new ScriptedRunner({
      script: async function* () {
        yield started();
        yield actionStarted("a1", { action: { id: "a1", kind: "command", title: "echo SECRET", detail: {} } });
        yield completed(`${"x".repeat(4_093)}SECRET`);
      },
    });
    const stdout = await new Client({ runner }).run("x").ends();
    expect(stdout.match(/•{6}|•{3}/gu)).toHaveLength(3);
    expect(stdout).not.toMatch(/SEC|RET/);
  });

  it("reports processes with their run, and warnings to the log only", async () => {
    const runner = new ScriptedRunner({
      script: async function* (_request, host) {
        host.processStarted({ pid: 1, startMark: "m" });
        yield started();
        const action = { id: "w", kind: "warning", title: "a line was no JSON", detail: {} } as const;
        yield actionStarted("w", { action, phase: "completed" });
        yield completed();
      },
    });
    const client = new Client({ runner }).run("x");
    expect((await client.events()).map(({ type }) => type)).toEqual(["started", "delta", "completed"]);
    expect(client.processes).toEqual([{ pid: 1, startMark: "m", runId: runner.requests[0]?.runId }]);
    expect(client.warnings).toEqual(["scripted: a line was no JSON"]);
  });
});

const approval: DecisionRequest = {
  kind: "approval",
  id: "d",
  tool: "Bash",
  title: "rm x",
  input: {},
  scopes: ["once"],
};
const plan: DecisionRequest = { kind: "plan", id: "d", markdown: "1. Do it" };
const question: DecisionRequest = { kind: "question", id: "d", questions: [] };

/** What an engine is told that asks. */
async function decided(request: DecisionRequest, approvals?: string, isAllowed = false): Promise<Decision | undefined> {
  let decision: Decision | undefined;
  const runner = new ScriptedRunner({
    script: async function* (_request, host) {
      yield started();
      decision = await host.decide(request);
      host.answerTaken(request.id);
      for await (const followUp of host.followUps) throw new Error(`nobody said ${followUp.text}`);
      yield completed();
    },
  });
  const client = new Client({ runner, engines: { isAllowed: () => isAllowed } });
  await client.run("x", approvals === undefined ? {} : { flags: { approvals } }).events();
  if (decision?.kind === "deny") expect(client.warnings[0]).toMatch(/^scripted was denied: (?:rm x|plan)$/);
  return decision;
}

describe("an engine that asks", () => {
  it("is denied what the configuration does not allow", async () => {
    expect(await decided(approval)).toMatchObject({
      kind: "deny",
      reason: expect.stringMatching(/^Bash is not allowed/),
    });
    expect(await decided(approval, undefined, true)).toEqual({ kind: "approve", scope: "once" });
  });

  it("is allowed everything, or nothing, by the flag", async () => {
    expect(await decided(approval, "allow")).toEqual({ kind: "approve", scope: "once" });
    expect(await decided(plan, "allow")).toEqual({ kind: "approve", scope: "once" });
    expect(await decided(approval, "deny", true)).toMatchObject({ kind: "deny" });
    expect(await decided(plan, "deny")).toMatchObject({ kind: "deny" });
    expect(await decided(plan, undefined, true)).toMatchObject({ kind: "deny" });
  });

  it("has to answer its questions itself", async () => {
    for (const approvals of ["allow", "deny"]) {
      expect(await decided(question, approvals)).toMatchObject({ kind: "dismiss" });
    }
  });
});
