import type { ApprovalScope, Decision, DecisionRequest } from "../../src/domain/decision.ts";
import { toolAction } from "../../src/runner/tool-action.ts";
import type { Fields } from "../../src/runner/fields.ts";
import type { ControlRequestLine, PermissionSuggestion } from "./lines.ts";
import { decodeQuestions } from "./schema.ts";

/** The answer to `can_use_tool`, as the CLI reads it. */
export type PermissionAnswer =
  | {
      readonly behavior: "allow";
      /** What runs. 2.0 and older take an answer without it for a refusal. */
      readonly updatedInput?: Fields;
      readonly updatedPermissions?: readonly Fields[];
    }
  | { readonly behavior: "deny"; readonly message: string; readonly interrupt?: true };

/** Where the question comes up. `text` is the model's last text: a plan that is not in a file was told there. */
export interface AskedWhere {
  readonly cwd: string;
  readonly text: string;
}

/** The question to the user. Two tools are questions of their own: `AskUserQuestion` and `ExitPlanMode`. */
export function decisionRequest(asked: ControlRequestLine, where: AskedWhere): DecisionRequest {
  const { requestId: id, tool, input } = asked;
  if (tool === "AskUserQuestion") return { kind: "question", id, questions: questionsOf(input) };
  if (tool === "ExitPlanMode") return { kind: "plan", id, markdown: planOf(input) ?? where.text };
  const { title } = toolAction({ name: tool, input, cwd: where.cwd });
  return { kind: "approval", id, tool, title, input, scopes: scopesOf(asked) };
}

/** The answer for the CLI. A decision that does not fit the question is a refusal: nothing runs by mistake. */
export function permissionAnswer(asked: ControlRequestLine, decision: Decision): PermissionAnswer {
  switch (decision.kind) {
    case "approve":
      return asked.tool === "AskUserQuestion" ? refusal("The user did not answer.") : allowance(asked, decision);
    case "answers":
      return asked.tool === "AskUserQuestion"
        ? answered(asked, decision.answers)
        : refusal("The user did not approve.");
    case "deny":
      return { ...refusal(decision.reason), ...(decision.interrupt === true ? { interrupt: true } : {}) };
    case "revise":
      return refusal(decision.feedback);
    case "dismiss":
      return refusal(decision.reason);
  }
}

function questionsOf(input: Fields): Extract<DecisionRequest, { kind: "question" }>["questions"] {
  return decodeQuestions(input).map((question, index) => ({ id: `${index}`, allowFreeText: true, ...question }));
}

function planOf(input: Fields): string | undefined {
  const plan = input["plan"];
  return typeof plan === "string" && plan.trim() !== "" ? plan : undefined;
}

function scopesOf(asked: ControlRequestLine): readonly ApprovalScope[] {
  const wider: readonly ApprovalScope[] = ["session", "project"];
  return ["once", ...wider.filter((scope) => rememberedFor(asked, scope) !== undefined)];
}

function allowance(asked: ControlRequestLine, decision: Extract<Decision, { kind: "approve" }>): PermissionAnswer {
  const acceptEdits = { type: "setMode", mode: "acceptEdits", destination: "session" };
  const remembered = decision.acceptEdits === true ? acceptEdits : rememberedFor(asked, decision.scope);
  return {
    behavior: "allow",
    ...(wasShortened(asked.input) ? {} : { updatedInput: asked.input }),
    ...(remembered === undefined ? {} : { updatedPermissions: [remembered] }),
  };
}

/**
 * What makes an approval last: the rule the CLI suggests, or for edits, where it suggests none, its mode that accepts them. Only the
 * one: sending all suggestions back would switch modes along with every rule.
 */
function rememberedFor({ suggestions }: ControlRequestLine, scope: ApprovalScope): PermissionSuggestion | undefined {
  if (scope === "once") return undefined;
  const rule = suggestions.find(({ type }) => type === "addRules");
  if (rule !== undefined) return { ...rule, destination: scope === "session" ? "session" : "localSettings" };
  if (scope === "project") return undefined;
  return suggestions.find((suggestion) => suggestion.type === "setMode" && suggestion["destination"] === "session");
}

/** The wire cuts strings out of lines of many megabytes; such an input must not be what runs. */
function wasShortened(input: Fields): boolean {
  return /…\[[\d.,]+ \w+ cut\]…/u.test(JSON.stringify(input));
}

/** The CLI knows the answers by the text of their questions, several labels joined by a comma. */
function answered(asked: ControlRequestLine, answers: Readonly<Record<string, readonly string[]>>): PermissionAnswer {
  const questions = questionsOf(asked.input);
  const byText = questions.flatMap(({ id, text }) => {
    const chosen = answers[id] ?? [];
    return chosen.length === 0 ? [] : [[text, chosen.join(", ")] as const];
  });
  return { behavior: "allow", updatedInput: { ...asked.input, answers: Object.fromEntries(byText) } };
}

function refusal(reason: string): Extract<PermissionAnswer, { behavior: "deny" }> {
  return { behavior: "deny", message: reason.trim() === "" ? "The user refused this." : reason };
}
