import type { AccessRule } from "../routing/access.ts";
import type { TakopiConfig } from "./config.ts";

/**
 * Fails closed: with an allow-list only those users; without one the user whose private chat is the main chat (Telegram gives a
 * private chat the id of its user) and those who came in by pairing; nobody else, and perhaps nobody at all.
 */
export function accessFrom(config: TakopiConfig, pairedUserIds: readonly number[]): AccessRule {
  const { allowed_user_ids: allowed, chat_id: main } = config.transports.telegram;
  const owner = main !== undefined && main > 0 ? [main] : [];
  const chats = [main, ...Object.values(config.projects).map((project) => project.chat_id)];
  return {
    userIds: new Set(allowed.length > 0 ? allowed : [...owner, ...pairedUserIds]),
    // Groups have negative ids; private chats need no mention.
    chatIds: new Set(chats.filter((id) => id !== undefined).filter((id) => id < 0)),
  };
}

/** Why a bot with this rule must not start; undefined when it may. */
export function accessProblem(rule: AccessRule, hasOpenPairing: boolean): string | undefined {
  if (rule.userIds.size > 0 || hasOpenPairing) return undefined;
  return "nobody may use this bot: run takopi pair, or set transports.telegram.allowed_user_ids";
}
