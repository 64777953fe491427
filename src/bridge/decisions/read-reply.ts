import type { DecisionRequest, Question, QuestionRequest } from "../../domain/decision.ts";
import { answerQuestion, type ChoiceOutcome, currentQuestion, unexplained } from "./apply-choice.ts";
import { chosenFor, type Draft } from "./draft.ts";

const YES = /^(?:yes|y|yep|yeah|ok|okay|approve|approved|allow|go|go ahead|👍)[.!]?$/i;
const NO = /^(?:no|n|nope|deny|denied|reject|cancel|stop|👎)(?<rest>[.,:;!\s-].*)?$/is;

/** Whether a text is a bare yes or no, which means nothing as a prompt. */
export function isYesOrNo(text: string): boolean {
  const bare = text.trim();
  return YES.test(bare) || (NO.test(bare) && reasonIn(bare) === unexplained);
}

/** What a reply to a pending decision's message makes of it. Only replies count: other messages are never answers. */
export function readReply(request: DecisionRequest, draft: Draft, reply: string): ChoiceOutcome {
  const text = reply.trim();
  if (text === "") return { kind: "refused", why: "There is no text in your reply." };
  switch (request.kind) {
    case "approval":
      return readVerdict(draft, text);
    case "plan":
      return readOpinion(draft, text);
    case "question":
      return readAnswer(request, draft, text);
  }
}

function readVerdict(draft: Draft, text: string): ChoiceOutcome {
  if (draft.awaits === "reason") return { kind: "decided", decision: { kind: "deny", reason: text } };
  if (YES.test(text)) return { kind: "decided", decision: { kind: "approve", scope: "once" } };
  if (NO.test(text)) return { kind: "decided", decision: { kind: "deny", reason: reasonIn(text) } };
  return { kind: "refused", why: `Reply yes or no, or use the buttons. To say why not, begin with "no".` };
}

function readOpinion(draft: Draft, text: string): ChoiceOutcome {
  if (draft.awaits === undefined && YES.test(text)) {
    return { kind: "decided", decision: { kind: "approve", scope: "once" } };
  }
  if (draft.awaits === undefined && NO.test(text) && reasonIn(text) === unexplained) {
    return { kind: "decided", decision: { kind: "deny", reason: unexplained } };
  }
  return { kind: "decided", decision: { kind: "revise", feedback: text } };
}

/** "no, use pnpm" says why; a bare "no" does not. */
function reasonIn(text: string): string {
  const rest = (NO.exec(text)?.groups?.["rest"] ?? "").replace(/^[\s.,:;!-]+/, "").trim();
  return rest === "" ? unexplained : rest;
}

/** A number or a label names an option; several of them, with commas between, where several may be chosen. */
function readAnswer(request: QuestionRequest, draft: Draft, text: string): ChoiceOutcome {
  const question = currentQuestion(request, draft);
  if (question === undefined) return { kind: "refused", why: "This question was answered." };
  // Who pressed Other… means the words themselves, even if they are a number.
  const named = draft.awaits === "answer" ? undefined : namedOptions(question, text);
  if (named !== undefined) return answerQuestion(request, draft, named);
  const ticked = question.multiSelect ? chosenFor(draft.answers, question.id) : [];
  if (question.allowFreeText) return answerQuestion(request, draft, [...ticked, text]);
  return { kind: "refused", why: "Choose one of the options: press a button, or reply with its number." };
}

function namedOptions(question: Question, text: string): readonly string[] | undefined {
  const words = question.multiSelect ? text.split(",").map((word) => word.trim()) : [text];
  const labels = words.map((word) => optionNamed(question, word));
  return labels.every((label) => label !== undefined) ? [...new Set(labels)] : undefined;
}

function optionNamed({ options }: Question, word: string): string | undefined {
  const byLabel = options.find(({ label }) => label.toLowerCase() === word.toLowerCase());
  const byNumber = /^\d{1,3}$/.test(word) ? options[Number(word) - 1] : undefined;
  return (byLabel ?? byNumber)?.label;
}
