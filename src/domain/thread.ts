/** Where messages go: a chat and, in a forum or a private chat with topics, one topic of it. */
export interface Thread {
  readonly chatId: number;
  /** Telegram's `message_thread_id`; absent in the General topic and in chats without topics. */
  readonly topicId?: number;
}

/** One visible message. Message ids are unique only within their chat. */
export interface MessageRef {
  readonly chatId: number;
  readonly messageId: number;
}

/** Brand of a string that identifies a thread. */
export type ThreadKey = string & { readonly brand: "ThreadKey" };

/** The key of a thread, equal for equal threads: `<chat id>` or `<chat id>/<topic id>`. */
export function threadKey(thread: Thread): ThreadKey {
  const key = thread.topicId === undefined ? `${thread.chatId}` : `${thread.chatId}/${thread.topicId}`;
  return key as ThreadKey;
}
