/** The parts of the Bot API's objects this server writes, by Telegram's names. */
export interface ApiUser {
  readonly id: number;
  readonly is_bot: boolean;
  readonly first_name: string;
  readonly username?: string;
  readonly language_code?: string;
}

export interface ApiChat {
  readonly id: number;
  readonly type: "private" | "group" | "supergroup" | "channel";
  readonly title?: string;
  readonly first_name?: string;
  readonly username?: string;
  readonly is_forum?: true;
}

export interface ApiEntity {
  readonly type: string;
  /** UTF-16 units, as `length`. */
  readonly offset: number;
  readonly length: number;
  readonly url?: string;
  readonly language?: string;
  readonly user?: ApiUser;
  readonly unix_time?: number;
  readonly date_time_format?: string;
}

/** A button under a message. Which of the further keys it has says what a press does. */
export interface ApiButton {
  readonly text: string;
  readonly callback_data?: string;
  readonly url?: string;
  readonly copy_text?: { readonly text: string };
  readonly disabled?: Readonly<Record<string, never>>;
  readonly style?: string;
}

export interface ApiKeyboard {
  readonly inline_keyboard: readonly (readonly ApiButton[])[];
}

export interface ApiFile {
  readonly file_id: string;
  readonly file_unique_id: string;
  readonly file_size: number;
  readonly file_name?: string;
  readonly mime_type?: string;
  readonly duration?: number;
  readonly width?: number;
  readonly height?: number;
}

export interface ApiQuote {
  readonly text: string;
  readonly position: number;
  readonly is_manual?: true;
}

export interface ApiMessage {
  readonly message_id: number;
  /** Seconds since 1970, as `edit_date`. */
  readonly date: number;
  readonly edit_date?: number;
  readonly chat: ApiChat;
  readonly from?: ApiUser;
  readonly sender_chat?: ApiChat;
  readonly message_thread_id?: number;
  readonly is_topic_message?: true;
  readonly text?: string;
  readonly entities?: readonly ApiEntity[];
  readonly caption?: string;
  readonly caption_entities?: readonly ApiEntity[];
  readonly photo?: readonly ApiFile[];
  readonly document?: ApiFile;
  readonly voice?: ApiFile;
  readonly media_group_id?: string;
  readonly reply_to_message?: ApiMessage;
  readonly quote?: ApiQuote;
  readonly forward_origin?: Readonly<Record<string, unknown>>;
  readonly forum_topic_created?: { readonly name: string; readonly icon_color: number };
  readonly forum_topic_edited?: { readonly name: string };
  readonly forum_topic_closed?: Readonly<Record<string, never>>;
  readonly forum_topic_reopened?: Readonly<Record<string, never>>;
  readonly pinned_message?: ApiMessage;
  readonly migrate_to_chat_id?: number;
  readonly migrate_from_chat_id?: number;
  readonly link_preview_options?: Readonly<Record<string, unknown>>;
  readonly reply_markup?: ApiKeyboard;
}

/** A message with what only the people in the chat see. */
export interface LocalMessage extends ApiMessage {
  /** Sent with `disable_notification`: no sound. */
  readonly silent?: true;
  /** The bot's reaction. */
  readonly reaction?: string;
  readonly pinned?: true;
}

/** The message as the bot gets it. */
export function toApiMessage(message: LocalMessage): ApiMessage {
  const { silent: _silent, reaction: _reaction, pinned: _pinned, ...api } = message;
  return api;
}
