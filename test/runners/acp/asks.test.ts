import { describe, expect, it } from "vitest";
import { decodePermission, decisionRequest, permissionAnswer } from "../../../runners/acp/permission.ts";
import type { Decision } from "../../../src/domain/decision.ts";
import type { TakopiEvent } from "../../../src/domain/event.ts";
import { knownAgent } from "../../../runners/acp/known-agents.ts";
import { collect, completedOf, createTestHost, runRequest, type TestHost } from "../../factories.ts";
import { fakeAgent } from "./fake-agent.ts";

async function play(
  prompt: string,
  decide: Decision | ((signal: AbortSignal | undefined) => Promise<Decision>),
): Promise<{ readonly events: readonly TakopiEvent[]; readonly answer: unknown; readonly host: TestHost }> {
  const host = createTestHost({ decide: (_, signal) => (typeof decide === "function" ? decide(signal) : decide) });
  const events = await collect(fakeAgent().run(runRequest({ prompt }), host));
  const { answer } = completedOf(events);
  return { events, answer: answer.startsWith("{") ? JSON.parse(answer) : answer, host };
}

const chosen = (optionId: string) => ({ outcome: { outcome: "selected", optionId } });
const withdrawn = async (signal: AbortSignal | undefined): Promise<Decision> => {
  if (signal?.aborted === false) await new Promise((resolve) => signal.addEventListener("abort", resolve));
  return { kind: "dismiss", reason: "withdrawn" };
};

