import { beginning, clipped } from "../../domain/clipped.ts";
import type { ApprovalRequest, PlanRequest, Question, QuestionRequest } from "../../domain/decision.ts";
import type { MessageText } from "../../domain/message-text.ts";
import type { Run } from "../../domain/run.ts";
import { relativePath } from "../../progress/relative-paths.ts";
import { cleanText } from "../../render/clean-text.ts";
import { renderMarkdown } from "../../render/markdown.ts";
import { splitText } from "../../render/split.ts";
import { bold, code, join, plain, pre } from "../../render/text-builder.ts";
import { formatContextLine } from "../../routing/context-line.ts";
import type { DurableOperation } from "../durable-operation.ts";
import { type DecisionKeys, keyboardOf, maxOptionButtons } from "./decision-keyboard.ts";
import type { DecisionFace } from "./decision-store.ts";
import { type Draft, emptyDraft } from "./draft.ts";
import { fitted } from "./shorten.ts";
import { type ApprovalSubject, readSubject } from "./subject.ts";

type AskOperation = Extract<DurableOperation, { type: "send" | "document" }>;

/** Telegram takes 4096; the rest is for the headline, the hint, and a line that marks a copy sent twice. */
const MAX_BODY_CHARS = 3_700;
/** For commands and the like, which are shown as a whole where that is possible. */
const MAX_BLOCK_CHARS = 3_000;
const MAX_QUESTION_CHARS = 2_000;
const MAX_INPUT_CHARS = 2_500;
const MAX_TITLE_CHARS = 600;
/** For names, paths and addresses. */
const MAX_LINE_CHARS = 300;
const MAX_HEADLINE_CHARS = 150;
const MAX_DIFF_LINES = 40;
const MAX_PLAN_PARTS = 3;

/** The messages that ask, the last of them with the buttons. They make a sound: somebody is waited for. */
export function askMessages(run: Run, asked: DecisionKeys): readonly AskOperation[] {
  const { request } = asked;
  const face = pendingFace(run, asked, emptyDraft);
  const own: AskOperation = {
    type: "send",
    ...face,
    replyTo: run.promptMessageId,
    silent: false,
    urgency: "decision",
  };
  return request.kind === "plan" ? [...planParts(run, request), own] : [own];
}

/** What the decision's own message shows while it is pending. */
export function pendingFace(run: Run, asked: DecisionKeys, draft: Draft): DecisionFace {
  const shown = fitted(body(run, asked, draft), MAX_BODY_CHARS);
  const content = join([plain(clipped(headline(run), MAX_HEADLINE_CHARS)), shown, ...hint(draft)], "\n\n");
  return { content, keyboard: keyboardOf(asked, draft) };
}

/** `claude asks · my-project`: who waits, where several runs may be under way. */
function headline(run: Run): string {
  const context = formatContextLine(run.context)?.replace(/^ctx: /, "");
  return [`${run.engine} asks`, ...(context === undefined ? [] : [context])].join(" · ");
}

function body(run: Run, { request }: DecisionKeys, draft: Draft): MessageText {
  switch (request.kind) {
    case "approval":
      return approvalText(run, request);
    case "question":
      return questionText(request, draft);
    case "plan":
      return bold("Work by this plan?");
  }
}

const HINTS: Readonly<Record<NonNullable<Draft["awaits"]>, string>> = {
  reason: "✎ Reply to this message with the reason.",
  revision: "✎ Reply to this message with what should change.",
  answer: "✎ Reply to this message with your answer.",
};

function hint({ awaits }: Draft): readonly MessageText[] {
  return awaits === undefined ? [] : [plain(HINTS[awaits])];
}

