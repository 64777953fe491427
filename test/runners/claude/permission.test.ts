import { describe, expect, it } from "vitest";
import type { ApprovalScope, Decision } from "../../../src/domain/decision.ts";
import type { ControlRequestLine } from "../../../runners/claude/lines.ts";
import { decisionRequest, permissionAnswer } from "../../../runners/claude/permission.ts";
import { decodeLine } from "../../../runners/claude/schema.ts";

const rule = {
  type: "addRules",
  rules: [{ toolName: "Bash", ruleContent: "touch a" }],
  behavior: "allow",
  destination: "localSettings",
};
const mode = { type: "setMode", mode: "acceptEdits", destination: "session" };

function asked(
  tool: string,
  input: Readonly<Record<string, unknown>>,
  suggestions: readonly unknown[] = [],
): ControlRequestLine {
  const request = { subtype: "can_use_tool", tool_name: tool, input, permission_suggestions: suggestions };
  const line = decodeLine(JSON.stringify({ type: "control_request", request_id: "r1", request }));
  if (line?.type !== "control_request") throw new Error("not a request");
  return line;
}

const where = { cwd: "/work", text: "the plan, as told" };
const context = { cwd: "/work" };
const inside = { type: "addDirectories", directories: ["/work"], destination: "session" };
const outside = { type: "addDirectories", directories: ["/elsewhere"], destination: "session" };
const bash = asked("Bash", { command: "touch a" }, [rule, inside, mode]);
const approve = (scope: ApprovalScope): Decision => ({ kind: "approve", scope });
const acceptEdits: Decision = { kind: "approve", scope: "once", acceptEdits: true };

describe("what the CLI asks", () => {
  it("is an approval with the scopes its suggestions allow", async () => {
    expect(await decisionRequest(bash, where)).toMatchObject({
      kind: "approval",
      title: "touch a",
      scopes: ["once", "session", "project"],
    });
    expect(await decisionRequest(asked("Write", { file_path: "/work/a" }, [mode]), where)).toMatchObject({
      title: "a",
      scopes: ["once", "session"],
    });
    expect(await decisionRequest(asked("Bash", { command: "ls" }), where)).toMatchObject({ scopes: ["once"] });
  });

  it("is a plan, which may stand in the text before it", async () => {
    expect(await decisionRequest(asked("ExitPlanMode", { plan: "# Plan" }), where)).toEqual({
      kind: "plan",
      id: "r1",
      markdown: "# Plan",
    });
    expect(await decisionRequest(asked("ExitPlanMode", {}), where)).toMatchObject({ markdown: "the plan, as told" });
    expect(await decisionRequest(asked("ExitPlanMode", {}), { ...where, text: "" })).toMatchObject({
      markdown: "Claude wants to begin, but wrote no plan.",
    });
  });

  it("is a question whose answers go back by the questions' text", async () => {
    const questions = [
      { question: "Which?", options: [{ label: "A", description: "first" }, { label: "B" }], multiSelect: true },
      { question: "Why?", options: [], multiSelect: false },
    ];
    const line = asked("AskUserQuestion", { questions });
    expect(await decisionRequest(line, where)).toMatchObject({
      kind: "question",
      questions: [
        {
          id: "0",
          text: "Which?",
          options: [{ label: "A", description: "first" }, { label: "B" }],
          multiSelect: true,
          allowFreeText: true,
        },
        { id: "1", text: "Why?" },
      ],
    });
    expect(permissionAnswer(line, { kind: "answers", answers: { 0: ["A", "B"], 1: [] } }, context)).toEqual({
      behavior: "allow",
      updatedInput: { questions, answers: { "Which?": "A, B" } },
    });
  });
});

