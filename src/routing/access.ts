/**
 * What a person may do somewhere. `chat`: send prompts, and see, steer and stop the runs there. `decide`: answer what an engine asks.
 * `admin`: change what holds for everybody there. The last two are worth nothing without the first.
 */
export type Right = "chat" | "decide" | "admin";

export type Rights = Readonly<Record<Right, boolean>>;

/** Who has which right, by Telegram's user ids. Absent: no further limit. Empty: nobody. */
export type RightLists = { readonly [right in Right]?: ReadonlySet<number> };

/** Who may use the bot, and where. Ids are Telegram's; a private chat has the id of its user. */
export interface AccessRule {
  /** Who may chat at all. Every other list only takes away from it. */
  readonly userIds: ReadonlySet<number>;
  /** Absent: everybody who may chat. */
  readonly deciderIds?: ReadonlySet<number>;
  /** Absent: everybody who may chat. */
  readonly adminIds?: ReadonlySet<number>;
  /** Group chats in which those users are heard; their private chats always count. */
  readonly chatIds: ReadonlySet<number>;
  /** What holds in single chats beside that. */
  readonly chats: ReadonlyMap<number, readonly RightLists[]>;
  /** What holds for single projects beside that, by their aliases in lower case. Every project there is has an entry. */
  readonly projects: ReadonlyMap<string, RightLists>;
}

/** Who sent something and where. Absent when Telegram names nobody, as in channels or for anonymous admins. */
export interface Origin {
  readonly userId?: number;
  readonly chatId?: number;
}

/** Where something is to be done: in a chat, and there on a project. */
export interface Place {
  readonly chatId?: number;
  readonly project?: string;
}

const NOBODY: RightLists = { chat: new Set() };

/** The one decision about what a person may do in a place. Everything that is not plainly allowed is refused. */
export function rightsOf(userId: number | undefined, { chatId, project }: Place, rule: AccessRule): Rights {
  if (userId === undefined || chatId === undefined) return { chat: false, decide: false, admin: false };
  const isHeard = chatId === userId || (chatId < 0 && rule.chatIds.has(chatId));
  const lists = [
    generalLists(rule),
    ...(rule.chats.get(chatId) ?? []),
    ...(project === undefined ? [] : [rule.projects.get(project.toLowerCase()) ?? listsOfUnknown(rule)]),
  ];
  const isOnAll = (right: Right): boolean => lists.every((list) => list[right]?.has(userId) ?? true);
  const chat = isHeard && isOnAll("chat");
  return { chat, decide: chat && isOnAll("decide"), admin: chat && isOnAll("admin") };
}

/** Whether an update may have any effect at all. */
export function isAllowed({ userId, chatId }: Origin, rule: AccessRule): boolean {
  return rightsOf(userId, { ...(chatId !== undefined && { chatId }) }, rule).chat;
}

function generalLists({ userIds, deciderIds, adminIds }: AccessRule): RightLists {
  return { chat: userIds, ...(deciderIds && { decide: deciderIds }), ...(adminIds && { admin: adminIds }) };
}

/** A project that was taken out of the configuration: who had been kept from it is not known any more. */
function listsOfUnknown({ adminIds, projects }: AccessRule): RightLists {
  if (adminIds !== undefined) return { chat: adminIds };
  const isDivided = [...projects.values()].some((lists) => Object.keys(lists).length > 0);
  return isDivided ? NOBODY : {};
}
