import type { TurnEvent } from "./turn-event.ts";

/** What the model said in a turn, as far as it may be the answer. */
export interface Answer {
  /** Since the last tool. */
  readonly last: readonly string[];
  /** Between the tools before. */
  readonly before: readonly string[];
}

export const noAnswer: Answer = { last: [], before: [] };

/** Words of sub-agents, thoughts, and what is said between tools are no answer. */
export function reduceAnswer(answer: Answer, event: TurnEvent): Answer {
  if (event.type === "text") {
    const isAnswer = !event.isThought && event.subagent === undefined && event.text.trim() !== "";
    return isAnswer ? { ...answer, last: [...answer.last, event.text] } : answer;
  }
  const isTool = (event.type === "tool_start" || event.type === "tool_end") && event.subagent === undefined;
  return isTool && answer.last.length > 0 ? { last: [], before: answer.last } : answer;
}

/** What was said between tools is better than nothing. */
export function answerText({ last, before }: Answer): string {
  return (last.length > 0 ? last : before).join("\n\n");
}
