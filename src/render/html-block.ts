import type { MessageText } from "../domain/message-text.ts";
import { resolveCharacterReferences } from "./character-references.ts";
import { interpretTags, removeComments, tagName } from "./html-tags.ts";
import { type Mark, pre, TextBuilder } from "./text-builder.ts";

/** Renders a block of HTML such as `<details>`: its text, without layout tags and comments. Tags that HTML does not have stay. */
export function renderHtmlBlock(html: string): MessageText {
  if (/^<pre[\s>]/i.test(html))
    return pre(resolveCharacterReferences(html.replace(TAG, "")).replace(/^\s*\n|\s+$/g, ""));
  const pieces = piecesOf(removeComments(html));
  const effects = interpretTags(pieces.map(({ tag }) => tag));
  const writer = new LineWriter();
  for (const [index, { tag, text }] of pieces.entries()) {
    const effect = effects[index];
    if (writer.layOut(tag)) writer.write(text);
    else if (effect?.kind === "open") writer.begin(effect.mark).write(text);
    else if (effect?.kind === "close") writer.end(effect.mark).write(text);
    else writer.write(effect?.kind === "text" ? effect.text : tag).write(text);
  }
  return writer.build();
}

interface Piece {
  /** Empty for the text before the first tag. */
  readonly tag: string;
  readonly text: string;
}

const TAG = /<\/?[a-z][\w-]*(?:\s[^<>]*)?\/?>/gi;
const LINE_TAGS =
  /^(?:p|div|section|article|details|summary|center|ul|ol|li|table|thead|tbody|tr|h[1-6]|hr|blockquote|dl|dt|dd)$/;
const CELL_TAGS = /^(?:td|th)$/;
const BOLD_TAGS = /^(?:summary|h[1-6]|th)$/;

function piecesOf(html: string): readonly Piece[] {
  const tags = [...html.matchAll(TAG)];
  const before: Piece = { tag: "", text: html.slice(0, tags[0]?.index ?? html.length) };
  return [
    before,
    ...tags.map((match, index) => ({
      tag: match[0],
      text: html.slice(match.index + match[0].length, tags[index + 1]?.index ?? html.length),
    })),
  ];
}

/** Writes text in which line ends do not pile up. */
class LineWriter {
  readonly #builder = new TextBuilder();
  #marks: readonly Mark[] = [];
  #atLineStart = true;

  /** Handles a tag that only lays text out; false when it is another kind of tag. */
  layOut(tag: string): boolean {
    const name = tagName(tag) ?? "";
    if (!LINE_TAGS.test(name) && !CELL_TAGS.test(name)) return false;
    this.write(CELL_TAGS.test(name) ? " " : "\n");
    if (name === "li" && !tag.startsWith("</")) this.write("• ");
    if (BOLD_TAGS.test(name)) this.#marks = tag.startsWith("</") ? [] : [BOLD];
    return true;
  }

  begin(mark: Mark): this {
    this.#marks = [...this.#marks, mark];
    return this;
  }

  end(mark: Mark): this {
    this.#marks = this.#marks.filter((open) => open !== mark);
    return this;
  }

  write(html: string): this {
    const lines = html.replace(/[ ]*\n\s*/g, "\n");
    const text = this.#atLineStart ? lines.trimStart() : lines;
    if (text === "") return this;
    this.#builder.append(resolveCharacterReferences(text), this.#marks);
    this.#atLineStart = text.endsWith("\n");
    return this;
  }

  build(): MessageText {
    return this.#builder.build();
  }
}

const BOLD: Mark = { type: "bold" };
