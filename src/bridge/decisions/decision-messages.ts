import type { ApprovalRequest, PlanRequest, Question, QuestionRequest } from "../../domain/decision.ts";
import type { MessageText } from "../../domain/message-text.ts";
import type { Run } from "../../domain/run.ts";
import { relativePath } from "../../progress/relative-paths.ts";
import { renderMarkdown } from "../../render/markdown.ts";
import { splitText } from "../../render/split.ts";
import { bold, code, join, plain, pre } from "../../render/text-builder.ts";
import { formatContextLine } from "../../routing/context-line.ts";
import type { DurableOperation } from "../durable-operation.ts";
import { type DecisionKeys, keyboardOf } from "./decision-keyboard.ts";
import type { DecisionFace } from "./decision-store.ts";
import { type Draft, emptyDraft } from "./draft.ts";
import { readSubject } from "./subject.ts";

type AskOperation = Extract<DurableOperation, { type: "send" | "document" }>;

/** Telegram takes 4096; the rest is for the lines around it. */
const MAX_BODY_CHARS = 3_000;
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
  return { content: join([plain(headline(run)), body(run, asked, draft)], "\n\n"), keyboard: keyboardOf(asked, draft) };
}

/** `claude asks · my-project`: who waits, where several runs may be under way. */
function headline(run: Run): string {
  const context = formatContextLine(run.context)?.replace(/^ctx: /, "");
  return [`${run.engine} asks`, ...(context === undefined ? [] : [context])].join(" · ");
}

function body(run: Run, { request }: DecisionKeys, draft: Draft): MessageText {
  switch (request.kind) {
    case "approval":
      return join([approvalText(run, request), ...hint(draft)], "\n\n");
    case "question":
      return join([questionText(request, draft), ...hint(draft)], "\n\n");
    case "plan":
      return join([bold("Work by this plan?"), ...hint(draft)], "\n\n");
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
  const { command, cwd, path, diff, url } = readSubject(request);
  const isElsewhere = cwd !== undefined && cwd !== run.cwd;
  const parts = [
    bold(`Allow ${request.tool}?`),
    ...(command === undefined ? titleUnless(request, path ?? url) : [pre(clipped(command), "bash")]),
    ...(isElsewhere ? [join([plain("in "), code(relativePath(cwd, run.cwd))])] : []),
    ...(path === undefined ? [] : [code(relativePath(path, run.cwd))]),
    ...(url === undefined ? [] : [plain(url)]),
    ...(diff === undefined ? [] : [pre(clippedDiff(diff), "diff")]),
    ...(command === undefined && path === undefined && url === undefined ? rawInput(request) : []),
  ];
  return join(parts, "\n\n");
}

/** The title says nothing new where it is the path or the address itself. */
function titleUnless({ title, tool }: ApprovalRequest, shown: string | undefined): readonly MessageText[] {
  return title === "" || title === shown || title === tool ? [] : [plain(clipped(title))];
}

function rawInput({ input }: ApprovalRequest): readonly MessageText[] {
  if (input === undefined || input === null) return [];
  const text = typeof input === "string" ? input : JSON.stringify(input, null, 2);
  return text === "{}" ? [] : [pre(clipped(text), "json")];
}

function questionText(request: QuestionRequest, draft: Draft): MessageText {
  const question = request.questions[draft.position];
  if (question === undefined) return plain("");
  const count = request.questions.length;
  const number = count > 1 ? [plain(`Question ${draft.position + 1} of ${count}`)] : [];
  const rules = [
    ...(question.multiSelect ? ["Choose any number."] : []),
    ...(question.allowFreeText ? ["Or reply with your own words."] : []),
  ];
  const parts = [...number, bold(question.text), optionList(question)];
  return join([...parts, ...(rules.length === 0 ? [] : [plain(rules.join(" "))])], "\n\n");
}

function optionList({ options }: Question): MessageText {
  return join(
    options.map(({ label, description }, index) =>
      join([plain(`${index + 1}. `), bold(label), ...(description === undefined ? [] : [plain(` – ${description}`)])]),
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

function clippedDiff(diff: string): string {
  const lines = diff.split("\n");
  const more = lines.length - MAX_DIFF_LINES;
  return clipped(more > 0 ? [...lines.slice(0, MAX_DIFF_LINES), `… ${more} more lines`].join("\n") : diff);
}

function clipped(text: string): string {
  if (text.length <= MAX_BODY_CHARS) return text;
  const kept = text.slice(0, MAX_BODY_CHARS).replace(/[\ud800-\udbff]$/, "");
  return `${kept}\n… ${text.length - kept.length} more characters`;
}
