/** Who may use the bot, and where. Ids are Telegram's; a private chat has the id of its user. */
export interface AccessRule {
  readonly userIds: ReadonlySet<number>;
  /** Group chats in which those users are heard; their private chats always count. */
  readonly chatIds: ReadonlySet<number>;
}

/** Who sent an update and where. Absent when Telegram names nobody, as in channels or for anonymous admins. */
export interface Origin {
  readonly userId?: number;
  readonly chatId?: number;
}

/** Whether an update may have any effect. Everything that is not plainly allowed is refused. */
export function isAllowed(origin: Origin, rule: AccessRule): boolean {
  if (origin.userId === undefined || origin.chatId === undefined) return false;
  if (!rule.userIds.has(origin.userId)) return false;
  return origin.chatId === origin.userId || rule.chatIds.has(origin.chatId);
}
