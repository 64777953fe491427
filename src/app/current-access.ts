import { currentChatId } from "../bridge/move-chat.ts";
import type { Store } from "../bridge/store-port.ts";
import { accessFrom } from "../config/access-rule.ts";
import type { TakopiConfig } from "../config/config.ts";
import type { AccessRule, RightLists } from "../routing/access.ts";

/** Who may use the bot at this moment: the configuration, those who were paired, and groups under the ids they have now. */
export function currentAccess(config: TakopiConfig, store: Store, groups: readonly number[]): AccessRule {
  const paired = store.pairedUsers().map((user) => user.userId);
  const rule = accessFrom(config, paired);
  const chats = new Map<number, readonly RightLists[]>();
  for (const [chatId, lists] of rule.chats) {
    const current = currentChatId(store, chatId);
    chats.set(current, [...(chats.get(current) ?? []), ...lists]);
  }
  const chatIds = new Set([...rule.chatIds, ...groups].map((chatId) => currentChatId(store, chatId)));
  return { ...rule, chatIds, chats };
}
