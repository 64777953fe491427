import type { MessageText } from "../domain/message-text.ts";
import { renderBlocks } from "./blocks.ts";
import { BoundedLexer } from "./bounded-lexer.ts";
import { cleanText } from "./clean-text.ts";
import { sliceText } from "./slice-text.ts";

/**
 * A whole Markdown document (GFM) as text and entities, of any length: `splitText` makes messages of it. Takes unfinished documents, such
 * as an answer that is still being written. Never throws: what is too large (200,000 UTF-16 units) or nested too deeply to parse in
 * reasonable time comes back as plain text.
 */
export function renderMarkdown(markdown: string): MessageText {
  const source = cleanText(markdown);
  const content = isParsable(source) ? renderOrPlain(source) : { text: source, entities: [] };
  return sliceText(content, 0, content.text.length);
}

const MAX_PARSED_CHARS = 200_000;
/** marked recurses for each level: 3,000 nested quotes overflow its stack. */
const TOO_DEEP = /^(?: *(?:>|[-*+] |\d{1,9}[.)] )){101}/m;

/** Lines on which marked looks ahead to the end of the block each time: a table's delimiter row, a fence in a quote. */
const COSTLY_LINE = /^(?:[ |:-]*-\|[ |:-]*| *>[> ]*(?:```|~~~).*)$/gm;
const MAX_COSTLY_LINES = 1000;

function isParsable(source: string): boolean {
  if (source.length >= MAX_PARSED_CHARS || TOO_DEEP.test(source)) return false;
  return (source.match(COSTLY_LINE)?.length ?? 0) <= MAX_COSTLY_LINES;
}

function renderOrPlain(source: string): MessageText {
  try {
    return renderBlocks(new BoundedLexer({ gfm: true }).lex(source), { inQuote: false });
  } catch {
    // A stack overflow in the parser: the words matter more than their looks.
    return { text: source, entities: [] };
  }
}
