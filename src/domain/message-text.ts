/** The Telegram entity types this program writes. Offsets and lengths count UTF-16 units, as JavaScript strings do. */
export type TextEntityType =
  | "bold"
  | "italic"
  | "underline"
  | "strikethrough"
  | "spoiler"
  | "code"
  | "pre"
  | "text_link"
  | "blockquote"
  | "expandable_blockquote";

export interface TextEntity {
  readonly type: TextEntityType;
  readonly offset: number;
  readonly length: number;
  /** Only for `text_link`. */
  readonly url?: string;
  /** Only for `pre`. */
  readonly language?: string;
}

/** Text as Telegram takes it: plain characters and the entities over them, never a parse mode. */
export interface MessageText {
  readonly text: string;
  readonly entities: readonly TextEntity[];
}
