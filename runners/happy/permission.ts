import type { ApprovalScope, Decision, DecisionRequest, Question } from "../../src/domain/decision.ts";
import { flagAt, isFields, listAt, textAt, type Fields } from "../../src/runner/fields.ts";
import type { PermissionAnswer } from "./client/live-session.ts";
import type { PendingRequest } from "./client/session-state.ts";
import { approvalInput } from "./approval-input.ts";
import { shownTool } from "./tool.ts";

/** Where the question comes up. */
export interface AskedWhere {
  readonly cwd: string;
  /** Whose session it is: `claude`, `codex`, … */
  readonly flavor: string;
  /** The model's last words: some plans are told there. */
  readonly words: string;
}

/** After these Claude accepts edits from then on. */
const editTools: ReadonlySet<string> = new Set(["Edit", "MultiEdit", "Write", "NotebookEdit"]);
const isQuestion = ({ tool }: PendingRequest): boolean => tool === "AskUserQuestion";
const isPlan = ({ tool }: PendingRequest): boolean => /^exit_?plan_?mode$/iu.test(tool);

/** The question to the user. Two tools are questions of their own: `AskUserQuestion` and `ExitPlanMode`. */
export function decisionRequest(asked: PendingRequest, where: AskedWhere): DecisionRequest {
  const { id, tool, input } = asked;
  if (isQuestion(asked)) return { kind: "question", id, questions: questionsOf(input) };
  if (isPlan(asked)) return { kind: "plan", id, markdown: planOf(input) ?? where.words };
  const { title } = shownTool({ name: tool, input, cwd: where.cwd });
  const shown = approvalInput({ tool, input, cwd: where.cwd });
  return { kind: "approval", id, tool, title, input: shown, scopes: scopesOf(asked, where) };
}

/** The answer for the session's program. A decision that does not fit the question is a refusal: nothing runs by mistake. */
export function permissionAnswer(asked: PendingRequest, decision: Decision, where: AskedWhere): PermissionAnswer {
  switch (decision.kind) {
    case "approve":
      return isQuestion(asked) ? refusal(asked, "The user did not answer.") : allowance(asked, decision, where);
    case "answers":
      return isQuestion(asked) ? answered(asked, decision.answers) : refusal(asked, "The user did not approve.");
    case "deny":
    case "dismiss":
      return refusal(asked, decision.reason);
    case "revise":
      return refusal(asked, decision.feedback);
  }
}

function questionsOf(input: Fields): readonly Question[] {
  return listAt(input, "questions")
    .filter(isFields)
    .map((question, index) => ({
      id: `${index}`,
      text: textAt(question, "question") ?? "",
      options: listAt(question, "options").filter(isFields).flatMap(optionOf),
      multiSelect: flagAt(question, "multiSelect"),
      allowFreeText: true,
    }));
}

function optionOf(option: Fields): Question["options"] {
  const label = textAt(option, "label");
  const description = textAt(option, "description");
  return label === undefined ? [] : [{ label, ...(description !== undefined && { description }) }];
}

function planOf(input: Fields): string | undefined {
  const plan = textAt(input, "plan");
  return plan === undefined || plan.trim() === "" ? undefined : plan;
}

function scopesOf(asked: PendingRequest, where: AskedWhere): readonly ApprovalScope[] {
  return lasting(asked, where) === undefined ? ["once"] : ["once", "session"];
}

function allowance(
  asked: PendingRequest,
  decision: Extract<Decision, { kind: "approve" }>,
  where: AskedWhere,
): PermissionAnswer {
  const { id } = asked;
  if (isPlan(asked)) return { id, approved: true, mode: decision.acceptEdits === true ? "acceptEdits" : "default" };
  const more = decision.scope === "once" ? undefined : lasting(asked, where);
  return { id, approved: true, ...(decision.acceptEdits === true ? { mode: "acceptEdits" } : more) };
}

/**
 * What makes an approval last for the session. Claude's handler knows modes for edits, the names of other tools, and commands, which
 * can't be of several lines, and which it would take for a beginning when they end in `:*` (1.2.5).
 */
function lasting({ tool, input }: PendingRequest, { flavor }: AskedWhere): Partial<PermissionAnswer> | undefined {
  if (flavor !== "claude") return { decision: "approved_for_session" };
  if (editTools.has(tool)) return { mode: "acceptEdits" };
  if (tool !== "Bash") return { allowTools: [tool] };
  const command = textAt(input, "command") ?? "";
  return command === "" || command.includes("\n") || command.endsWith(":*")
    ? undefined
    : { allowTools: [`Bash(${command})`] };
}

/** The program knows the answers by the text of their questions, several labels joined by a comma. */
function answered(
  { id, input }: PendingRequest,
  answers: Readonly<Record<string, readonly string[]>>,
): PermissionAnswer {
  const byText = questionsOf(input).flatMap((question) => {
    const chosen = answers[question.id] ?? [];
    return chosen.length === 0 ? [] : [[question.text, chosen.join(", ")] as const];
  });
  return { id, approved: true, updatedInput: { answers: Object.fromEntries(byText) } };
}

/** Without a `decision`, Codex would take a refusal for an abort. */
function refusal({ id }: PendingRequest, reason: string): PermissionAnswer {
  return { id, approved: false, reason: reason.trim() === "" ? "The user refused this." : reason, decision: "denied" };
}
