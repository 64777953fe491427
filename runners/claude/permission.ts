import type { ApprovalScope, Decision, DecisionRequest } from "../../src/domain/decision.ts";
import { toolAction } from "../../src/runner/tool-action.ts";
import type { ControlRequestLine, PermissionSuggestion } from "./lines.ts";
import { decodeQuestions, decodeSuggestions } from "./schema.ts";

/** What the CLI asks before it uses a tool. */
export interface PermissionAsked {
  readonly id: string;
  readonly tool: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly suggestions: readonly PermissionSuggestion[];
}

/** The answer to `can_use_tool`, as the CLI reads it. */
export type PermissionAnswer =
  | {
      readonly behavior: "allow";
      /** What runs. 2.0 and older take an answer without it for a refusal. */
      readonly updatedInput?: Readonly<Record<string, unknown>>;
      readonly updatedPermissions?: readonly Readonly<Record<string, unknown>>[];
    }
  | { readonly behavior: "deny"; readonly message: string; readonly interrupt?: true };

export function permissionAsked({ request_id: id, request }: ControlRequestLine): PermissionAsked {
  const suggestions = decodeSuggestions(request.permission_suggestions);
  return { id, tool: request.tool_name, input: request.input, suggestions };
}

/** Where the question comes up. `text` is the model's last text: a plan that is not in a file was told there. */
export interface AskedWhere {
  readonly cwd: string;
  readonly text: string;
}

/** The question to the user. Two tools are questions of their own: `AskUserQuestion` and `ExitPlanMode`. */
export function decisionRequest(asked: PermissionAsked, where: AskedWhere): DecisionRequest {
  const { id, tool, input } = asked;
  if (tool === "AskUserQuestion") return { kind: "question", id, questions: questionsOf(input) };
  if (tool === "ExitPlanMode") return { kind: "plan", id, markdown: planOf(input) ?? where.text };
  const { title } = toolAction({ name: tool, input, cwd: where.cwd });
  return { kind: "approval", id, tool, title, input, scopes: scopesOf(asked) };
}

/** The answer for the CLI. A decision that does not fit the question is a refusal: nothing runs by mistake. */
export function permissionAnswer(asked: PermissionAsked, decision: Decision): PermissionAnswer {
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

function questionsOf(input: PermissionAsked["input"]): Extract<DecisionRequest, { kind: "question" }>["questions"] {
  return decodeQuestions(input).map(({ question, multiSelect, options }, index) => ({
    id: `${index}`,
    text: question,
    options: options.map(({ label, description }) => ({
      label,
      ...(description === undefined ? {} : { description }),
    })),
    multiSelect,
    allowFreeText: true,
  }));
}

function planOf(input: PermissionAsked["input"]): string | undefined {
  const plan = input["plan"];
  return typeof plan === "string" && plan.trim() !== "" ? plan : undefined;
}

function scopesOf(asked: PermissionAsked): readonly ApprovalScope[] {
  const wider: readonly ApprovalScope[] = ["session", "project"];
  return ["once", ...wider.filter((scope) => rememberedFor(asked, scope) !== undefined)];
}

function allowance(asked: PermissionAsked, decision: Extract<Decision, { kind: "approve" }>): PermissionAnswer {
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
function rememberedFor({ suggestions }: PermissionAsked, scope: ApprovalScope): PermissionSuggestion | undefined {
  if (scope === "once") return undefined;
  const rule = suggestions.find(({ type }) => type === "addRules");
  if (rule !== undefined) return { ...rule, destination: scope === "session" ? "session" : "localSettings" };
  if (scope === "project") return undefined;
  return suggestions.find((suggestion) => suggestion.type === "setMode" && suggestion["destination"] === "session");
}

/** The wire cuts strings out of lines of many megabytes; such an input must not be what runs. */
function wasShortened(input: PermissionAsked["input"]): boolean {
  return /…\[[\d.,]+ \w+ cut\]…/u.test(JSON.stringify(input));
}

/** The CLI knows the answers by the text of their questions, several labels joined by a comma. */
function answered(asked: PermissionAsked, answers: Readonly<Record<string, readonly string[]>>): PermissionAnswer {
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
