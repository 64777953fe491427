import { clipped } from "../../domain/clipped.ts";
import type { Decision, DecisionRequest, QuestionRequest } from "../../domain/decision.ts";
import type { MessageText } from "../../domain/message-text.ts";
import { code, join, plain } from "../../render/text-builder.ts";
import type { Keyboard } from "../chat-port.ts";
import { unexplained } from "./apply-choice.ts";
import { chosenFor } from "./draft.ts";
import type { DecisionFace, DecisionRow } from "./decision-store.ts";
import { fitted } from "./shorten.ts";
import { subjectOf } from "./subject.ts";

/** Telegram: 4096, less a line that marks a copy sent twice. */
const MAX_CHARS = 4096 - 80;
const MAX_NAME_CHARS = 80;
const MAX_SUBJECT_CHARS = 300;
const MAX_ANSWER_CHARS = 600;

/** What became of a decision, in few lines and without its buttons. */
export function settledFace(
  row: Pick<DecisionRow, "request" | "thread" | "decision" | "decidedByName">,
  headline: string,
  keyboard: Keyboard = [],
): DecisionFace {
  const { request, decision } = row;
  const about = request.kind === "approval" ? [code(clipped(subjectOf(request), MAX_SUBJECT_CHARS))] : [];
  const said = decision === undefined ? [] : words(request, decision);
  return { content: fitted(join([plain(headline), ...about, ...said], "\n"), MAX_CHARS), keyboard };
}

/** The headline once the engine has the answer. */
export function takenHeadline(row: Pick<DecisionRow, "request" | "thread" | "decision" | "decidedByName">): string {
  const { request, decision, thread, decidedByName } = row;
  const who = thread.chatId < 0 && decidedByName !== undefined ? ` by ${clipped(decidedByName, MAX_NAME_CHARS)}` : "";
  const what =
    request.kind === "approval"
      ? ` · ${clipped(request.tool, MAX_NAME_CHARS)}`
      : request.kind === "plan"
        ? " · plan"
        : "";
  return `${decision === undefined ? "– Settled" : verdict(decision)}${who}${what}`;
}

function verdict(decision: Decision): string {
  switch (decision.kind) {
    case "approve":
      return decision.acceptEdits === true ? "✓ Approved, edits too" : SCOPES[decision.scope];
    case "deny":
      return "✗ Denied";
    case "answers":
      return "✓ Answered";
    case "revise":
      return "↻ Sent back";
    case "dismiss":
      return "– Dismissed";
  }
}

const SCOPES = {
  once: "✓ Approved",
  session: "✓ Approved for this session",
  project: "✓ Approved for this project",
} as const;

/** What the user said beyond yes or no. */
function words(request: DecisionRequest, decision: Decision): readonly MessageText[] {
  switch (decision.kind) {
    case "answers":
      return request.kind === "question" ? answerLines(request, decision.answers) : [];
    case "revise":
      return [plain(`“${clipped(decision.feedback, MAX_ANSWER_CHARS)}”`)];
    case "deny":
      return decision.reason === unexplained ? [] : [plain(`“${clipped(decision.reason, MAX_ANSWER_CHARS)}”`)];
    case "approve":
    case "dismiss":
      return [];
  }
}

function answerLines(
  { questions }: QuestionRequest,
  answers: Readonly<Record<string, readonly string[]>>,
): readonly MessageText[] {
  return questions.map(({ id, text }) =>
    plain(
      `${clipped(text, MAX_SUBJECT_CHARS)} → ${clipped(chosenFor(answers, id).join(", ") || "no answer", MAX_ANSWER_CHARS)}`,
    ),
  );
}
