import type { MessageText, TextEntity } from "../domain/message-text.ts";
import { isBlock } from "./text-builder.ts";

export interface LinePrefixes {
  readonly first: string;
  readonly rest: string;
}

/**
 * Puts a prefix before each line. Lines of code blocks and quotes stay at the margin, where a copied line has no foreign characters;
 * blank lines get no white space.
 */
export function prefixLines(content: MessageText, { first, rest }: LinePrefixes): MessageText {
  const blocks = content.entities.filter((entity) => isBlock(entity));
  const moved: number[] = [];
  let text = "";
  for (const [index, line] of content.text.split("\n").entries()) {
    if (index > 0) text += "\n";
    const start = moved.length;
    const isInBlock = blocks.some(({ offset, length }) => offset <= start && start < offset + length);
    const prefix = index === 0 ? first : rest;
    text += isInBlock ? "" : line === "" ? prefix.trimEnd() : prefix;
    // One more than the line, for the line end behind it.
    for (let column = 0; column <= line.length; column += 1) moved.push(text.length + column);
    text += line;
  }
  const place = (index: number) => moved[index] ?? text.length;
  return { text, entities: content.entities.map((entity) => move(entity, place)) };
}

function move(entity: TextEntity, place: (index: number) => number): TextEntity {
  const offset = place(entity.offset);
  const end = place(entity.offset + entity.length - 1) + 1;
  return { ...entity, offset, length: end - offset };
}
