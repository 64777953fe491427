import type { ActionEvent, ActionPhase } from "../../src/domain/event.ts";
import { withActionId, type RunState, type Step, type Words } from "./state.ts";
import { unchanged } from "../../src/runner/step.ts";

/** What a progress message shows of an action. */
const maxTitleChars = 280;
/** Cut now and then only: there may be a delta for every few characters. */
const maxTailChars = 8_192;

/** A delta of the run's own request: part of the answer, and of the one action that shows what is being said. */
export function hear(state: RunState, text: string): RunState {
  if (text === "") return state;
  const answer = state.answer + text;
  if (state.words !== undefined) return { ...state, answer, words: grown(state.words, text) };
  const { state: next, id } = withActionId(state, "happi.words");
  return { ...next, answer, words: grown({ id, tail: "", chars: 0, shownChars: 0, title: "" }, text) };
}

/** Whether there are words that `showWords` has not shown. */
export function hasUnshownWords({ words }: RunState): boolean {
  return words !== undefined && words.chars > words.shownChars;
}

/**
 * Shows what has been said so far. Deltas are a few characters each, and the chat changes once a second: whoever reads them decides
 * how often this is worth it.
 */
export function showWords(state: RunState): Step {
  if (state.words === undefined || !hasUnshownWords(state)) return unchanged(state);
  const words = { ...titled(state.words), shownChars: state.words.chars };
  if (words.title === "") return unchanged({ ...state, words: { ...words, shownChars: 0 } });
  const phase = state.words.title === "" ? "started" : "updated";
  return { state: { ...state, words }, events: [eventOf(state, words, phase)] };
}

/** Something else comes: what was said until then is one finished action. */
export function endWords(state: RunState): Step {
  const { words, ...without } = state;
  const last = words && titled(words);
  if (last === undefined || last.title === "") return unchanged(without);
  return { state: without, events: [eventOf(state, last, "completed")] };
}

/** The end of the run. Words that were never shown need not be now: they are in the answer. */
export function closeWords(state: RunState): Step {
  return (state.words?.title ?? "") === "" ? unchanged(state) : endWords(state);
}

function grown(words: Words, text: string): Words {
  const tail = words.tail + text;
  return {
    ...words,
    tail: tail.length > maxTailChars ? tail.slice(-maxTitleChars) : tail,
    chars: words.chars + text.length,
  };
}

/** The end of the words, for they are read as they come. Blank ones leave the title as it was. */
function titled(words: Words): Words {
  const isCut = words.chars > maxTitleChars;
  const last = words.tail.slice(-maxTitleChars);
  // Not within a character, nor within a word where it is a short one.
  const end = isCut ? last.replace(/^[\uDC00-\uDFFF]/u, "").replace(/^\S{0,20}\s/u, "") : last;
  const text = end.trim();
  return text === "" ? words : { ...words, title: isCut ? `…${text}` : text };
}

function eventOf({ engine }: RunState, { id, title }: Words, phase: ActionPhase): ActionEvent {
  return { type: "action", engine, action: { id, kind: "note", title, detail: {} }, phase };
}
