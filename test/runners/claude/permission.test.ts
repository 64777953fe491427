import { describe, expect, it } from "vitest";
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
const bash = asked("Bash", { command: "touch a" }, [rule, { type: "addDirectories" }, mode]);

describe("what the CLI asks", () => {
  it("is an approval with the scopes its suggestions allow", () => {
    expect(decisionRequest(bash, where)).toMatchObject({
      kind: "approval",
      title: "touch a",
      scopes: ["once", "session", "project"],
    });
    expect(decisionRequest(asked("Write", { file_path: "/work/a" }, [mode]), where)).toMatchObject({
      title: "a",
      scopes: ["once", "session"],
    });
    expect(decisionRequest(asked("Bash", { command: "ls" }), where)).toMatchObject({ scopes: ["once"] });
  });

  it("is a plan, which may stand in the text before it", () => {
    expect(decisionRequest(asked("ExitPlanMode", { plan: "# Plan" }), where)).toEqual({
      kind: "plan",
      id: "r1",
      markdown: "# Plan",
    });
    expect(decisionRequest(asked("ExitPlanMode", {}), where)).toMatchObject({ markdown: "the plan, as told" });
  });

  it("is a question whose answers go back by the questions' text", () => {
    const questions = [
      { question: "Which?", options: [{ label: "A", description: "first" }, { label: "B" }], multiSelect: true },
      { question: "Why?", options: [], multiSelect: false },
    ];
    const line = asked("AskUserQuestion", { questions });
    expect(decisionRequest(line, where)).toMatchObject({
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
    expect(permissionAnswer(line, { kind: "answers", answers: { 0: ["A", "B"], 1: [] } })).toEqual({
      behavior: "allow",
      updatedInput: { questions, answers: { "Which?": "A, B" } },
    });
  });
});

describe("the answer", () => {
  it("to an approval repeats the input, which older CLIs insist on", () => {
    expect(permissionAnswer(bash, { kind: "approve", scope: "once" })).toEqual({
      behavior: "allow",
      updatedInput: { command: "touch a" },
    });
  });

  it.each([
    ["session", { ...rule, destination: "session" }],
    ["project", { ...rule, destination: "localSettings" }],
  ] as const)("for the %s sends back the rule alone", (scope, sent) => {
    expect(permissionAnswer(bash, { kind: "approve", scope })).toMatchObject({ updatedPermissions: [sent] });
  });

  it("for the session of an edit accepts edits", () => {
    const write = asked("Write", { file_path: "/work/a" }, [mode]);
    expect(permissionAnswer(write, { kind: "approve", scope: "session" })).toMatchObject({
      updatedPermissions: [mode],
    });
  });

  it("never lets an input run that was shortened on its way here", () => {
    const write = asked("Write", { file_path: "/work/a", content: "begin…[12 MB cut]…end" });
    expect(permissionAnswer(write, { kind: "approve", scope: "once" })).toEqual({ behavior: "allow" });
  });

  it("is a refusal the model can read, whatever the decision was", () => {
    expect(permissionAnswer(bash, { kind: "deny", reason: "no", interrupt: true })).toEqual({
      behavior: "deny",
      message: "no",
      interrupt: true,
    });
    expect(permissionAnswer(bash, { kind: "deny", reason: " " })).toEqual({
      behavior: "deny",
      message: "The user refused this.",
    });
    expect(permissionAnswer(bash, { kind: "revise", feedback: "smaller" })).toEqual({
      behavior: "deny",
      message: "smaller",
    });
    expect(permissionAnswer(bash, { kind: "dismiss", reason: "nobody is there" })).toEqual({
      behavior: "deny",
      message: "nobody is there",
    });
    expect(permissionAnswer(bash, { kind: "answers", answers: {} })).toMatchObject({ behavior: "deny" });
    expect(permissionAnswer(asked("AskUserQuestion", {}), { kind: "approve", scope: "once" })).toMatchObject({
      behavior: "deny",
    });
  });
});
