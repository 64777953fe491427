import type { AccessRule, RightLists } from "../routing/access.ts";
import type { NarrowingLists, TakopiConfig } from "./config.ts";

/**
 * Fails closed: with an allow-list only those users; without one the user whose private chat is the main chat (Telegram gives a
 * private chat the id of its user) and those who came in by pairing; nobody else, and perhaps nobody at all.
 */
export function accessFrom(config: TakopiConfig, pairedUserIds: readonly number[]): AccessRule {
  const { allowed_user_ids: allowed, decide_user_ids: deciders, admin_user_ids: admins } = config.transports.telegram;
  const { chat_id: main } = config.transports.telegram;
  const owner = main !== undefined && main > 0 ? [main] : [];
  const chats = chatLists(config);
  return {
    userIds: new Set(allowed.length > 0 ? allowed : [...owner, ...pairedUserIds]),
    // Groups have negative ids; private chats need no mention.
    chatIds: new Set([...(main === undefined ? [] : [main]), ...chats.keys()].filter((id) => id < 0)),
    chats,
    projects: new Map(
      Object.entries(config.projects).map(([alias, project]) => [alias.toLowerCase(), rightLists(project)]),
    ),
    ...(deciders && { deciderIds: new Set(deciders) }),
    ...(admins && { adminIds: new Set(admins) }),
  };
}

/** The lists of a chat: those written for it, and those of the project it belongs to. */
function chatLists({ chats, projects }: TakopiConfig): ReadonlyMap<number, readonly RightLists[]> {
  const lists = new Map<number, readonly RightLists[]>();
  const add = (chatId: number, written: NarrowingLists): void => {
    lists.set(chatId, [...(lists.get(chatId) ?? []), rightLists(written)]);
  };
  for (const project of Object.values(projects)) if (project.chat_id !== undefined) add(project.chat_id, project);
  for (const [chatId, written] of Object.entries(chats)) add(Number(chatId), written);
  return lists;
}

function rightLists({
  allowed_user_ids: chat,
  decide_user_ids: decide,
  admin_user_ids: admin,
}: NarrowingLists): RightLists {
  return {
    ...(chat && { chat: new Set(chat) }),
    ...(decide && { decide: new Set(decide) }),
    ...(admin && { admin: new Set(admin) }),
  };
}

/** Why a bot with this rule must not start; undefined when it may. */
export function accessProblem(rule: AccessRule, hasOpenPairing: boolean): string | undefined {
  if (rule.userIds.size > 0 || hasOpenPairing) return undefined;
  return "nobody may use this bot: run takopi pair, or set transports.telegram.allowed_user_ids";
}
