import type { ApprovalScope, Decision, DecisionRequest, Question } from "../../src/domain/decision.ts";
import { decodeToolPatch } from "./decode-tool.ts";
import { fieldsAt, flagAt, isFields, listAt, textAt, type Fields } from "../../src/runner/fields.ts";
import type { ToolPatch } from "./updates.ts";

export interface PermissionOption {
  readonly id: string;
  readonly name: string;
  /** allow_once, allow_always, reject_once, reject_always. */
  readonly kind: string;
}

/** What the agent asks with `session/request_permission`. */
export interface PermissionRequest {
  readonly tool: ToolPatch;
  readonly options: readonly PermissionOption[];
  /** Qwen asks its questions this way, too (0.24). */
  readonly questions: readonly Question[];
}

/** The answer, as the agent reads it. `answers` is Qwen's, by the index of the question. */
export type PermissionAnswer =
  | { readonly outcome: { readonly outcome: "cancelled" } }
  | {
      readonly outcome: { readonly outcome: "selected"; readonly optionId: string };
      readonly answers?: Readonly<Record<string, string>>;
    };

export const cancelledAnswer: PermissionAnswer = { outcome: { outcome: "cancelled" } };

export function decodePermission(params: unknown): PermissionRequest {
  const fields = isFields(params) ? params : {};
  const call = fieldsAt(fields, "toolCall");
  return {
    tool: decodeToolPatch(call) ?? { id: "" },
    options: listAt(fields, "options").flatMap(optionOf),
    questions: listAt(fieldsAt(call, "rawInput"), "questions").filter(isFields).flatMap(questionOf),
  };
}

/** What is known of the call beyond the request itself. */
export interface Asked {
  readonly id: string;
  readonly title: string;
  /** What was told before the request, of the call or by the agent: a plan may be there. */
  readonly words: string;
}

export function decisionRequest(request: PermissionRequest, { id, title, words }: Asked): DecisionRequest {
  const { tool, options, questions } = request;
  if (questions.length > 0) return { kind: "question", id, questions };
  if (isPlan(tool)) return { kind: "plan", id, markdown: planOf(tool) ?? words };
  const wider: readonly ApprovalScope[] = ["session", "project"];
  const scopes: readonly ApprovalScope[] = ["once", ...wider.filter((scope) => allowing(options, scope) !== undefined)];
  return { kind: "approval", id, tool: tool.name ?? tool.kind ?? "tool", title, input: tool.input ?? {}, scopes };
}

/** A decision that does not fit the question is a refusal: nothing runs by mistake. */
export function permissionAnswer(request: PermissionRequest, decision: Decision): PermissionAnswer {
  const { options, questions, tool } = request;
  switch (decision.kind) {
    case "approve":
      return questions.length > 0
        ? refusal(options)
        : selected(isPlan(tool) ? approvedPlan(options, decision) : allowing(options, decision.scope), options);
    case "answers":
      return questions.length > 0 ? answered(request, decision.answers) : refusal(options);
    case "deny":
      return decision.interrupt === true ? cancelledAnswer : refusal(options);
    case "revise":
    case "dismiss":
      return refusal(options);
  }
}

/** Whether the answer lets the call go on. */
export function isAllowance({ options }: PermissionRequest, { outcome }: PermissionAnswer): boolean {
  if (outcome.outcome === "cancelled") return false;
  return options.some(({ id, kind }) => id === outcome.optionId && kind.startsWith("allow"));
}

/** Whether it is a plan that waits to be approved. */
export function isPlan({ kind, name }: ToolPatch): boolean {
  return kind === "switch_mode" || name === "ExitPlanMode";
}

function planOf({ input, text }: ToolPatch): string | undefined {
  return [textAt(input ?? {}, "plan"), text].find((plan) => plan !== undefined && plan.trim() !== "");
}

/**
 * The option that allows for just as long as was said. Some agents offer one "always" for the session, Qwen one for the project and one
 * for the user. Where only "always" is offered, nothing is allowed once.
 */
function allowing(options: readonly PermissionOption[], scope: ApprovalScope): PermissionOption | undefined {
  if (scope === "once") return options.find(({ kind }) => kind === "allow_once");
  const lasting = options.filter(({ kind }) => kind === "allow_always");
  const isProjects = ({ id, name }: PermissionOption): boolean => /project|workspace/iu.test(`${id} ${name}`);
  const isUsers = ({ id }: PermissionOption): boolean => id.endsWith("_user");
  if (scope === "project") return lasting.find(isProjects);
  return lasting.find((option) => !isProjects(option) && !isUsers(option));
}

/** Claude's adapter offers to accept edits from then on (0.16), or a mode that decides by itself (0.100), which is more than was said. */
function approvedPlan(
  options: readonly PermissionOption[],
  decision: Extract<Decision, { kind: "approve" }>,
): PermissionOption | undefined {
  const accepting = options.find(
    ({ id, name, kind }) => kind === "allow_always" && /accept\W*edits/iu.test(`${id} ${name}`),
  );
  return (decision.acceptEdits === true ? accepting : undefined) ?? allowing(options, "once");
}

function answered(
  { options }: PermissionRequest,
  answers: Readonly<Record<string, readonly string[]>>,
): PermissionAnswer {
  const submit = allowing(options, "once");
  if (submit === undefined) return refusal(options);
  const texts = Object.entries(answers).map(([id, chosen]) => [id, chosen.join(", ")] as const);
  return { ...selected(submit, options), answers: Object.fromEntries(texts.filter(([, text]) => text !== "")) };
}

function selected(option: PermissionOption | undefined, options: readonly PermissionOption[]): PermissionAnswer {
  return option === undefined ? refusal(options) : { outcome: { outcome: "selected", optionId: option.id } };
}

function refusal(options: readonly PermissionOption[]): PermissionAnswer {
  const option = ["reject_once", "reject_always"].flatMap((kind) => options.filter((each) => each.kind === kind))[0];
  return option === undefined ? cancelledAnswer : { outcome: { outcome: "selected", optionId: option.id } };
}

function optionOf(item: unknown): readonly PermissionOption[] {
  if (!isFields(item)) return [];
  const id = textAt(item, "optionId");
  return id === undefined ? [] : [{ id, name: textAt(item, "name") ?? id, kind: textAt(item, "kind") ?? "" }];
}

function questionOf(item: Fields, index: number): readonly Question[] {
  const text = textAt(item, "question");
  if (text === undefined) return [];
  const options = listAt(item, "options").filter(isFields).flatMap(choiceOf);
  return [{ id: `${index}`, text, options, multiSelect: flagAt(item, "multiSelect"), allowFreeText: true }];
}

function choiceOf(item: Fields): Question["options"] {
  const label = textAt(item, "label");
  const description = textAt(item, "description");
  return label === undefined ? [] : [{ label, ...(description === undefined ? {} : { description }) }];
}