function approvalText(run: Run, request: ApprovalRequest): MessageText {
  const subject = readSubject(request);
  const { command, cwd, path, diff, url } = subject;
  const isElsewhere = cwd !== undefined && cwd !== run.cwd;
  const maxChars = blockChars(subject);
  const parts = [
    bold(`Allow ${clipped(request.tool, MAX_LINE_CHARS)}?`),
    ...(command === undefined ? titleUnless(request, path ?? url) : [pre(excerpt(command, maxChars), "bash")]),
    ...(isElsewhere ? [join([plain("in "), place(cwd, run)])] : []),
    ...(path === undefined ? [] : [place(path, run)]),
    ...(url === undefined ? [] : [plain(clipped(url, MAX_LINE_CHARS))]),
    ...(diff === undefined ? [] : [pre(diffExcerpt(diff, maxChars), "diff")]),
    ...(command === undefined && path === undefined && url === undefined ? rawInput(request) : []),
  ];
  return join(parts, "\n\n");
}

/** A command and a diff share the room. */
function blockChars({ command, diff }: ApprovalSubject): number {
  return command === undefined || diff === undefined ? MAX_BLOCK_CHARS : MAX_BLOCK_CHARS / 2;
}

function place(path: string, { cwd }: Run): MessageText {
  return code(clipped(relativePath(path, cwd), MAX_LINE_CHARS));
}

/** The title says nothing new where it is the path or the address itself. */
function titleUnless({ title, tool }: ApprovalRequest, shown: string | undefined): readonly MessageText[] {
  return title === "" || title === shown || title === tool ? [] : [plain(clipped(title, MAX_TITLE_CHARS))];
}

function rawInput({ input }: ApprovalRequest): readonly MessageText[] {
  if (input === undefined || input === null) return [];
  const text = typeof input === "string" ? input : JSON.stringify(input, null, 2);
  return text === "{}" ? [] : [pre(excerpt(text, MAX_INPUT_CHARS), "json")];
}

function questionText(request: QuestionRequest, draft: Draft): MessageText {
  const question = request.questions[draft.position];
  if (question === undefined) return plain("");
  const count = request.questions.length;
  const number = count > 1 ? [plain(`Question ${draft.position + 1} of ${count}`)] : [];
  const parts = [...number, bold(clipped(question.text, MAX_QUESTION_CHARS)), optionList(question)];
  return join([...parts, plain(rules(question))], "\n\n");
}

/** What may be done beyond pressing one button. */
function rules({ options, multiSelect, allowFreeText }: Question): string {
  if (options.length === 0) return allowFreeText ? "Reply with your answer." : "";
  return [
    ...(multiSelect ? ["Choose any number."] : []),
    ...(options.length > maxOptionButtons ? ["Reply with the number of an option that has no button."] : []),
    ...(allowFreeText ? ["Or reply with your own words."] : []),
  ].join(" ");
}

function optionList({ options }: Question): MessageText {
  return join(
    options.map(({ label, description }, index) =>
      join([
        plain(`${index + 1}. `),
        bold(clipped(label, MAX_LINE_CHARS)),
        ...(description === undefined ? [] : [plain(` – ${clipped(description, MAX_LINE_CHARS)}`)]),
      ]),
    ),
    "\n",
  );
}

/** The whole plan: as messages, or as a file where it would take too many. */
function planParts(run: Run, { markdown }: PlanRequest): readonly AskOperation[] {
  const common = { replyTo: run.promptMessageId, silent: true } as const;
  const parts = splitText(renderMarkdown(markdown), { maxChars: 4_000, maxEntities: 95 });
  if (parts.length > MAX_PLAN_PARTS) return [{ ...common, type: "document", fileName: "plan.md", text: markdown }];
  return parts.map((content) => ({ ...common, type: "send", content, urgency: "decision" }));
}

function diffExcerpt(diff: string, maxChars: number): string {
  const lines = diff.split("\n");
  const more = lines.length - MAX_DIFF_LINES;
  return excerpt(more > 0 ? [...lines.slice(0, MAX_DIFF_LINES), `… ${more} more lines`].join("\n") : diff, maxChars);
}

/** The beginning, and how much more there is: what is approved may be longer than a message. */
function excerpt(text: string, maxChars: number): string {
  const clean = cleanText(text);
  if (clean.length <= maxChars) return clean;
  const kept = beginning(clean, maxChars);
  return `${kept}\n… ${clean.length - kept.length} more characters`;
}
