import { FORUM } from "../src/local/world/seed.ts";
import { currentChat, type Evidence } from "./evidence.ts";
import type { BotMessage } from "./messages.ts";
import { albumFiles, fails, type PromptPlan, promptText } from "./scenario.ts";
import { type Violation, violation } from "./violation.ts";

/** How a prompt ended for the people who wrote it. */
export type Outcome = "answered" | "failed" | "interrupted" | "cancelled" | "offered" | "none";

/** What became of one prompt: its starts, its answer, its place. */
export function judgePrompt(evidence: Evidence, plan: PromptPlan): readonly Violation[] {
  const said = evidence.said.get(plan.name);
  if (said === undefined) return [];
  return [
    ...judgeStarts(evidence, plan),
    ...judgeAlbum(evidence, plan),
    ...judgeOutcome(evidence, plan),
    ...judgePlaces(evidence, plan),
    ...judgeSession(evidence, plan),
  ];
}

function judgeStarts({ started, ends, presses }: Evidence, plan: PromptPlan): readonly Violation[] {
  const starts = started.filter(({ prompt }) => prompt === promptText(plan)).length;
  // A run that had no session yet is run again when a person says so.
  const allowed = 1 + (presses.resume.has(plan.name) ? ends.length : 0);
  return starts <= allowed ? [] : [violation("started twice", `${plan.name} was started ${starts} times`)];
}

/**
 * The engine gets all files of an album, in order, whenever it is started with it. Where nobody could know that the polls were dead, the
 * rest may have come late, and that is said.
 */
function judgeAlbum({ started, scenario }: Evidence, plan: PromptPlan): readonly Violation[] {
  if (plan.album === undefined || scenario.faults.includes("half-open poll")) return [];
  const expected = albumFiles(plan).join(" ");
  return started
    .filter(({ prompt }) => prompt === promptText(plan))
    .map(({ files }) => files.map(originalName).join(" "))
    .filter((files) => files !== expected)
    .map((files) => violation("album in parts", `${plan.name} was started with the files "${files}"`));
}

