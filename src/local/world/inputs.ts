import { z } from "zod";
import type { ApiEntity } from "../bot-api-types.ts";
import { OWNER } from "./seed.ts";

/** Who does something, and where. */
export interface Place {
  /** Default: the private chat of `from`. */
  readonly chat?: number;
  /** A user id; default the owner. */
  readonly from?: number;
}

/** A text message of a user. */
export interface MessageInput extends Place {
  readonly text: string;
  readonly entities?: readonly ApiEntity[];
  readonly reply_to?: number;
  /** A part of the message replied to, taken literally. */
  readonly quote?: string;
  readonly thread?: number;
  /** The name of the person it is forwarded from. */
  readonly forward?: string;
}

/** A file of a user. */
export interface UploadInput extends Place {
  readonly kind: "photo" | "document" | "voice";
  readonly name: string;
  /** Default `application/octet-stream`. */
  readonly type?: string;
  readonly bytes: Uint8Array;
  readonly caption?: string;
  readonly reply_to?: number;
  readonly thread?: number;
  /** Equal for the parts of an album. */
  readonly media_group_id?: string;
}

export interface EditInput extends Place {
  readonly message: number;
  readonly text: string;
}

export interface PressInput extends Place {
  readonly message: number;
  readonly data: string;
  /** Presses although the button is no longer there, as a slow phone can. */
  readonly force?: boolean;
}

export interface DeleteInput extends Place {
  readonly message: number;
}

export interface ReactionInput extends Place {
  readonly message: number;
  /** Absent takes the reaction back. */
  readonly emoji?: string;
}

export interface TopicInput extends Place {
  readonly title: string;
}

export interface TopicDeleteInput extends Place {
  readonly thread: number;
}

/** A user blocks the bot, or with `chat` the bot is removed from a group; `blocked: false` undoes it. */
export interface BlockInput {
  readonly user?: number;
  readonly chat?: number;
  readonly blocked: boolean;
}

export interface MigrateInput {
  readonly chat: number;
}

const id = z.number().int();
const place = { chat: id.exactOptional(), from: id.exactOptional() };
const entity = z.looseObject({ type: z.string(), offset: id, length: id, url: z.string().exactOptional() });

export const MessageInput: z.ZodType<MessageInput> = z.strictObject({
  ...place,
  text: z.string(),
  entities: z.array(entity).exactOptional(),
  reply_to: id.exactOptional(),
  quote: z.string().exactOptional(),
  thread: id.exactOptional(),
  forward: z.string().exactOptional(),
});
export const UploadInput: z.ZodType<UploadInput> = z.strictObject({
  ...place,
  kind: z.enum(["photo", "document", "voice"]),
  name: z.string(),
  type: z.string().exactOptional(),
  bytes: z.instanceof(Uint8Array),
  caption: z.string().exactOptional(),
  reply_to: id.exactOptional(),
  thread: id.exactOptional(),
  media_group_id: z.string().exactOptional(),
});
export const EditInput: z.ZodType<EditInput> = z.strictObject({ ...place, message: id, text: z.string() });
export const PressInput: z.ZodType<PressInput> = z.strictObject({
  ...place,
  message: id,
  data: z.string(),
  force: z.boolean().exactOptional(),
});
export const DeleteInput: z.ZodType<DeleteInput> = z.strictObject({ ...place, message: id });
export const ReactionInput: z.ZodType<ReactionInput> = z.strictObject({
  ...place,
  message: id,
  emoji: z.string().exactOptional(),
});
export const TopicInput: z.ZodType<TopicInput> = z.strictObject({ ...place, title: z.string().min(1) });
export const TopicDeleteInput: z.ZodType<TopicDeleteInput> = z.strictObject({ ...place, thread: id });
export const BlockInput: z.ZodType<BlockInput> = z.strictObject({
  user: id.exactOptional(),
  chat: id.exactOptional(),
  blocked: z.boolean(),
});
export const MigrateInput: z.ZodType<MigrateInput> = z.strictObject({ chat: id });

/** The user who acts. */
export function actorOf(place: Place): number {
  return place.from ?? OWNER.id;
}
