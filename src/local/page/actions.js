import { api } from "./api.js";
import { splitText } from "./split-text.js";
import { openChat, shownMessages, visibleChats } from "./state.js";
import { toast } from "./toasts.js";

/** A bot that never answers a press must not leave its button busy for good. */
const PRESS_MS = 10_000;

const MAX_ALBUM = 10;

/** What the user does, on a store with `state` and `dispatch`. What fails is said in a toast, but for `submit`, which rejects. */
export function createActions(store) {
  return {
    open: (place) => openPlace(store, place),
    viewAs: (viewer) => viewAs(store, viewer),
    submit: (message) => submit(store, message),
    press: (id, data, button) => press(store, { id, data, button }),
    remove: (id) => orToast(api.remove({ ...whereOf(store.state), message: id })),
    createTopic: (chat, title) => orToast(createTopic(store, chat, title)),
    load: (chat) => loadChat(store, chat),
  };
}

/** The viewer's newest own text on screen. */
export function lastOwnText(state) {
  return shownMessages(state).findLast(({ from, text }) => from?.id === state.viewer && text !== undefined);
}

async function loadChat(store, chat) {
  // An answer that is older than what the event stream already told would bring back the past.
  let snapshot = await api.state(chat);
  while (snapshot.last_event < store.state.lastEvent) snapshot = await api.state(chat);
  store.dispatch({ type: "snapshot", snapshot, chat });
}

async function openPlace(store, place) {
  store.dispatch({ type: "opened", open: place });
  if (store.state.messages[place.chat] === undefined) await orToast(loadChat(store, place.chat));
}

async function viewAs(store, viewer) {
  store.dispatch({ type: "viewed", viewer });
  const isMember = visibleChats(store.state).some(({ id }) => id === openChat(store.state)?.id);
  if (!isMember) await openPlace(store, { chat: viewer });
}

async function submit({ state }, { text, files, context }) {
  const { thread, ...where } = whereOf(state);
  const id = context?.message.message_id;
  if (context?.kind === "edit") {
    await api.edit({ ...where, message: id, text: text.trim() });
    return;
  }
  const place = {
    ...where,
    ...(thread === undefined ? {} : { thread }),
    ...(id === undefined ? {} : { reply_to: id }),
  };
  if (files.length > 0) return uploadAll(files, { ...place, ...(text.trim() === "" ? {} : { caption: text }) });
  for (const part of splitText(text)) await api.message({ ...place, text: part });
}

/** As Telegram's apps do: several files are albums of at most ten, and the text is the caption of the first. */
async function uploadAll(files, { caption, ...place }) {
  for (let start = 0; start < files.length; start += MAX_ALBUM) {
    const parts = files.slice(start, start + MAX_ALBUM);
    const album = parts.length === 1 ? place : { ...place, media_group_id: `${Date.now()}${start}` };
    for (const [index, file] of parts.entries()) {
      await api.upload({ ...album, caption: start + index === 0 ? caption : undefined }, file);
    }
  }
}

async function press({ state }, { id, data, button }) {
  const { chat, from } = whereOf(state);
  button.setAttribute("aria-busy", "true");
  setTimeout(() => button.removeAttribute("aria-busy"), PRESS_MS);
  const pressed = await orToast(api.press({ chat, from, message: id, data }));
  if (pressed === undefined) button.removeAttribute("aria-busy");
}

async function createTopic(store, chat, title) {
  const { topic } = await api.topic({ chat, from: store.state.viewer, title });
  await openPlace(store, { chat, thread: topic.id });
}

function whereOf({ open, viewer }) {
  return { chat: open.chat, from: viewer, thread: open.thread };
}

async function orToast(promise) {
  try {
    return await promise;
  } catch (error) {
    toast(error.message, { tone: "error" });
    return undefined;
  }
}
