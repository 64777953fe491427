import type { Sender } from "./run.ts";
import type { Thread } from "./thread.ts";

/** What came with a message besides its text. `other`: something Takopi has no use for, such as a contact or a poll. */
export type AttachmentKind = "photo" | "document" | "voice" | "audio" | "video" | "sticker" | "other";

/** A file that came with a message and can be fetched. */
export interface IncomingFile {
  /** What Telegram gives this bot to fetch it with. */
  readonly fileId: string;
  /** Equal for the same file, whoever sends it. */
  readonly uniqueId: string;
  /** Fit for a name on the disk: no path, no control characters, not empty. */
  readonly name: string;
  /** As the sender's app said. */
  readonly mediaType: string;
  readonly sizeBytes?: number;
}

/** The message a user replied to, as far as Telegram sent it along. */
export interface RepliedMessage {
  readonly messageId: number;
  /** Who wrote it. Absent where a chat did. */
  readonly senderId?: number;
  readonly file?: IncomingFile;
  /** Its text or caption. */
  readonly text?: string;
  /** Whether this bot wrote it. */
  readonly fromBot: boolean;
}

/** A message of a person in a private chat, group or supergroup. */
export interface IncomingMessage {
  readonly updateId: number;
  readonly thread: Thread;
  readonly chatType: "private" | "group" | "supergroup";
  readonly messageId: number;
  readonly sender: Sender;
  /** Milliseconds since 1970, in whole seconds; an edit keeps the time of the original. */
  readonly sentAt: number;
  /** Text or caption without its formatting; empty for a bare attachment. `/cancel@this_bot` reads `/cancel`. */
  readonly text: string;
  /** Absent when the "reply" only says which topic the message is in. */
  readonly replyTo?: RepliedMessage;
  /** The part of the replied-to message the user marked. */
  readonly quote?: string;
  readonly forwarded: boolean;
  readonly attachment?: AttachmentKind;
  /** The attachment, where it is one that engines can get. */
  readonly file?: IncomingFile;
  /** Equal for the messages of one album, which arrive one by one. */
  readonly mediaGroupId?: string;
}

/** A press of a button under a message of this bot. */
export interface ButtonPress {
  readonly pressId: string;
  readonly updateId: number;
  readonly thread: Thread;
  readonly messageId: number;
  readonly sender: Sender;
  /** What the button was made with. */
  readonly data: string;
}

/** This bot's own place in a chat changed: blocked, unblocked, added, removed, muted. */
interface MembershipChange {
  readonly updateId: number;
  readonly chatId: number;
  /** Who did it. */
  readonly sender: Sender;
  /** Whether the bot can write there now. */
  readonly canWrite: boolean;
}

/** A group became a supergroup: everything known under the old id goes on under the new one. */
interface ChatMigration {
  readonly updateId: number;
  readonly fromChatId: number;
  readonly toChatId: number;
}

/** What an update says. `ignored` carries the reason, for the log. */
export type Incoming =
  | { readonly kind: "message"; readonly message: IncomingMessage }
  | { readonly kind: "edited"; readonly message: IncomingMessage }
  | { readonly kind: "press"; readonly press: ButtonPress }
  | { readonly kind: "membership"; readonly change: MembershipChange }
  | { readonly kind: "migrated"; readonly migration: ChatMigration }
  | { readonly kind: "ignored"; readonly reason: string };
