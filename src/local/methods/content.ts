import { z } from "zod";
import { badRequest } from "../bot-api-failure.ts";
import type { ApiEntity } from "../bot-api-types.ts";
import type { EntityText } from "../text/clean-text.ts";
import { countCodePoints } from "../text/code-points.ts";
import { formatText } from "../text/format-text.ts";
import { checkLink } from "../text/link.ts";
import type { BotCall } from "./method.ts";
import type { Params } from "./params.ts";

/** Telegram's limits, in code points after repair, and in bytes before. */
const MAX_TEXT_CHARS = 4096;
const MAX_CAPTION_CHARS = 1024;
const MAX_TEXT_BYTES = 32_768;

/** `text` and `entities` of a call. Fails with 400 when there is no text, or too much. */
export function readText({ params }: BotCall): EntityText {
  const text = params.text("text") ?? "";
  if (text === "") throw badRequest("message text is empty");
  if (Buffer.byteLength(text) > MAX_TEXT_BYTES) throw badRequest("text is too long");
  const content = formatText(text, readEntities(params, "entities"));
  if (countCodePoints(content.text) > MAX_TEXT_CHARS) throw badRequest("message is too long");
  return content;
}

/** `caption` and `caption_entities` of a call, as keys of a message; none when there is no caption. */
export function readCaption(params: Params): { caption?: string; caption_entities?: readonly ApiEntity[] } {
  const text = params.text("caption") ?? "";
  if (text.trim() === "") return {};
  const content = formatText(text, readEntities(params, "caption_entities"));
  if (countCodePoints(content.text) > MAX_CAPTION_CHARS) throw badRequest("message caption is too long");
  return { caption: content.text, ...(content.entities.length === 0 ? {} : { caption_entities: content.entities }) };
}

/** The message keys of a text. */
export function textKeys(content: EntityText): { text: string; entities?: readonly ApiEntity[] } {
  return { text: content.text, ...(content.entities.length === 0 ? {} : { entities: content.entities }) };
}

const WRITTEN_TYPES: readonly string[] = [
  "bold",
  "italic",
  "underline",
  "strikethrough",
  "spoiler",
  "blockquote",
  "expandable_blockquote",
  "code",
  "pre",
  "text_link",
  "text_mention",
  "date_time",
];
// The server finds these by itself; from a bot they are passed over.
const FOUND_TYPES: readonly string[] = [
  "mention",
  "hashtag",
  "cashtag",
  "bot_command",
  "url",
  "email",
  "phone_number",
  "bank_card_number",
  "custom_emoji",
];

const RawEntity = z.looseObject({
  type: z.string(),
  offset: z.number().int(),
  length: z.number().int(),
  url: z.string().optional(),
  language: z.string().optional(),
});

function readEntities(params: Params, name: string): readonly ApiEntity[] {
  const mode = params.text("parse_mode") ?? "";
  // Parsing markup is the bot's own work here; a call that leaves it to the server is a mistake worth seeing.
  if (mode !== "" && mode.toLowerCase() !== "none") throw badRequest("unsupported parse_mode");
  const raw = params.json(name, "entities");
  if (raw === undefined) return [];
  const parsed = z.array(RawEntity).safeParse(raw);
  if (!parsed.success) throw badRequest(`can't parse MessageEntity: ${z.prettifyError(parsed.error).split("\n")[0]}`);
  return parsed.data.flatMap((entity) => checkEntity(entity));
}

function checkEntity(entity: z.infer<typeof RawEntity>): readonly ApiEntity[] {
  const { type, offset, length } = entity;
  if (FOUND_TYPES.includes(type)) return [];
  if (!WRITTEN_TYPES.includes(type)) throw badRequest("can't parse MessageEntity: Unsupported type specified");
  if (type === "text_link") return [{ type, offset, length, url: checkLink("Entity", entity.url ?? "") }];
  if (type === "pre") return [{ type, offset, length, ...(entity.language ? { language: entity.language } : {}) }];
  return [{ type, offset, length }];
}
