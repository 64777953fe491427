import type { Token, Tokens } from "marked";
import type { MessageText } from "../domain/message-text.ts";
import { renderHtmlBlock } from "./html-block.ts";
import { renderInline } from "./inline.ts";
import { sendableUrl } from "./link.ts";
import { prefixLines } from "./prefix-lines.ts";
import { sliceText } from "./slice-text.ts";
import { renderTable } from "./table.ts";
import { covered, EMPTY, isBlock, join, plain, pre } from "./text-builder.ts";

/** Where blocks stand: Telegram has no quote in a quote. */
export interface BlockContext {
  readonly inQuote: boolean;
}

/** Renders block tokens with a blank line between them. */
export function renderBlocks(tokens: readonly Token[], context: BlockContext): MessageText {
  return join(
    tokens.map((token) => renderBlock(token, context)),
    "\n\n",
  );
}

type BlockToken =
  | Tokens.Paragraph
  | Tokens.Text
  | Tokens.Heading
  | Tokens.Code
  | Tokens.List
  | Tokens.Blockquote
  | Tokens.Table
  | Tokens.HTML
  | Tokens.Hr
  | Tokens.Def
  | Tokens.Space;

const BLOCK_TYPES: ReadonlySet<string> = new Set<BlockToken["type"]>([
  "paragraph",
  "text",
  "heading",
  "code",
  "list",
  "blockquote",
  "table",
  "html",
  "hr",
  "def",
  "space",
]);

function isBlockToken(token: Token): token is BlockToken {
  return BLOCK_TYPES.has(token.type);
}

function renderBlock(token: Token, context: BlockContext): MessageText {
  return isBlockToken(token) ? trimmed(renderBlockToken(token, context)) : renderInline([token]);
}

function trimmed(content: MessageText): MessageText {
  return sliceText(content, 0, content.text.length);
}

function renderBlockToken(token: BlockToken, context: BlockContext): MessageText {
  switch (token.type) {
    case "paragraph":
      return renderInline(token.tokens);
    case "text":
      return renderInline([token]);
    case "heading":
      return renderInline(token.tokens, [{ type: "bold" }]);
    case "code":
      return renderCode(token);
    case "list":
      return renderList(token, context);
    case "blockquote":
      return renderQuote(token, context);
    case "table":
      return renderTable(token);
    case "html":
      return renderHtmlBlock(token.raw);
    case "hr":
      return plain("———");
    case "def":
      return renderDefinition(token);
    case "space":
      return EMPTY;
  }
}

function renderCode({ text, lang }: Tokens.Code): MessageText {
  const language = /^[\w+#.-]{1,32}/.exec(lang ?? "")?.[0];
  return pre(text, language);
}

function renderQuote({ tokens }: Tokens.Blockquote, { inQuote }: BlockContext): MessageText {
  const content = renderBlocks(tokens, { inQuote: true });
  return inQuote ? prefixLines(content, { first: "❯ ", rest: "❯ " }) : covered(content, { type: "blockquote" });
}

/** Definitions of web links are not shown, as in Markdown; footnotes and `[WIP]: text` are, since nothing else would show them. */
function renderDefinition({ tag, href, raw }: Tokens.Def): MessageText {
  return tag.startsWith("^") || sendableUrl(href) === undefined ? plain(raw.trim()) : EMPTY;
}

function renderList(list: Tokens.List, context: BlockContext): MessageText {
  const isSpacious = list.items.some(({ tokens }) => tokens.filter(({ type }) => type === "paragraph").length > 1);
  const start = list.start === "" ? 1 : list.start;
  return join(
    list.items.map((item, index) => {
      const number = list.ordered ? `${start + index}. ` : "";
      return renderItem(item, number, context);
    }),
    isSpacious ? "\n\n" : "\n",
  );
}

/** An item with its mark, its further lines two spaces in. A mark before a code block or a quote has a line of its own. */
function renderItem(item: Tokens.ListItem, number: string, context: BlockContext): MessageText {
  const mark = item.task ? number + (item.checked ? "☑ " : "☐ ") : number || "• ";
  const content = renderItemBlocks(item.tokens, context);
  if (content.text === "") return plain(mark.trimEnd());
  const startsWithBlock = content.entities.some((entity) => entity.offset === 0 && isBlock(entity));
  if (startsWithBlock) return join([plain(mark.trimEnd()), content], "\n");
  return prefixLines(content, { first: mark, rest: "  " });
}

/** Only a paragraph after a paragraph needs a blank line inside of an item. */
function renderItemBlocks(tokens: readonly Token[], context: BlockContext): MessageText {
  let content = EMPTY;
  let previous = "";
  for (const token of tokens) {
    const block = renderBlock(token, context);
    if (block.text === "") continue;
    const separator = previous === "paragraph" && token.type === "paragraph" ? "\n\n" : "\n";
    content = join([content, block], separator);
    previous = token.type;
  }
  return content;
}
