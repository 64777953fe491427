/** Telegram's apps show an action for about five seconds, unless it is repeated. */
const ACTION_MS = 5000;

/**
 * Everything the page shows, never changed in place. `open` is the chat and topic on screen, `viewer` the user id written as.
 * `messages` and `loadedAt` (the last event already in them) are by chat id, of chats that were opened; `unread` and `typing`
 * (milliseconds until it ends) by place, see `placeKey`.
 */
export const initialState = {
  boot: "",
  lastEvent: 0,
  bot: undefined,
  users: [],
  chats: [],
  commands: [],
  polling: true,
  connected: true,
  viewer: undefined,
  open: undefined,
  messages: {},
  loadedAt: {},
  unread: {},
  typing: {},
};

/** The state after a change: `snapshot`, `opened`, `viewed`, `connection`, `polling`, `forgotten`, or `event` of the server. */
export function reduce(state, change) {
  const step = CHANGES[change.type];
  return step === undefined ? state : step(state, change);
}

export function placeKey({ chat, thread }) {
  return thread === undefined ? `${chat}` : `${chat}/${thread}`;
}

/** The messages on screen, oldest first. */
export function shownMessages({ open, messages }) {
  const all = open === undefined ? [] : (messages[open.chat] ?? []);
  return all.filter((message) => message.message_thread_id === open.thread);
}

export function openChat({ open, chats }) {
  return chats.find(({ id }) => id === open?.chat);
}

/** The chats the viewer is in, the private one first. */
export function visibleChats({ chats, viewer }) {
  return chats.filter(({ members, migrated_to: migrated }) => members.includes(viewer) && migrated === undefined);
}

const CHANGES = {
  snapshot: withSnapshot,
  opened: (state, { open }) => ({ ...state, open, unread: without(state.unread, placeKey(open)) }),
  viewed: (state, { viewer }) => ({ ...state, viewer }),
  connection: (state, { connected }) => ({ ...state, connected }),
  polling: (state, { polling }) => ({ ...state, polling }),
  forgotten: withoutMemory,
  event: (state, { event }) => withEvent({ ...state, lastEvent: Math.max(state.lastEvent, event.id) }, event),
};

const EVENTS = {
  message: withMessage,
  edit: (state, event) => withMessages(state, event, (messages) => putMessage(messages, event.message)),
  delete: (state, event) => withMessages(state, event, (messages) => removeMessage(messages, event.message_id)),
  reaction: (state, event) => withMessages(state, event, (messages) => reactTo(messages, event)),
  action: (state, event) => ({ ...state, typing: { ...state.typing, [placeKey(event)]: event.at + ACTION_MS } }),
  commands: (state, { scope, commands }) => ({ ...state, commands: putCommands(state.commands, scope, commands) }),
  topic: withTopic,
};

// What is on screen stays there until its snapshot comes: an empty page in between would flicker.
function withoutMemory(state) {
  const chat = state.open?.chat ?? 0;
  const messages = chat in state.messages ? { [chat]: state.messages[chat] } : {};
  return { ...state, messages, loadedAt: { [chat]: Infinity }, unread: {}, typing: {}, lastEvent: 0 };
}

function withSnapshot(state, { snapshot, chat }) {
  const { boot, bot, users, chats, commands, last_event: lastEvent, owner, messages } = snapshot;
  const open = existing(state.open, chats) ?? { chat: owner };
  const viewer = state.viewer ?? owner;
  const opened = {
    ...state,
    boot,
    bot,
    users,
    chats,
    commands,
    viewer,
    open,
    lastEvent: Math.max(state.lastEvent, lastEvent),
  };
  if (chat === undefined || messages === undefined) return opened;
  return {
    ...opened,
    messages: { ...state.messages, [chat]: messages },
    loadedAt: { ...state.loadedAt, [chat]: lastEvent },
  };
}

function existing(open, chats) {
  const chat = chats.find(({ id }) => id === open?.chat);
  if (chat === undefined) return undefined;
  const hasTopic = chat.topics.some(({ id }) => id === open.thread);
  return open.thread === undefined || hasTopic ? open : { chat: chat.id };
}

function withEvent(state, event) {
  const step = EVENTS[event.type];
  return step === undefined ? state : step(state, event);
}

function withMessage(state, event) {
  const { message } = event;
  const place = { chat: event.chat, thread: message.message_thread_id };
  const key = placeKey(place);
  const chats = state.chats.map((chat) => (chat.id === event.chat ? { ...chat, last_message: message } : chat));
  const isShown = state.open !== undefined && placeKey(state.open) === key;
  const isNews = message.from?.id !== state.viewer && !isShown;
  return withMessages(
    {
      ...state,
      chats,
      unread: isNews ? { ...state.unread, [key]: (state.unread[key] ?? 0) + 1 } : state.unread,
      typing: message.from?.is_bot === true ? without(state.typing, key) : state.typing,
    },
    event,
    (messages) => putMessage(messages, message),
  );
}

// What a snapshot already holds must not be played again: an older text would replace the newer one for a moment.
function withMessages(state, event, change) {
  const messages = state.messages[event.chat];
  if (messages === undefined || event.id <= (state.loadedAt[event.chat] ?? 0)) return state;
  return { ...state, messages: { ...state.messages, [event.chat]: change(messages) } };
}

function putMessage(messages, message) {
  const at = messages.findIndex(({ message_id: id }) => id >= message.message_id);
  if (at < 0) return [...messages, message];
  const isThere = messages[at].message_id === message.message_id;
  return messages.toSpliced(at, isThere ? 1 : 0, message);
}

function removeMessage(messages, id) {
  return messages.filter((message) => message.message_id !== id);
}

function reactTo(messages, { message_id: id, emoji }) {
  return messages.map((message) => (message.message_id === id ? { ...message, reaction: emoji } : message));
}

function putCommands(lists, scope, commands) {
  return [...lists.filter((list) => list.scope !== scope), { scope, commands }];
}

function withTopic(state, { chat: id, topic, deleted }) {
  const chats = state.chats.map((chat) => {
    if (chat.id !== id) return chat;
    const others = chat.topics.filter((known) => known.id !== topic.id);
    return { ...chat, topics: deleted ? others : [...others, topic].sort((a, b) => a.id - b.id) };
  });
  const isOpen = deleted && state.open?.chat === id && state.open.thread === topic.id;
  return { ...state, chats, open: isOpen ? { chat: id } : state.open };
}

function without(record, key) {
  if (!(key in record)) return record;
  const { [key]: _gone, ...rest } = record;
  return rest;
}
