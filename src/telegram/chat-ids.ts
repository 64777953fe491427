/** The ids of groups that became supergroups while the program runs: calls that still name the old id go to the new one. */
export class ChatIds {
  readonly #moved = new Map<number, number>();
  readonly #onMigrate: (fromChatId: number, toChatId: number) => void;

  constructor(onMigrate: (fromChatId: number, toChatId: number) => void) {
    this.#onMigrate = onMigrate;
  }

  current(chatId: number): number {
    return this.#moved.get(chatId) ?? chatId;
  }

  /** Reports each move once. */
  move(fromChatId: number, toChatId: number): void {
    if (fromChatId === toChatId || this.#moved.has(fromChatId)) return;
    this.#moved.set(fromChatId, toChatId);
    this.#onMigrate(fromChatId, toChatId);
  }
}