describe("the answer", () => {
  it("to an approval repeats the input, which older CLIs insist on", () => {
    expect(permissionAnswer(bash, approve("once"), context)).toEqual({
      behavior: "allow",
      updatedInput: { command: "touch a" },
    });
  });

  it.each([
    ["session", { ...rule, destination: "session" }],
    ["project", { ...rule, destination: "localSettings" }],
  ] as const)("for the %s sends back the rule alone", (scope, sent) => {
    expect(permissionAnswer(bash, approve(scope), context)).toMatchObject({ updatedPermissions: [sent] });
  });

  it("for the session of an edit accepts edits", () => {
    const write = asked("Write", { file_path: "/work/a" }, [mode]);
    expect(permissionAnswer(write, approve("session"), context)).toMatchObject({
      updatedPermissions: [mode],
    });
  });

  it("opens the directory too where the call reaches outside, as it would be asked again without", () => {
    const touch = asked("Bash", { command: "touch /elsewhere/a" }, [rule, outside, mode]);
    expect(permissionAnswer(touch, approve("project"), context)).toMatchObject({
      updatedPermissions: [
        { ...rule, destination: "localSettings" },
        { ...outside, destination: "localSettings" },
      ],
    });
    const write = asked("Write", { file_path: "/elsewhere/a" }, [mode, outside]);
    expect(permissionAnswer(write, approve("session"), context)).toMatchObject({ updatedPermissions: [mode, outside] });
    expect(permissionAnswer(write, approve("project"), context)).not.toHaveProperty("updatedPermissions");
  });

  it("never sends back a rule that refuses", async () => {
    const denial = { ...rule, behavior: "deny" };
    const line = asked("Bash", { command: "touch a" }, [denial]);
    expect(await decisionRequest(line, where)).toMatchObject({ scopes: ["once"] });
    expect(permissionAnswer(line, approve("session"), context)).not.toHaveProperty("updatedPermissions");
  });

  it.each([
    ["in the CLI's own mode", approve("once"), {}],
    ["in the mode that runs without a plan have", approve("once"), { after: "dontAsk", sent: "dontAsk" }],
    ["with its edits accepted", acceptEdits, { after: "dontAsk", sent: "acceptEdits" }],
  ])("to a plan lets it be worked out %s", (_, decision, { after, sent }: { after?: string; sent?: string }) => {
    const plan = asked("ExitPlanMode", { plan: "# Plan" });
    expect(permissionAnswer(plan, decision, { ...context, ...(after && { modeAfterPlan: after }) })).toEqual({
      behavior: "allow",
      updatedInput: { plan: "# Plan" },
      ...(sent && { updatedPermissions: [{ type: "setMode", mode: sent, destination: "session" }] }),
    });
  });

  it("to a plan that is to be revised carries what to change", () => {
    const plan = asked("ExitPlanMode", { plan: "# Plan" });
    expect(permissionAnswer(plan, { kind: "revise", feedback: "smaller steps" }, context)).toEqual({
      behavior: "deny",
      message: "smaller steps",
    });
  });

  it("never lets an input run that was shortened on its way here", () => {
    const write = asked("Write", { file_path: "/work/a", content: "begin…[12 MB cut]…end" });
    expect(permissionAnswer(write, approve("once"), context)).toEqual({ behavior: "allow" });
  });

  it("is a refusal the model can read, whatever the decision was", () => {
    expect(permissionAnswer(bash, { kind: "deny", reason: "no", interrupt: true }, context)).toEqual({
      behavior: "deny",
      message: "no",
      interrupt: true,
    });
    expect(permissionAnswer(bash, { kind: "deny", reason: " " }, context)).toEqual({
      behavior: "deny",
      message: "The user refused this.",
    });
    expect(permissionAnswer(bash, { kind: "revise", feedback: "smaller" }, context)).toEqual({
      behavior: "deny",
      message: "smaller",
    });
    expect(permissionAnswer(bash, { kind: "dismiss", reason: "nobody is there" }, context)).toEqual({
      behavior: "deny",
      message: "nobody is there",
    });
    expect(permissionAnswer(bash, { kind: "answers", answers: {} }, context)).toMatchObject({ behavior: "deny" });
    expect(permissionAnswer(asked("AskUserQuestion", {}), approve("once"), context)).toMatchObject({
      behavior: "deny",
    });
  });
});
