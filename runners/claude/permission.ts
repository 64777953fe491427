import type { ApprovalScope, Decision, DecisionRequest } from "../../src/domain/decision.ts";
import { toolAction } from "../../src/runner/tool-action.ts";
import type { Fields } from "../../src/runner/fields.ts";
import { approvalInput } from "./approval-input.ts";
import { lastingUpdates } from "./lasting.ts";
import type { ControlRequestLine } from "./lines.ts";
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

/** Where the question comes up. */
export interface AskedWhere {
  readonly cwd: string;
  /** The session of the run; absent until the CLI has named it. */
  readonly session?: string;
  /** The model's last text: a plan that is not in a file was told there. */
  readonly text: string;
}

/** What an answer depends on beside the question and the decision. */
export interface AnswerContext {
  readonly cwd: string;
  /** The permission mode that an approved plan is worked out in; absent: the CLI's default. */
  readonly modeAfterPlan?: string;
}

/** The question to the user. Two tools are questions of their own: `AskUserQuestion` and `ExitPlanMode`. */
export async function decisionRequest(asked: ControlRequestLine, where: AskedWhere): Promise<DecisionRequest> {
  const { requestId: id, tool, input } = asked;
  if (tool === "AskUserQuestion") return { kind: "question", id, questions: questionsOf(input) };
  if (tool === "ExitPlanMode") return { kind: "plan", id, markdown: planOf(input) ?? (where.text || noPlanText) };
  const { title } = toolAction({ name: tool, input, cwd: where.cwd });
  const shown = wasShortened(input) ? input : await approvalInput({ tool, input, cwd: where.cwd });
  return { kind: "approval", id, tool, title, input: shown, scopes: scopesOf(asked, where.cwd) };
}

/** The answer for the CLI. A decision that does not fit the question is a refusal: nothing runs by mistake. */
export function permissionAnswer(
  asked: ControlRequestLine,
  decision: Decision,
  context: AnswerContext,
): PermissionAnswer {
  switch (decision.kind) {
    case "approve":
      return asked.tool === "AskUserQuestion"
        ? refusal("The user did not answer.")
        : allowance(asked, updatesFor(asked, decision, context));
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

const noPlanText = "Claude wants to begin, but wrote no plan.";

function planOf(input: Fields): string | undefined {
  const plan = input["plan"];
  return typeof plan === "string" && plan.trim() !== "" ? plan : undefined;
}

function scopesOf(asked: ControlRequestLine, cwd: string): readonly ApprovalScope[] {
  const wider: readonly ApprovalScope[] = ["session", "project"];
  return ["once", ...wider.filter((scope) => lastingUpdates(asked, scope, cwd).length > 0)];
}

function updatesFor(
  asked: ControlRequestLine,
  decision: Extract<Decision, { kind: "approve" }>,
  { cwd, modeAfterPlan }: AnswerContext,
): readonly Fields[] {
  const isPlan = asked.tool === "ExitPlanMode";
  const mode = decision.acceptEdits === true ? "acceptEdits" : isPlan ? modeAfterPlan : undefined;
  const lasting = isPlan ? [] : lastingUpdates(asked, decision.scope, cwd);
  return mode === undefined ? lasting : [...lasting, { type: "setMode", mode, destination: "session" }];
}

function allowance(asked: ControlRequestLine, updates: readonly Fields[]): PermissionAnswer {
  return {
    behavior: "allow",
    ...(wasShortened(asked.input) ? {} : { updatedInput: asked.input }),
    ...(updates.length === 0 ? {} : { updatedPermissions: updates }),
  };
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
