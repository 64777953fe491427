import type { Decision, DecisionRequest, Question, QuestionRequest } from "../../domain/decision.ts";
import type { DecisionChoice } from "../../routing/decision-choice.ts";
import { type AwaitedText, chosenFor, type Draft } from "./draft.ts";

/**
 * What a press or a reply makes of a pending decision. `decided`: the answer is whole. `draft`: more is needed. `refused`: it does not
 * fit, and `why` tells the user what does.
 */
export type ChoiceOutcome =
  | { readonly kind: "decided"; readonly decision: Decision }
  | { readonly kind: "draft"; readonly draft: Draft; readonly toast: string }
  | { readonly kind: "refused"; readonly why: string };

const STALE: ChoiceOutcome = { kind: "refused", why: "This button no longer fits." };
/** The reason of a denial for which the user gave none. */
export const unexplained = "The user denied this.";
const DISMISSED = "The user dismissed this. Go on as you think best.";

/** Applies one press. */
export function applyChoice(request: DecisionRequest, draft: Draft, choice: DecisionChoice): ChoiceOutcome {
  if (choice.kind === "dismiss") return decided({ kind: "dismiss", reason: DISMISSED });
  if (choice.kind === "ask_text") return askText(request, draft);
  return request.kind === "question" ? applyToQuestion(request, draft, choice) : applyVerdict(request, choice);
}

type Verdict = Exclude<DecisionChoice, { kind: "dismiss" | "ask_text" }>;

function applyToQuestion(request: QuestionRequest, draft: Draft, choice: Verdict): ChoiceOutcome {
  if (choice.kind === "option") return chooseOption(request, draft, choice);
  return choice.kind === "next" ? finishQuestion(request, draft, choice.position) : STALE;
}

function applyVerdict(request: Exclude<DecisionRequest, QuestionRequest>, choice: Verdict): ChoiceOutcome {
  switch (choice.kind) {
    case "approve":
      return isOffered(request, choice.scope) ? decided({ kind: "approve", scope: choice.scope }) : STALE;
    case "approve_edits":
      return request.kind === "plan" ? decided({ kind: "approve", scope: "once", acceptEdits: true }) : STALE;
    case "deny":
      return decided({ kind: "deny", reason: unexplained });
    case "option":
    case "next":
      return STALE;
  }
}

/** The question that is shown now. */
export function currentQuestion(request: QuestionRequest, draft: Draft): Question | undefined {
  return request.questions[draft.position];
}

/** Takes `chosen` as the answer to the question that is shown, and goes on to the next one. */
export function answerQuestion(request: QuestionRequest, draft: Draft, chosen: readonly string[]): ChoiceOutcome {
  const question = currentQuestion(request, draft);
  if (question === undefined) return STALE;
  const answers = { ...draft.answers, [question.id]: chosen };
  const position = draft.position + 1;
  if (position >= request.questions.length) return decided({ kind: "answers", answers });
  return { kind: "draft", draft: { position, answers }, toast: `Next: question ${position + 1}` };
}

function decided(decision: Decision): ChoiceOutcome {
  return { kind: "decided", decision };
}

function isOffered(request: DecisionRequest, scope: "once" | "session" | "project"): boolean {
  return scope === "once" || (request.kind === "approval" && request.scopes.includes(scope));
}

const AWAITED: Readonly<Record<DecisionRequest["kind"], AwaitedText>> = {
  approval: "reason",
  plan: "revision",
  question: "answer",
};

const PROMPTS: Readonly<Record<AwaitedText, string>> = {
  reason: "Reply to the message with the reason.",
  revision: "Reply to the message with what should change.",
  answer: "Reply to the message with your answer.",
};

function askText(request: DecisionRequest, draft: Draft): ChoiceOutcome {
  if (request.kind === "question" && currentQuestion(request, draft)?.allowFreeText !== true) return STALE;
  const awaits = AWAITED[request.kind];
  return { kind: "draft", draft: { ...draft, awaits }, toast: PROMPTS[awaits] };
}

function chooseOption(
  request: QuestionRequest,
  draft: Draft,
  choice: { readonly position: number; readonly option: number },
): ChoiceOutcome {
  const question = currentQuestion(request, draft);
  const label = question?.options[choice.option]?.label;
  if (question === undefined || label === undefined || choice.position !== draft.position) return STALE;
  if (!question.multiSelect) return answerQuestion(request, draft, [label]);
  const before = chosenFor(draft.answers, question.id);
  const isOn = before.includes(label);
  const chosen = isOn ? before.filter((other) => other !== label) : [...before, label];
  // In the order of the options, whatever the order of the presses.
  const ordered = question.options.map((option) => option.label).filter((known) => chosen.includes(known));
  const answers = { ...draft.answers, [question.id]: ordered };
  return { kind: "draft", draft: { position: draft.position, answers }, toast: isOn ? `Without ${label}` : label };
}

function finishQuestion(request: QuestionRequest, draft: Draft, position: number): ChoiceOutcome {
  const question = currentQuestion(request, draft);
  if (question === undefined || position !== draft.position) return STALE;
  const chosen = chosenFor(draft.answers, question.id);
  if (chosen.length === 0) return { kind: "refused", why: "Choose at least one, or dismiss the question." };
  return answerQuestion(request, draft, chosen);
}
