import { describe, expect, it } from "vitest";
import type { PendingRequest } from "../../../runners/happy/client/session-state.ts";
import { decisionRequest, permissionAnswer, type AskedWhere } from "../../../runners/happy/permission.ts";

const where: AskedWhere = { cwd: "/home/user/project", flavor: "claude", words: "First this, then that." };
const once = { kind: "approve", scope: "once" } as const;
const session = { kind: "approve", scope: "session" } as const;

function asked(tool: string, input: Record<string, unknown> = {}): PendingRequest {
  return { id: "toolu_1", tool, input, call: "toolu_1" };
}

describe("a question to the user", () => {
  it("is an approval with what the tool would do", () => {
    const request = asked("Write", { file_path: "/home/user/project/a.txt", content: "x" });
    expect(decisionRequest(request, where)).toEqual({
      kind: "approval",
      id: "toolu_1",
      tool: "Write",
      title: "a.txt",
      input: {
        file_path: "/home/user/project/a.txt",
        content: "x",
        path: "/home/user/project/a.txt",
        diff: "--- /home/user/project/a.txt\n+++ /home/user/project/a.txt\n@@ -0,0 +1,1 @@\n+x\n",
      },
      scopes: ["once", "session"],
    });
  });

  it("shows what a command runs in, and the passages that a change is of", () => {
    const input = (tool: string, given: Record<string, unknown>) => decisionRequest(asked(tool, given), where);
    expect(input("Bash", { command: "ls" })).toMatchObject({ input: { command: "ls", cwd: where.cwd } });
    expect(input("CodexBash", { command: ["sh", "-c", "ls"], cwd: "/tmp" })).toMatchObject({
      input: { command: "ls", cwd: "/tmp" },
    });
    const edits = [
      { old_string: "a", new_string: "b" },
      { old_string: "c", new_string: "d" },
    ];
    const passages = { diff: expect.stringMatching(/-a\n\+b\n[^]*-c\n\+d\n$/u) };
    expect(input("MultiEdit", { file_path: "x.ts", edits })).toMatchObject({ input: { path: "x.ts", ...passages } });
    const changes = { "new.ts": { add: { content: "x\n" } }, "old.ts": { update: { unified_diff: "@@ old @@\n" } } };
    expect(input("CodexPatch", { changes })).toMatchObject({
      input: { path: "new.ts", diff: expect.stringMatching(/^--- \/dev\/null\n[^]*\+x\n@@ old @@\n$/u) },
    });
    expect(input("mcp__x__y", { path: "z" })).toMatchObject({ input: { path: "z" } });
  });

  it("may only be approved once where nothing makes it last", () => {
    const scopes = (command: string) => decisionRequest(asked("Bash", { command }), where);
    expect(scopes("ls -l")).toMatchObject({ scopes: ["once", "session"] });
    for (const command of ["ls\nrm x", "npm test:*", ""]) expect(scopes(command)).toMatchObject({ scopes: ["once"] });
  });

  it("is the model's own, with its options", () => {
    const questions = [
      {
        question: "Which?",
        header: "H",
        options: [{ label: "A", description: "first" }, { label: "B" }],
        multiSelect: true,
      },
      { question: "And why?" },
    ];
    expect(decisionRequest(asked("AskUserQuestion", { questions }), where)).toEqual({
      kind: "question",
      id: "toolu_1",
      questions: [
        {
          id: "0",
          text: "Which?",
          options: [{ label: "A", description: "first" }, { label: "B" }],
          multiSelect: true,
          allowFreeText: true,
        },
        { id: "1", text: "And why?", options: [], multiSelect: false, allowFreeText: true },
      ],
    });
  });

  it("is a plan, told with the request or before it", () => {
    expect(decisionRequest(asked("ExitPlanMode", { plan: "1. Act" }), where)).toMatchObject({ markdown: "1. Act" });
    expect(decisionRequest(asked("exit_plan_mode"), where)).toMatchObject({ kind: "plan", markdown: where.words });
  });
});

describe("an approval", () => {
  it("allows once, or makes Claude remember it", () => {
    const answer = (tool: string, input = {}, decision: typeof once | typeof session = session) =>
      permissionAnswer(asked(tool, input), decision, where);
    expect(answer("Bash", { command: "ls" }, once)).toEqual({ id: "toolu_1", approved: true });
    expect(answer("Bash", { command: "ls" })).toEqual({ id: "toolu_1", approved: true, allowTools: ["Bash(ls)"] });
    expect(answer("Edit")).toEqual({ id: "toolu_1", approved: true, mode: "acceptEdits" });
    expect(answer("mcp__x__y")).toEqual({ id: "toolu_1", approved: true, allowTools: ["mcp__x__y"] });
    expect(answer("Bash", { command: "ls\nrm x" })).toEqual({ id: "toolu_1", approved: true });
  });

  it("lasts for Codex by its own word", () => {
    const codex = { ...where, flavor: "codex" };
    expect(permissionAnswer(asked("CodexBash"), session, codex)).toEqual({
      id: "toolu_1",
      approved: true,
      decision: "approved_for_session",
    });
  });

  it("of a plan says how edits are dealt with from then on", () => {
    const plan = asked("ExitPlanMode");
    expect(permissionAnswer(plan, once, where)).toEqual({ id: "toolu_1", approved: true, mode: "default" });
    const accepting = { ...once, acceptEdits: true };
    expect(permissionAnswer(plan, accepting, where)).toEqual({ id: "toolu_1", approved: true, mode: "acceptEdits" });
  });
});

describe("answers", () => {
  it("go by the text of their questions, several joined", () => {
    const question = asked("AskUserQuestion", {
      questions: [{ question: "Which?" }, { question: "Why?" }, { question: "When?" }],
    });
    const decision = { kind: "answers", answers: { 0: ["A", "B"], 1: ["because"] } } as const;
    expect(permissionAnswer(question, decision, where)).toEqual({
      id: "toolu_1",
      approved: true,
      updatedInput: { answers: { "Which?": "A, B", "Why?": "because" } },
    });
  });
});

describe("everything else", () => {
  it.each([
    ["a refusal", asked("Bash"), { kind: "deny", reason: "use a dry run" }, "use a dry run"],
    ["a refusal without a reason", asked("Bash"), { kind: "deny", reason: " " }, "The user refused this."],
    ["another plan", asked("ExitPlanMode"), { kind: "revise", feedback: "shorter" }, "shorter"],
    ["nobody there", asked("AskUserQuestion"), { kind: "dismiss", reason: "nobody is there" }, "nobody is there"],
    ["an approval of a question", asked("AskUserQuestion"), once, "The user did not answer."],
    ["answers to an approval", asked("Bash"), { kind: "answers", answers: {} }, "The user did not approve."],
  ] as const)("%s is a refusal that the model reads", (...[, request, decision, reason]) => {
    const answer = { id: "toolu_1", approved: false, reason, decision: "denied" };
    expect(permissionAnswer(request, decision, where)).toEqual(answer);
  });
});
