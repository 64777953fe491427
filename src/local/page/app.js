import { createActions, lastOwnText } from "./actions.js";
import { api } from "./api.js";
import { playChime } from "./chime.js";
import { Composer } from "./composer.js";
import { byId, icon } from "./dom.js";
import { listenFrom } from "./live-events.js";
import { menuCommands } from "./menu-commands.js";
import { copyText, handleMessageClicks } from "./message-clicks.js";
import { createMessageToolbar } from "./message-toolbar.js";
import { applyTheme, preferences } from "./preferences.js";
import { initialState, openChat, placeKey, reduce, shownMessages } from "./state.js";
import { toast } from "./toasts.js";
import { View } from "./view.js";

/** Between two polls of the bot there is a moment without one: only a second look tells that it is gone. */
const LOOK_MS = 4000;
const SECOND_LOOK_MS = 1000;

applyTheme();
let unseen = 0;
const store = createStore(draw);
const actions = createActions(store);
const view = new View();
const composer = new Composer({ submit, editLast });

connectMessages();
connectSidebar();
connectTopicDialog();
drawSettings();
await start();

function createStore(onChange) {
  let isDrawn = true;
  const store = {
    state: initialState,
    dispatch(change) {
      store.state = reduce(store.state, change);
      if (isDrawn) requestAnimationFrame(() => {
        isDrawn = true;
        onChange(store.state);
      });
      isDrawn = false;
    },
  };
  return store;
}

async function start() {
  try {
    await actions.load(1001);
  } catch (error) {
    toast(error.message, { tone: "error", stays: true });
  }
}
