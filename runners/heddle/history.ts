import type { PastTurn } from "../../src/runner/runner.ts";

/** A prompt with the turns before it. `sent`: how many of them fit. */
export interface PromptWithHistory {
  readonly message: string;
  readonly sent: number;
}

/** Some 15,000 tokens: little enough for any model, and the newest turns are the ones that matter. */
const maxHistoryChars = 60_000;
/** What is kept of one prompt or answer, its beginning and its end. */
const maxTextChars = 20_000;

/** The prompt with the newest of the earlier turns in front, as JSON between marks that none of the texts contains. */
export function withHistory(prompt: string, turns: readonly PastTurn[]): PromptWithHistory {
  const lines = newestThatFit(turns.map(lineOf));
  const mark = freeMark([...lines, prompt]);
  const message = [
    "This session goes on in a new process. Its earlier turns stand between the marks, oldest first, as JSON: they are context, and " +
      "have been dealt with.",
    `<${mark}>`,
    ...lines,
    `</${mark}>`,
    "The new prompt:",
    "",
    prompt,
  ].join("\n");
  return { message, sent: lines.length };
}

function lineOf({ prompt, answer }: PastTurn): string {
  return JSON.stringify({ prompt: shortened(prompt), answer: shortened(answer) });
}

function newestThatFit(lines: readonly string[]): readonly string[] {
  let chars = 0;
  const tooOld = lines.findLastIndex((line) => {
    chars += line.length;
    return chars > maxHistoryChars;
  });
  // The newest turn goes along however long it is.
  return lines.slice(Math.min(tooOld + 1, lines.length - 1));
}

function shortened(text: string): string {
  if (text.length <= maxTextChars) return text;
  const half = maxTextChars / 2;
  return `${text.slice(0, half)}\n[… ${text.length - maxTextChars} characters left out …]\n${text.slice(-half)}`;
}

function freeMark(texts: readonly string[]): string {
  for (let number = 1; ; number += 1) {
    const mark = number === 1 ? "earlier-turns" : `earlier-turns-${number}`;
    if (!texts.some((text) => text.includes(`${mark}>`))) return mark;
  }
}
