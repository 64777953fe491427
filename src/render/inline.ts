import type { Token, Tokens } from "marked";
import type { MessageText } from "../domain/message-text.ts";
import { resolveCharacterReferences } from "./character-references.ts";
import { interpretTags, type TagEffect } from "./html-tags.ts";
import { describeLocalLink, sendableUrl } from "./link.ts";
import { type Mark, TextBuilder } from "./text-builder.ts";

/** Renders the inside of a paragraph, heading or table cell; `marks` are the styles around it. */
export function renderInline(tokens: readonly Token[], marks: readonly Mark[] = []): MessageText {
  const builder = new TextBuilder();
  appendTokens(builder, tokens, marks);
  return builder.build();
}

type InlineToken =
  | Tokens.Text
  | Tokens.Escape
  | Tokens.Strong
  | Tokens.Em
  | Tokens.Del
  | Tokens.Codespan
  | Tokens.Br
  | Tokens.Link
  | Tokens.Image
  | Tokens.Tag;

const INLINE_TYPES: ReadonlySet<string> = new Set<InlineToken["type"]>([
  "text",
  "escape",
  "strong",
  "em",
  "del",
  "codespan",
  "br",
  "link",
  "image",
  "html",
]);

function isInlineToken(token: Token): token is InlineToken {
  return INLINE_TYPES.has(token.type);
}

function appendTokens(builder: TextBuilder, tokens: readonly Token[], around: readonly Mark[]): void {
  const effects = interpretTags(tokens.filter(({ type }) => type === "html").map(({ raw }) => raw))[Symbol.iterator]();
  let marks = around;
  for (const token of tokens) {
    if (token.type === "html") {
      const effect: TagEffect = effects.next().value ?? { kind: "literal" };
      if (effect.kind === "open") marks = [...marks, effect.mark];
      else if (effect.kind === "close") marks = marks.toSpliced(marks.lastIndexOf(effect.mark), 1);
      else builder.append(effect.kind === "text" ? effect.text : token.raw, marks);
    } else if (isInlineToken(token)) appendToken(builder, token, marks);
    // The list writes its own check boxes.
    else if (token.type !== "checkbox") builder.append(token.raw, marks);
  }
}

function appendToken(builder: TextBuilder, token: InlineToken, marks: readonly Mark[]): void {
  switch (token.type) {
    case "text":
      return appendText(builder, token, marks);
    case "strong":
      return appendTokens(builder, token.tokens, [...marks, { type: "bold" }]);
    case "em":
      return appendTokens(builder, token.tokens, [...marks, { type: "italic" }]);
    case "del":
      return appendDeleted(builder, token, marks);
    case "codespan":
      return appendCode(builder, token, marks);
    case "link":
    case "image":
      return appendLink(builder, token, marks);
    case "br":
    case "escape":
    case "html":
      builder.append(token.type === "br" ? "\n" : token.text, marks);
  }
}

function appendText(builder: TextBuilder, token: Tokens.Text, marks: readonly Mark[]): void {
  if (token.tokens) appendTokens(builder, token.tokens, marks);
  else builder.append(proseText(token.text), marks);
}

function appendCode(builder: TextBuilder, { text }: Tokens.Codespan, marks: readonly Mark[]): void {
  builder.append(text, [...marks, { type: "code" }]);
}

/** Markdown drops the indentation of continued lines. A line end stays one: answers mean it. */
function proseText(text: string): string {
  return resolveCharacterReferences(text.replace(/\n +/g, "\n"));
}

/** A single tilde means "about" (`~5s (~3s warm)`), although GFM reads it as struck out. */
function appendDeleted(builder: TextBuilder, token: Tokens.Del, marks: readonly Mark[]): void {
  if (token.raw.startsWith("~~")) return appendTokens(builder, token.tokens, [...marks, { type: "strikethrough" }]);
  builder.append("~", marks);
  appendTokens(builder, token.tokens, marks);
  builder.append("~", marks);
}

function appendLink(builder: TextBuilder, token: Tokens.Link | Tokens.Image, marks: readonly Mark[]): void {
  const isFootnote = token.raw.startsWith("[^");
  const isAutolink = token.type === "link" && token.autolink === true;
  const href = isAutolink ? token.href : resolveCharacterReferences(token.href);
  const label = labelText(token.tokens);
  if (isFootnote || label.trim() === "") {
    builder.append(isFootnote ? token.raw : href, marks);
    return;
  }
  const url = sendableUrl(href);
  // Telegram finds addresses in the text by itself.
  if (isAutolink || label === href) appendTokens(builder, token.tokens, marks);
  else if (url !== undefined) appendTokens(builder, token.tokens, [...marks, { type: "text_link", url }]);
  else appendLocalLink(builder, { tokens: token.tokens, label, href }, marks);
}

interface LocalTarget {
  readonly tokens: readonly Token[];
  readonly label: string;
  readonly href: string;
}

function appendLocalLink(builder: TextBuilder, { tokens, label, href }: LocalTarget, marks: readonly Mark[]): void {
  const link = describeLocalLink(label, href);
  if (link.kind === "name") {
    builder.append(link.name, [...marks, { type: "code" }]);
    return;
  }
  appendTokens(builder, tokens, marks);
  if (link.kind === "label") return;
  builder
    .append(" (", marks)
    .append(link.target, [...marks, { type: "code" }])
    .append(")", marks);
}

function labelText(tokens: readonly Token[]): string {
  return tokens.map((token) => labelPart(token)).join("");
}

function labelPart(token: Token): string {
  if (!isInlineToken(token) || token.type === "br") return " ";
  if ("tokens" in token && token.tokens) return labelText(token.tokens);
  return token.type === "text" ? proseText(token.text) : token.text;
}
