import { createActions, lastOwnText } from "./actions.js";
import { api } from "./api.js";
import { Composer } from "./composer.js";
import { byId } from "./dom.js";
import { keepLive } from "./live-chat.js";
import { menuCommands } from "./menu-commands.js";
import { copyText, handleMessageClicks } from "./message-clicks.js";
import { createMessageToolbar } from "./message-toolbar.js";
import { applyTheme } from "./preferences.js";
import { connectSidebar } from "./sidebar.js";
import { openChat, placeKey, shownMessages } from "./state.js";
import { createStore } from "./store.js";
import { toast } from "./toasts.js";
import { View } from "./view.js";

applyTheme();
const store = createStore(draw);
const actions = createActions(store);
const view = new View();
const composer = new Composer({ submit, editLast });

connectMessages();
connectSidebar(actions);
await start();

function draw(state) {
  view.render(state);
  const chat = openChat(state);
  if (chat === undefined) return;
  composer.switchTo(`${state.viewer} ${placeKey(state.open)}`);
  const isPrivate = chat.type === "private";
  composer.setCommands(menuCommands(state.commands, { chat: chat.id, viewer: state.viewer, isPrivate }));
}

async function start() {
  try {
    const { owner } = await api.state();
    await actions.load(owner);
    keepLive(store, () => void actions.load(store.state.open.chat).catch(say));
    composer.focusAtDesk();
  } catch (error) {
    say(error);
  }
}

async function submit(message) {
  await actions.submit(message);
  view.toEnd();
}

function editLast() {
  const message = lastOwnText(store.state);
  if (message !== undefined) composer.edit(message);
}

function connectMessages() {
  handleMessageClicks(byId("content"), {
    press: actions.press,
    fillIn: (text) => composer.fill(text),
    send: (text) => submit({ text, files: [], context: undefined }).catch(say),
    jump: (id) => view.show(id) || toast("The message is no longer here"),
  });
  createMessageToolbar(byId("timeline"), {
    act: (action, id) => onToolbar(action, findMessage(id)),
    mayChange: (id) => findMessage(id)?.from?.id === store.state.viewer,
    leave: () => byId("input").focus(),
  });
}

function onToolbar(action, message) {
  if (message === undefined) return;
  if (action === "reply") composer.reply(message);
  if (action === "edit") composer.edit(message);
  if (action === "copy") void copyText(message.text ?? message.caption ?? "");
  if (action !== "delete") return;
  void actions.remove(message.message_id);
  composer.focusAtDesk();
}

function findMessage(id) {
  return shownMessages(store.state).find((message) => message.message_id === id);
}

function say(error) {
  toast(error.message, { tone: "error" });
}
