import { currentChatId } from "../bridge/move-chat.ts";
import type { Store } from "../bridge/store-port.ts";
import { accessFrom } from "../config/access-rule.ts";
import type { TakopiConfig } from "../config/config.ts";
import type { AccessRule } from "../routing/access.ts";

/** Who may use the bot at this moment: the configuration, those who were paired, and groups under the ids they have now. */
export function currentAccess(config: TakopiConfig, store: Store, groups: readonly number[]): AccessRule {
  const paired = store.pairedUsers().map((user) => user.userId);
  const { userIds, chatIds } = accessFrom(config, paired);
  return { userIds, chatIds: new Set([...chatIds, ...groups].map((chatId) => currentChatId(store, chatId))) };
}
