import type { CodexMessage, ItemPhase, WordsItem } from "./messages.ts";
import { close, maxTextChars, nothingSaid, unchanged, warn, type RunState, type Said, type Step } from "./state.ts";

/** What is said in the turn: the answer, notes, and what the user has to add. */
export function translateWords(state: RunState, phase: ItemPhase, item: WordsItem): Step {
  if (item.type === "message") return translateMessage(state, phase, item);
  if (item.type === "prompt") return unchanged(phase === "started" ? answered(state) : state);
  if (phase !== "completed") return unchanged(state);
  return item.type === "plan" ? unchanged(withPlan(state, item.text)) : translateNotice(state, item);
}

function withPlan(state: RunState, plan: string): RunState {
  return plan === "" ? state : { ...state, said: { ...state.said, plan } };
}

/** More of the message that is being written: the answer of a turn that never gets to finish it. */
export function takeDelta(state: RunState, { itemId, text }: Extract<CodexMessage, { type: "delta" }>): Step {
  const { partial } = state.said;
  if (partial?.id !== itemId) return unchanged(state);
  return unchanged({ ...state, said: { ...state.said, partial: { id: itemId, text: partial.text + text } } });
}

/** What a turn has to say. `isCutOff`: an unfinished message is better than nothing. */
export function answerOf({ final, text, plan, partial }: Said, isCutOff: boolean): string {
  const words = final ?? text ?? (isCutOff ? partial?.text : undefined) ?? "";
  if (plan === undefined) return words;
  return words.trim() === "" ? plan : `${words.trimEnd()}\n\n${plan}`;
}

type MessageItem = Extract<WordsItem, { type: "message" }>;

/** Texts between the steps are not actions, unless Codex marks them as commentary: the last of them is the answer. */
function translateMessage(state: RunState, phase: ItemPhase, { id, text, phase: purpose }: MessageItem): Step {
  const isCommentary = purpose === "commentary";
  const { partial: _written, ...said } = state.said;
  if (phase !== "completed")
    return unchanged(isCommentary ? state : { ...state, said: { ...said, partial: { id, text } } });
  if (isCommentary) return note({ ...state, said }, id, text);
  if (text === "") return unchanged({ ...state, said });
  const kind = purpose === "final_answer" ? { final: text } : { text };
  return unchanged({ ...state, said: { ...said, ...kind, isLast: true } });
}

/** A text of the user goes into the turn. What was said just before it answers the one before; half a message is given up. */
function answered(state: RunState): RunState {
  const { final, text, isLast } = state.said;
  const answer = final ?? (isLast ? text : undefined);
  return { ...state, said: nothingSaid, answers: answer === undefined ? state.answers : [...state.answers, answer] };
}

function note(state: RunState, id: string, text: string): Step {
  if (text.trim() === "") return unchanged(state);
  return close(state, { id, kind: "note", title: text.slice(0, maxTextChars), detail: {} });
}

function translateNotice(state: RunState, item: Exclude<WordsItem, { type: "message" | "prompt" | "plan" }>): Step {
  switch (item.type) {
    case "reasoning":
      return note(state, item.id, item.text);
    case "compaction":
      return note(state, item.id, "context compacted");
    case "warning":
      return warn(state, item.text);
    case "quiet":
      return unchanged(state);
  }
}
