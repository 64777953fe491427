import type { Decision, DecisionRequest, Question } from "../../src/domain/decision.ts";
import { decodeToolPatch } from "./decode-tool.ts";
import { fieldsAt, flagAt, isFields, listAt, textAt, type Fields } from "../../src/runner/fields.ts";
import {
  isAllowing,
  optionFor,
  optionForPlan,
  scopesOf,
  type LastingScope,
  type PermissionOption,
} from "./permission-options.ts";
import type { Seen } from "./seen.ts";
import type { ToolPatch } from "./updates.ts";

/** What the agent asks with `session/request_permission`. */
export interface PermissionRequest {
  readonly tool: ToolPatch;
  readonly options: readonly PermissionOption[];
  /** Qwen asks its questions this way, too (0.24). */
  readonly questions: readonly Question[];
  /** As in `optionFor`. */
  readonly untold: LastingScope | undefined;
}

/** The answer, as the agent reads it. `answers` is Qwen's, by the index of the question. */
export type PermissionAnswer =
  | { readonly outcome: { readonly outcome: "cancelled" } }
  | {
      readonly outcome: { readonly outcome: "selected"; readonly optionId: string };
      readonly answers?: Readonly<Record<string, string>>;
    };

export const cancelledAnswer: PermissionAnswer = { outcome: { outcome: "cancelled" } };

export function decodePermission(params: unknown, untold?: LastingScope): PermissionRequest {
  const fields = isFields(params) ? params : {};
  const call = fieldsAt(fields, "toolCall");
  return {
    tool: decodeToolPatch(call) ?? { id: "" },
    options: listAt(fields, "options").flatMap(optionOf),
    questions: listAt(fieldsAt(call, "rawInput"), "questions").filter(isFields).flatMap(questionOf),
    untold,
  };
}

export function decisionRequest(
  request: PermissionRequest,
  { id, tool, title, input, words }: Seen & { readonly id: string },
): DecisionRequest {
  const { questions, options, untold } = request;
  if (questions.length > 0) return { kind: "question", id, questions };
  if (isPlan(request.tool)) return { kind: "plan", id, markdown: planOf(request.tool) ?? words };
  return { kind: "approval", id, tool, title, input, scopes: scopesOf(options, untold) };
}

/** A decision that does not fit the question is a refusal: nothing runs by mistake. */
export function permissionAnswer(request: PermissionRequest, decision: Decision): PermissionAnswer {
  const { options, questions, tool, untold } = request;
  switch (decision.kind) {
    case "approve":
      return questions.length > 0
        ? refusal(options)
        : selected(
            isPlan(tool) ? optionForPlan(options, decision) : optionFor(options, decision.scope, untold),
            options,
          );
    case "answers":
      return questions.length > 0 ? answered(request, decision.answers) : refusal(options);
    case "deny":
      return decision.interrupt === true ? cancelledAnswer : refusal(options);
    case "revise":
    case "dismiss":
      return refusal(options);
  }
}

/** The answer in a result that the agent was given. */
export function answerIn(result: unknown): PermissionAnswer {
  const optionId = textAt(fieldsAt(isFields(result) ? result : {}, "outcome"), "optionId");
  return optionId === undefined ? cancelledAnswer : { outcome: { outcome: "selected", optionId } };
}

/** Whether the answer lets the call go on. */
export function isAllowance({ options }: PermissionRequest, { outcome }: PermissionAnswer): boolean {
  if (outcome.outcome === "cancelled") return false;
  return options.some((option) => option.id === outcome.optionId && isAllowing(option));
}

/** Whether it is a plan that waits to be approved, not the wish to begin one. */
export function isPlan({ kind, name = "" }: ToolPatch): boolean {
  return (kind === "switch_mode" || name === "ExitPlanMode") && !/enter/iu.test(name);
}

function planOf({ input, text }: ToolPatch): string | undefined {
  return [textAt(input ?? {}, "plan"), text].find((plan) => plan !== undefined && plan.trim() !== "");
}

function answered(
  { options }: PermissionRequest,
  answers: Readonly<Record<string, readonly string[]>>,
): PermissionAnswer {
  const submit = optionFor(options, "once", undefined);
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