describe("a permission", () => {
  it("is an approval of the call it names, which shows it although nothing else does", async () => {
    const { events, answer, host } = await play("PERMISSION", { kind: "approve", scope: "once" });
    expect(host.requests).toMatchObject([
      { kind: "approval", id: "acp.1", tool: "execute", title: "touch x", scopes: ["once", "session"] },
    ]);
    expect(host.requests[0]).toMatchObject({ input: { command: "touch x", cwd: process.cwd() } });
    expect(host.taken).toEqual(["acp.1"]);
    expect(answer).toEqual(chosen("once"));
    expect(events).toMatchObject([
      { type: "started" },
      { phase: "started", action: { kind: "command", title: "touch x" } },
      { phase: "completed", ok: true },
      { type: "completed", ok: true },
    ]);
  });

  it.each([
    ["for the session", { kind: "approve", scope: "session" }, chosen("always")],
    ["never", { kind: "deny", reason: "no" }, chosen("no")],
    ["when nobody answers", { kind: "dismiss", reason: "away" }, chosen("no")],
    [
      "when the turn is to end",
      { kind: "deny", reason: "stop", interrupt: true },
      { outcome: { outcome: "cancelled" } },
    ],
  ] as const)("given %s is the agent's own option", async (_, decision, answer) => {
    expect((await play("PERMISSION", decision)).answer).toEqual(answer);
  });

  it("that was refused fails its call, though the agent does not say another word of it", async () => {
    const { events } = await play("PERMISSION", { kind: "deny", reason: "no" });
    expect(events).toContainEqual(expect.objectContaining({ phase: "completed", ok: false }));
  });

  it("that was refused may end the turn, which is said", async () => {
    const { events } = await play("ENDS_ON_NO", { kind: "deny", reason: "no" });
    expect(completedOf(events)).toMatchObject({ ok: false, error: expect.stringContaining("an action was refused") });
  });

  it("that the agent takes back is withdrawn", async () => {
    const { answer, host } = await play("TAKEN_BACK", withdrawn);
    expect(answer).toEqual({ outcome: { outcome: "cancelled" } });
    expect(host.taken).toEqual([]);
  });

  it("still open when the run is cancelled is answered so, and the run ends cancelled", async () => {
    const host: TestHost = createTestHost({
      decide: async (_, signal) => {
        host.abort();
        return await withdrawn(signal);
      },
    });
    // This agent ends its turn only with the answer: without one, the test would wait for it in vain.
    const runner = fakeAgent({ patience: { cancelMs: 60_000 } });
    const events = await collect(runner.run(runRequest({ prompt: "PERMISSION" }), host));
    expect(completedOf(events)).toMatchObject({ ok: false, error: "cancelled" });
    expect(events).toContainEqual(expect.objectContaining({ phase: "completed", ok: false }));
    expect(host.taken).toEqual([]);
  });

  it("is withdrawn when the agent goes away, and its answer is not said to have come there", async () => {
    const { events, host } = await play("ASKS_AND_DIES", withdrawn);
    expect(completedOf(events).error).toContain("exit code 5");
    expect(host.requests).toHaveLength(1);
    expect(host.taken).toEqual([]);
  });

  it("is never given for longer than was said", () => {
    const asked = (...kinds: readonly string[]) =>
      decodePermission({ toolCall: { toolCallId: "t" }, options: kinds.map((kind) => ({ optionId: kind, kind })) });
    const approve = { kind: "approve", scope: "once" } as const;
    expect(permissionAnswer(asked("allow_always", "reject_always"), approve)).toEqual(chosen("reject_always"));
    expect(permissionAnswer(asked("allow_always"), approve)).toEqual({ outcome: { outcome: "cancelled" } });
  });

  describe("that lasts", () => {
    const asked = (engine: string, ...always: readonly (readonly [id: string, name: string])[]) =>
      decodePermission(
        {
          toolCall: { toolCallId: "t" },
          options: [
            { optionId: "x", name: "Yes", kind: "allow_once" },
            ...always.map(([optionId, name]) => ({ optionId, name, kind: "allow_always" })),
          ],
        },
        knownAgent(engine, [engine])?.quirks?.always,
      );
    const seen = { id: "1", tool: "t", title: "t", input: {}, words: "", paths: [] };

    it.each([
      {
        engine: "claude-agent-acp",
        id: "allow-with-updates",
        name: "Yes, allow all edits during this session",
        scopes: ["session"],
      },
      {
        engine: "claude-agent-acp",
        id: "allow-with-updates",
        name: "Yes, and don't ask again for exit 7 commands",
        scopes: ["project"],
      },
      {
        engine: "codex-acp",
        id: "allow_for_session",
        name: "Yes, and don't ask again for these files",
        scopes: ["session"],
      },
      {
        engine: "codex-acp",
        id: "accept_execpolicy_amendment",
        name: "Yes, and don't ask again for commands that start with `ls`",
        scopes: [],
      },
      {
        engine: "codex-acp",
        id: "apply_network_policy_amendment:0",
        name: "Yes, and allow this host in the future",
        scopes: [],
      },
      { engine: "codex-acp", id: "allow_always", name: "Always allow", scopes: [] },
      { engine: "copilot", id: "allow_always", name: "Always allow", scopes: ["session"] },
      { engine: "copilot", id: "later", name: "Allow this in the future", scopes: [] },
      { engine: "gemini", id: "proceed_always", name: "Allow for this session", scopes: ["session"] },
      {
        engine: "gemini",
        id: "proceed_always_and_save",
        name: "Allow for this file in all future sessions",
        scopes: [],
      },
      { engine: "qwen", id: "proceed_always_project", name: "Always Allow in project: touch *", scopes: ["project"] },
      { engine: "qwen", id: "proceed_always_user", name: "Always Allow for user: touch *", scopes: [] },
      { engine: "qwen", id: "proceed_always", name: "Allow All Edits", scopes: ["session"] },
      { engine: "opencode", id: "always", name: "Always allow", scopes: ["session"] },
      { engine: "cline", id: "allow_always", name: "Allow always", scopes: [] },
      { engine: "an-agent-nobody-knows", id: "always", name: "Always", scopes: [] },
    ] as const)("is offered by $engine as $id ($name) for $scopes", ({ engine, id, name, scopes }) => {
      const request = asked(engine, [id, name]);
      expect(decisionRequest(request, seen)).toMatchObject({ scopes: ["once", ...scopes] });
      for (const scope of ["session", "project"] as const)
        expect(permissionAnswer(request, { kind: "approve", scope })).toEqual(
          scopes.some((offered) => offered === scope) ? chosen(id) : { outcome: { outcome: "cancelled" } },
        );
    });

    it("is for the one tool rather than for all of its server", () => {
      const request = asked(
        "gemini",
        ["s", "Allow all server tools for this session"],
        ["t", "Allow tool for this session"],
      );
      expect(permissionAnswer(request, { kind: "approve", scope: "session" })).toEqual(chosen("t"));
    });
  });

  it("to begin a plan is an approval, not a plan", () => {
    const options = [{ optionId: "x", name: "Yes, enter plan mode", kind: "allow_once" }];
    const toolCall = { toolCallId: "t", name: "EnterPlanMode", kind: "switch_mode" };
    const request = decisionRequest(decodePermission({ toolCall, options }), {
      id: "1",
      tool: "t",
      title: "t",
      input: {},
      words: "",
      paths: [],
    });
    expect(request.kind).toBe("approval");
  });
});

