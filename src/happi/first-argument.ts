import { isFields, listAt, textAt, type Fields } from "../runner/fields.ts";
import type { PastTurn } from "../runner/runner.ts";

/** What a request wants to be answered. */
export interface Asked {
  readonly prompt: string;
  /** What was said before, oldest first. */
  readonly earlier: readonly PastTurn[];
  /** What was said beside the turns, such as how to answer. */
  readonly instructions: readonly string[];
  readonly model?: string;
}

const wanted = "args[0] must be the prompt: a text, or an object with messages";

/** Reads `args[0]`: a text, `{prompt}`, or `{messages}` as the APIs of models have them. Returns one sentence when there is no prompt. */
export function readFirstArgument(argument: unknown): Asked | string {
  const asked =
    typeof argument === "string" ? { prompt: argument, earlier: [], instructions: [] } : readObject(argument);
  if (typeof asked === "string") return asked;
  return asked.prompt.trim() === "" ? "the prompt is empty" : asked;
}

function readObject(argument: unknown): Asked | string {
  if (!isFields(argument)) return wanted;
  const asked = Array.isArray(argument["messages"]) ? readMessages(argument) : readPrompt(argument);
  const model = textAt(argument, "model");
  return typeof asked === "string" || model === undefined ? asked : { ...asked, model };
}

function readPrompt(argument: Fields): Asked | string {
  const prompt = textAt(argument, "prompt");
  return prompt === undefined ? wanted : { prompt, earlier: [], instructions: systemOf(argument) };
}

interface OpenTurn {
  readonly prompt: string[];
  readonly answer: string[];
}

/** Words of one side that follow each other are one. What tools said is left out: engines have tools of their own. */
function readMessages(argument: Fields): Asked | string {
  const turns: OpenTurn[] = [];
  const instructions = [...systemOf(argument)];
  for (const message of listAt(argument, "messages").filter(isFields)) {
    const problem = addMessage(message, turns, instructions);
    if (problem !== undefined) return problem;
  }
  const last = turns.pop();
  if (last === undefined || last.answer.length > 0) return "the last of the messages must be the user's";
  const earlier = turns.map(({ prompt, answer }) => ({ prompt: joined(prompt), answer: joined(answer) }));
  return { prompt: joined(last.prompt), earlier, instructions };
}

/** Returns one sentence when the message can't be passed on. */
function addMessage({ role, content }: Fields, turns: OpenTurn[], instructions: string[]): string | undefined {
  const texts = textsIn(content);
  const known = texts.filter((text) => text !== undefined);
  if (role === "system" || role === "developer") instructions.push(...known);
  if (role === "assistant") (turns.at(-1) ?? openTurn(turns)).answer.push(known.join(""));
  if (role !== "user") return undefined;
  openTurn(turns).prompt.push(known.join(""));
  return known.length < texts.length
    ? "a message holds something other than text, which can't be passed on"
    : undefined;
}

/** The turn that a message of the user belongs to. */
function openTurn(turns: OpenTurn[]): OpenTurn {
  const last = turns.at(-1);
  if (last?.answer.length === 0) return last;
  const turn: OpenTurn = { prompt: [], answer: [] };
  turns.push(turn);
  return turn;
}

function systemOf(argument: Fields): readonly string[] {
  return textsIn(argument["system"]).filter((text) => text !== undefined);
}

/** The texts of a message; undefined in the place of what is none. */
function textsIn(content: unknown): readonly (string | undefined)[] {
  if (content === undefined || content === null) return [];
  const parts: readonly unknown[] = Array.isArray(content) ? content : [content];
  return parts.map((part) => (isFields(part) ? textOfPart(part) : typeof part === "string" ? part : undefined));
}

function textOfPart(part: Fields): string | undefined {
  return part["type"] === "tool_result" ? "" : textAt(part, "text");
}

function joined(texts: readonly string[]): string {
  return texts.filter((text) => text !== "").join("\n\n");
}
