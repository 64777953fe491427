import { remark, unchanged, type RunState, type Segment, type Step } from "./state.ts";
import type { Chunk } from "./updates.ts";

/** How much of a thought or of words between tools an action keeps, in characters. */
const maxTextChars = 1_000;

/** A chunk of the agent's words. A message id says which chunks belong together; chunks without one follow each other. */
export function hear(state: RunState, { text, messageId, usage }: Chunk): Step {
  const counted = usage === undefined ? state : { ...state, usage: { ...state.usage, ...usage } };
  if (text === "") return unchanged(counted);
  if (messageId === undefined && state.quirks.remarks?.test(text) === true)
    return remark(counted, { title: text.trim(), level: "info" });
  return unchanged({
    ...counted,
    words: withChunk(counted.words, { text, ...(messageId !== undefined && { messageId }) }),
  });
}

/** What the agent will have said when nothing more comes: the last words, or those before the last tool. */
export function answerOf(state: RunState): string {
  return chosen(state.words) || state.lastWords;
}

/** A tool call or the like comes: the words before it were no answer, but may be all there is. */
export function endWords(state: RunState): Step {
  const said = chosen(state.words);
  if (said === "") return unchanged({ ...state, words: [] });
  return remark({ ...state, words: [], lastWords: said }, { title: said.slice(0, maxTextChars) });
}

/** A chunk of thought. */
export function think(state: RunState, { text, messageId }: Chunk): Step {
  const { thought } = state;
  if (thought.messageId === messageId)
    return unchanged({ ...state, thought: { ...thought, text: thought.text + text } });
  const closed = closeThought(state);
  return { ...closed, state: { ...closed.state, thought: { text, ...(messageId !== undefined && { messageId }) } } };
}

/** Thoughts come in small pieces; one is shown when it is whole. */
export function closeThought(state: RunState): Step {
  const title = state.thought.text.trim().slice(0, maxTextChars);
  const without = { ...state, thought: { text: "" } };
  return title === "" ? unchanged(without) : remark(without, { title });
}

function withChunk(words: readonly Segment[], chunk: Segment): readonly Segment[] {
  const at = words.findLastIndex(({ messageId }) => messageId === chunk.messageId);
  const isOpen = at !== -1 && (chunk.messageId !== undefined || at === words.length - 1);
  if (!isOpen) return [...words, chunk];
  return words.map((segment, index) => (index === at ? { ...segment, text: segment.text + chunk.text } : segment));
}

/** The last segment; among those with a message id when there are any, for what has none is a remark of the program. */
function chosen(words: readonly Segment[]): string {
  const spoken = words.filter(({ text }) => text.trim() !== "");
  const named = spoken.filter(({ messageId }) => messageId !== undefined);
  return (named.at(-1) ?? spoken.at(-1))?.text.trim() ?? "";
}