describe("a plan", () => {
  it("goes on in the mode that was chosen", async () => {
    const { answer, host } = await play("PLAN", { kind: "approve", scope: "once" });
    expect(host.requests).toEqual([{ kind: "plan", id: "acp.1", markdown: "# Plan" }]);
    expect(answer).toEqual(chosen("once"));
    const accepting = { kind: "approve", scope: "once", acceptEdits: true } as const;
    expect((await play("PLAN", accepting)).answer).toEqual(chosen("edits"));
  });

  it("may be told a moment after it is asked about, and is approved for no more than was said", async () => {
    const { answer, host } = await play("LATE_PLAN", { kind: "approve", scope: "once", acceptEdits: true });
    expect(host.requests).toMatchObject([{ kind: "plan", markdown: "# Told after" }]);
    expect(answer).toEqual(chosen("once"));
  });

  it("that is sent back is refused, and what was said about it is the next prompt", async () => {
    const { events, answer } = await play("PLAN", { kind: "revise", feedback: "smaller" });
    expect(answer).toBe("smaller");
    expect(completedOf(events).ok).toBe(true);
  });
});

describe("a question", () => {
  it("in a form is asked with its options, and answered with their values", async () => {
    const { answer, host } = await play("FORM", { kind: "answers", answers: { question_0: ["Blue"] } });
    expect(host.requests).toMatchObject([
      {
        kind: "question",
        questions: [
          {
            id: "question_0",
            text: "Which colour?",
            options: [{ label: "Red" }, { label: "Blue", description: "cold" }],
            multiSelect: false,
            allowFreeText: true,
          },
        ],
      },
    ]);
    expect(answer).toEqual({ action: "accept", content: { question_0: "blue" } });
    expect(host.taken).toEqual(["acp.1"]);
  });

  it.each([
    [
      { kind: "answers", answers: { question_0: ["green"] } },
      { action: "accept", content: { question_0_custom: "green" } },
    ],
    [{ kind: "deny", reason: "no" }, { action: "decline" }],
    [{ kind: "dismiss", reason: "away" }, { action: "cancel" }],
  ] as const)("in a form takes %o", async (decision, answer) => {
    expect((await play("FORM", decision)).answer).toEqual(answer);
  });

  it("in a permission is answered by its index, as Qwen wants it", async () => {
    const { answer, host } = await play("QUESTIONS", { kind: "answers", answers: { 0: ["A", "B"] } });
    expect(host.requests).toMatchObject([{ kind: "question", questions: [{ text: "Which?", multiSelect: true }] }]);
    expect(answer).toEqual({ ...chosen("once"), answers: { 0: "A, B" } });
    expect((await play("QUESTIONS", { kind: "dismiss", reason: "away" })).answer).toEqual(chosen("no"));
  });

  it("that is no form is declined", async () => {
    const { answer, host } = await play("URL", { kind: "dismiss", reason: "unused" });
    expect(answer).toEqual({ action: "decline" });
    expect(host.requests).toEqual([]);
  });
});

describe("any other request", () => {
  it("is an unknown method, at once", async () => {
    expect((await play("FILES", { kind: "dismiss", reason: "unused" })).answer).toBe("-32601 -32601");
  });
});
