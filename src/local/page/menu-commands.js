/** The commands of a chat's menu: of the lists the bot set the nearest one, as Telegram chooses it. */
export function menuCommands(lists, { chat, viewer, isPrivate }) {
  const general = isPrivate ? "all_private_chats" : "all_group_chats";
  const scopes = [`chat_member:${chat}:${viewer}`, `chat:${chat}`, general, "default"];
  const language = (scope) => [`${scope}/en`, scope];
  for (const scope of scopes.flatMap(language)) {
    const list = lists.find((candidate) => candidate.scope === scope);
    if (list !== undefined && list.commands.length > 0) return list.commands;
  }
  return [];
}

/** The commands a text may be the start of; none when it is no command, or already has an argument. */
export function matchingCommands(commands, text) {
  const typed = /^\/([a-z0-9_]*)$/i.exec(text)?.[1]?.toLowerCase();
  return typed === undefined ? [] : commands.filter(({ command }) => command.startsWith(typed));
}