/** What was fetched before a kill and again after it has a number the second time. */
function originalName(path: string): string {
  return path.replace(/^.*\//, "").replace(/-\d+(?=\.txt$)/, "");
}

function judgeOutcome(evidence: Evidence, plan: PromptPlan): readonly Violation[] {
  const { name, verb } = plan;
  const outcome = outcomeOf(evidence, plan);
  const why = unexpected(evidence, plan, outcome);
  if (why !== undefined) return [why];
  if (outcome === "answered") return judgeAnswer(evidence, plan);
  if (outcome !== "failed") return [];
  const copies = finalsOf(evidence, name).filter(({ kind, isMarked }) => kind === "error" && !isMarked).length;
  const allowed = 1 + (evidence.presses.resume.has(name) ? evidence.ends.length : 0);
  return copies <= allowed
    ? []
    : [violation("unmarked double", `${name} (${verb}) failed ${copies} times without a mark`)];
}

/** What people are left with. */
export function outcomeOf(evidence: Evidence, { name }: PromptPlan): Outcome {
  const finals = finalsOf(evidence, name);
  if (finals.some(({ kind, words }) => kind === "done" && words.length > 0)) return "answered";
  if (finals.some(({ kind }) => kind === "error")) return "failed";
  const texts = evidence.messages.filter(({ prompt }) => prompt === name).map(({ text }) => bare(text));
  if (texts.some((text) => text.startsWith("interrupted"))) return "interrupted";
  if (texts.some((text) => text.startsWith("cancelled"))) return "cancelled";
  return texts.some((text) => /Run it/.test(text)) ? "offered" : "none";
}

function unexpected(evidence: Evidence, plan: PromptPlan, outcome: Outcome): Violation | undefined {
  const { name, verb } = plan;
  switch (outcome) {
    case "none":
      return nothingTold(evidence, plan);
    case "answered":
      return isOfferedForResuming(evidence, name)
        ? violation("wrong outcome", `${name} is answered, and offered for resuming`)
        : undefined;
    case "failed":
      return fails(verb) ? undefined : violation("wrong outcome", `${name} (${verb}) failed`);
    case "interrupted":
      return evidence.ends.length > 0
        ? undefined
        : violation("wrong outcome", `${name} was interrupted, and nothing ended the bot`);
    case "cancelled":
      return isCancelled(evidence, name) ? undefined : violation("wrong outcome", `${name} was cancelled by nobody`);
    case "offered":
      return undefined;
  }
}

function nothingTold({ said, removed, ends, started, ended }: Evidence, plan: PromptPlan): Violation | undefined {
  const place = said.get(plan.name);
  // A topic takes what was said in it with it.
  if (place !== undefined && removed.has(`${place.chat}/${place.id}`) && ends.length > 0) return undefined;
  const starts = started.filter(({ prompt }) => prompt === promptText(plan)).length;
  const end = ended.includes(promptText(plan)) ? "and gave its result" : "and gave no result";
  const what = `${plan.name} (${plan.verb}): nothing tells how it ended; its engine started ${starts} times ${end}`;
  return violation("lost", what);
}

function isOfferedForResuming({ messages }: Evidence, name: string): boolean {
  return messages.some(({ prompt, buttons, text }) => {
    const canResume = buttons.some(({ label }) => label === "Resume");
    return prompt === name && bare(text).startsWith("interrupted") && canResume;
  });
}

function isCancelled({ presses }: Evidence, name: string): boolean {
  return presses.cancel.has(name) || presses.drop.has(name);
}

/** Every word of the answer is there, once without a mark at most. */
function judgeAnswer(evidence: Evidence, plan: PromptPlan): readonly Violation[] {
  const { name } = plan;
  const finals = finalsOf(evidence, name).filter(({ kind }) => kind === "done" || kind === "file");
  const files = finals.filter(({ kind }) => kind === "file");
  // With a file only the first part is a message.
  const whole = files.length > 0 ? files : finals;
  const expected = wordCount(plan);
  const missing = numbers(expected).filter((number) => !whole.some(({ words }) => words.includes(number)));
  const unmarked = whole.filter(({ isMarked }) => !isMarked).flatMap(({ words }) => words);
  const doubled = [...new Set(unmarked.filter((number, index) => unmarked.indexOf(number) !== index))];
  const firsts = finals.filter(({ kind, isMarked, words }) => kind === "done" && !isMarked && words.includes(0)).length;
  return [
    ...(missing.length > 0
      ? [violation("incomplete", `${missing.length} of ${expected} words of ${name} are missing, ${missing[0]} first`)]
      : []),
    ...(doubled.length > 0 || firsts > 1
      ? [violation("unmarked double", `${name}: ${doubled.length} words are there twice without a mark`)]
      : []),
  ];
}

interface Final {
  readonly kind: "done" | "error" | "file";
  readonly isMarked: boolean;
  /** Numbers of the words of the answer in it. */
  readonly words: readonly number[];
}

const MARK = "↻ sent again";

function finalsOf({ posted }: Evidence, name: string): readonly Final[] {
  return posted.flatMap((message): readonly Final[] => {
    const kind = message.prompt === name ? finalKind(message) : undefined;
    if (kind === undefined) return [];
    const text = message.file?.text ?? message.text;
    const words = [...text.matchAll(new RegExp(`\\b${name}:(\\d+)`, "g"))].map(([, number]) => Number(number));
    return [{ kind, words, isMarked: message.text.includes(MARK) || text.startsWith(MARK) }];
  });
}

function finalKind({ text, file }: BotMessage): Final["kind"] | undefined {
  if (file?.name === "answer.md") return "file";
  const header = bare(file?.text ?? text);
  if (header.startsWith("done")) return "done";
  return header.startsWith("error") ? "error" : undefined;
}

/** Without what may stand in front of a header. */
function bare(text: string): string {
  return text.replace(/^\(topic is gone\)\n/, "").replace(/^↻ sent again[^\n]*\n\n/, "");
}

/** As `fixtures/programs-e2e/chaos-acts.mjs` makes them. */
export function wordCount({ name, chars }: PromptPlan): number {
  let length = 0;
  let count = 0;
  for (; length < chars; count += 1) length += (count % 40 === 39 ? 2 : 1) + `${name}:${count}`.length;
  return count;
}

function numbers(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index);
}

function judgePlaces(evidence: Evidence, { name }: PromptPlan): readonly Violation[] {
  const said = evidence.said.get(name);
  if (said === undefined) return [];
  const chat = currentChat(said.chat, evidence);
  const isAtRoot = evidence.isTopicDeleted && chat === FORUM.id;
  const strangers = evidence.posted.filter((message) => {
    if (message.prompt !== name) return false;
    const isThere = currentChat(message.chat, evidence) === chat;
    return !isThere || (message.topic !== said.topic && !isAtRoot);
  });
  return strangers.map(({ id, chat: at, topic }) =>
    violation("wrong place", `message ${id} about ${name} is in ${at}/${topic ?? ""}`),
  );
}

/** A reply goes on in the session of what it answers, where that came to an end. */
function judgeSession(evidence: Evidence, plan: PromptPlan): readonly Violation[] {
  const { replyTo, name } = plan;
  const target = evidence.scenario.prompts.find((candidate) => candidate.name === replyTo?.prompt);
  if (target === undefined || evidence.said.get(name)?.isReply !== true) return [];
  if (outcomeOf(evidence, target) !== "answered") return [];
  const sessionsOf = (of: PromptPlan): readonly string[] =>
    evidence.started.filter(({ prompt }) => prompt === promptText(of)).map(({ session }) => session);
  const before = sessionsOf(target);
  const strange = sessionsOf(plan).filter((session) => !before.includes(session));
  return strange.length === 0
    ? []
    : [violation("other session", `${name} answers ${target.name} and ran in another session`)];
}
