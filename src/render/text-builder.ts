import type { MessageText, TextEntity, TextEntityType } from "../domain/message-text.ts";
import { cleanText } from "./clean-text.ts";

/** A style that runs over characters. `url` belongs to `text_link`. */
export interface Mark {
  readonly type: Exclude<TextEntityType, "pre" | "blockquote" | "expandable_blockquote">;
  readonly url?: string;
}

export const EMPTY: MessageText = { text: "", entities: [] };

export function plain(text: string): MessageText {
  return { text: cleanText(text), entities: [] };
}

export function bold(text: string): MessageText {
  return new TextBuilder().append(text, [{ type: "bold" }]).build();
}

export function code(text: string): MessageText {
  return new TextBuilder().append(text, [{ type: "code" }]).build();
}

/** A code block. `language` is shown by clients and turns on highlighting. */
export function pre(text: string, language?: string): MessageText {
  const content = plain(text);
  return covered(content, { type: "pre", ...(language ? { language } : {}) });
}

/** Puts one block entity over the whole content. */
export function covered(content: MessageText, block: Omit<TextEntity, "offset" | "length">): MessageText {
  if (content.text.trim() === "") return content;
  return { text: content.text, entities: [{ ...block, offset: 0, length: content.text.length }, ...content.entities] };
}

/** Joins the parts that have text; entities keep their place. */
export function join(parts: readonly MessageText[], separator: string = ""): MessageText {
  let text = "";
  const entities: TextEntity[] = [];
  for (const part of parts) {
    if (part.text === "") continue;
    if (text !== "") text += separator;
    for (const entity of part.entities) entities.push({ ...entity, offset: entity.offset + text.length });
    text += part.text;
  }
  return { text, entities };
}

/** Collects styled text and writes entities that nest properly, do not repeat, and do not begin or end on white space. */
export class TextBuilder {
  #text = "";
  readonly #entities: TextEntity[] = [];
  readonly #open: { readonly mark: Mark; readonly offset: number }[] = [];

  append(text: string, marks: readonly Mark[] = []): this {
    const clean = cleanText(text);
    if (clean === "") return this;
    const wanted = nestable(marks);
    const keep = this.#open.findIndex(({ mark }) => !wanted.some((other) => isSameMark(mark, other)));
    this.#closeFrom(keep === -1 ? this.#open.length : keep);
    for (const mark of wanted) {
      const isOpen = this.#open.some((open) => isSameMark(open.mark, mark));
      if (!isOpen) this.#open.push({ mark, offset: this.#text.length });
    }
    this.#text += clean;
    return this;
  }

  build(): MessageText {
    this.#closeFrom(0);
    return { text: this.#text, entities: inReadingOrder(this.#entities) };
  }

  #closeFrom(index: number): void {
    for (const { mark, offset } of this.#open.splice(index).reverse()) {
      const entity = fitEntity(this.#text, { ...mark, offset, length: this.#text.length - offset });
      if (entity) this.#entities.push(entity);
    }
  }
}

/** The entity without white space at its edges (blocks keep their indentation), or undefined when nothing is left. */
export function fitEntity(text: string, entity: TextEntity): TextEntity | undefined {
  const covers = text.slice(entity.offset, entity.offset + entity.length);
  const trimmed = covers.trim();
  if (trimmed === "") return undefined;
  if (isBlock(entity) || trimmed.length === covers.length) return entity;
  const offset = entity.offset + covers.indexOf(trimmed);
  return { ...entity, offset, length: trimmed.length };
}

export function isBlock({ type }: TextEntity): boolean {
  return type === "pre" || type === "blockquote" || type === "expandable_blockquote";
}

/** By place; of two that begin together the longer comes first, and blocks come before styles. */
export function inReadingOrder(entities: readonly TextEntity[]): readonly TextEntity[] {
  return [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length || rank(a) - rank(b));
}

function rank({ type }: TextEntity): number {
  if (type === "blockquote" || type === "expandable_blockquote") return 0;
  return type === "pre" || type === "code" ? 2 : 1;
}

/** Telegram keeps one style of a kind, no style around code, and of a link and code over the same text only the code: so code yields. */
function nestable(marks: readonly Mark[]): readonly Mark[] {
  const codeMark = marks.find(({ type }) => type === "code");
  const isLinked = marks.some(({ type }) => type === "text_link");
  if (codeMark && !isLinked) return [codeMark];
  return marks.filter(
    (mark, index) => mark.type !== "code" && marks.findIndex((other) => other.type === mark.type) === index,
  );
}

function isSameMark(a: Mark, b: Mark): boolean {
  return a.type === b.type && a.url === b.url;
}
