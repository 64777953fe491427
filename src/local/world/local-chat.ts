import type { ApiChat, LocalMessage } from "../bot-api-types.ts";

/** A forum topic. `id` is the `message_thread_id`, and the id of the message that announced it. */
export interface LocalTopic {
  readonly id: number;
  readonly name: string;
  readonly closed: boolean;
}

/**
 * Why the bot can't write here. `not_started`: the user never wrote to the bot. `blocked`: the user blocked it.
 * `kicked`: it was removed from the group.
 */
export type BotAccess = "member" | "not_started" | "blocked" | "kicked";

/** What a chat is made of. Only `world/actions` and `methods/` change it, and they report every change as an event. */
export class LocalChat {
  readonly info: ApiChat;
  readonly topics: Map<number, LocalTopic> = new Map();
  readonly members: ReadonlySet<number>;
  access: BotAccess;
  /** The supergroup this group became. */
  migratedTo: number | undefined;
  readonly #messages = new Map<number, LocalMessage>();
  #list: readonly LocalMessage[] | undefined;
  #lastId: number;

  constructor(info: ApiChat, options: { members: readonly number[]; access: BotAccess; lastId: number }) {
    this.info = info;
    this.members = new Set(options.members);
    this.access = options.access;
    this.#lastId = options.lastId;
  }

  get id(): number {
    return this.info.id;
  }

  /** Visible messages, oldest first. */
  get messages(): readonly LocalMessage[] {
    this.#list ??= [...this.#messages.values()];
    return this.#list;
  }

  get lastId(): number {
    return this.#lastId;
  }

  nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  find(messageId: number): LocalMessage | undefined {
    return this.#messages.get(messageId);
  }

  put(message: LocalMessage): void {
    this.#messages.set(message.message_id, message);
    this.#list = undefined;
  }

  remove(messageId: number): boolean {
    this.#list = undefined;
    return this.#messages.delete(messageId);
  }
}
