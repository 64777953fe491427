import type { MessageText, TextEntity } from "../../src/domain/message-text.ts";

/** What Telegram's own library says about a message. */
export type Verdict =
  | { readonly kind: "refused"; readonly message: string }
  | { readonly kind: "taken"; readonly text: string; readonly styles: readonly string[] };

export interface Oracle {
  readonly check: (content: MessageText) => Verdict;
}

/**
 * TDLib, which checks and repairs entities as the Bot API server does. It runs offline: `parseMarkdown` is a synchronous request that
 * applies the checks to its input. Rejects when the native library does not load on this machine.
 */
export async function loadOracle(): Promise<Oracle> {
  const { getTdjson } = await import("prebuilt-tdlib");
  const { configure, execute, init } = await import("tdl");
  configure({ tdjson: getTdjson(), verbosityLevel: 0 });
  init();
  return {
    check(content) {
      const answer = execute({ _: "parseMarkdown", text: toFormattedText(content) });
      if (answer._ === "error") return { kind: "refused", message: answer.message };
      const entities = answer.entities.map(({ offset, length, type }) => ({
        offset,
        length,
        style: styleName({
          type: type._,
          url: "url" in type ? type.url : "",
          language: "language" in type ? type.language : "",
        }),
      }));
      return { kind: "taken", text: answer.text, styles: stylesByCharacter(answer.text, entities) };
    },
  };
}

/** The verdict on a message that arrives as it is. */
export function asIs({ text, entities }: MessageText): Verdict {
  const named = entities.map((entity) => {
    const { _, ...details } = toType(entity);
    return { ...entity, style: styleName({ type: _, ...details }) };
  });
  return { kind: "taken", text, styles: stylesByCharacter(text, named) };
}

/** The same message without characters that `parseMarkdown`, beyond the checks, would read as marks. */
export function withoutMarks({ text, entities }: MessageText): MessageText {
  return { text: text.replace(/[*_~|`[\]()]/g, "x"), entities };
}

function toFormattedText({ text, entities }: MessageText) {
  const named = entities.map((entity) => {
    const { offset, length } = entity;
    return { _: "textEntity" as const, offset, length, type: toType(entity) };
  });
  return { _: "formattedText" as const, text, entities: named };
}

const TYPES = {
  bold: "textEntityTypeBold",
  italic: "textEntityTypeItalic",
  underline: "textEntityTypeUnderline",
  strikethrough: "textEntityTypeStrikethrough",
  spoiler: "textEntityTypeSpoiler",
  code: "textEntityTypeCode",
  blockquote: "textEntityTypeBlockQuote",
  expandable_blockquote: "textEntityTypeExpandableBlockQuote",
} as const;

function toType({ type, url = "", language }: TextEntity) {
  if (type === "text_link") return { _: "textEntityTypeTextUrl" as const, url };
  if (type !== "pre") return { _: TYPES[type] };
  if (language === undefined) return { _: "textEntityTypePre" as const };
  return { _: "textEntityTypePreCode" as const, language };
}

interface NamedStyle {
  readonly type: string;
  readonly url?: string | undefined;
  readonly language?: string | undefined;
}

/** TDLib completes `https://a.b` to `https://a.b/`. */
function styleName({ type, url = "", language = "" }: NamedStyle): string {
  return `${type} ${url.toLowerCase().replace(/\/$/, "")} ${language}`;
}

interface Placed {
  readonly offset: number;
  readonly length: number;
  readonly style: string;
}

/** The styles of each UTF-16 unit: equal for one bold entity and for two that touch, which TDLib joins. */
function stylesByCharacter(text: string, entities: readonly Placed[]): readonly string[] {
  const styles: string[][] = Array.from({ length: text.length }, () => []);
  for (const { offset, length, style } of entities) {
    for (const unit of styles.slice(offset, offset + length)) unit.push(style);
  }
  return styles.map((unit) => unit.sort().join(", "));
}
