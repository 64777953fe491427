import type { Log } from "./ports.ts";
import type { Store } from "./store-port.ts";

/** A group became a supergroup with another id: the journal follows, and remembers it for what the configuration says by the old id. */
export function moveChat(deps: { store: Store; log: Log }, fromChatId: number, toChatId: number): void {
  deps.store.migrateChat(fromChatId, toChatId);
  deps.store.setFact(movedFact(fromChatId), String(toChatId));
  deps.log.warn("a group got a new id: write it into takopi.toml where the old one stands", { fromChatId, toChatId });
}

/** The id a chat goes by now. */
export function currentChatId(store: Store, chatId: number): number {
  const moved = store.getFact(movedFact(chatId));
  return moved === undefined ? chatId : Number(moved);
}

function movedFact(chatId: number): string {
  return `moved:${chatId}`;
}
