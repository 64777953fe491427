import { api } from "./api.js";
import { playChime } from "./chime.js";
import { listenFrom } from "./live-events.js";
import { preferences } from "./preferences.js";
import { toast } from "./toasts.js";

/** Between two polls of the bot there is a moment without one: only a second look tells that it is gone. */
const LOOK_MS = 4000;
const SECOND_LOOK_MS = 800;

let unseen = 0;

/** Keeps the store in step with the server. `reload` fetches the chat on screen anew. */
export function keepLive(store, reload) {
  listenFrom(store.state.lastEvent, {
    lastEvent: () => store.state.lastEvent,
    onHello({ boot, missed }) {
      if (boot === store.state.boot && !missed) return;
      store.dispatch({ type: "forgotten" });
      reload();
    },
    onEvent: (event) => receive(store, event, reload),
    onConnection: (connected) => store.dispatch({ type: "connection", connected }),
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) showUnseen(0);
  });
  void watchPolling(store);
}

function receive(store, event, reload) {
  store.dispatch({ type: "event", event });
  if (event.type === "message") announce(event.message);
  if (event.type === "callback_answer") showAnswer(store.state, event);
  if (event.type === "chat") reload();
  // Nobody says when an action ends; the state only knows until when it counts.
  if (event.type === "action") setTimeout(() => store.redraw(), event.at + 5100 - Date.now());
}

function announce({ from, silent }) {
  if (from?.is_bot !== true || silent === true) return;
  if (preferences.sound()) playChime();
  if (document.hidden) showUnseen(unseen + 1);
}

function showUnseen(count) {
  unseen = count;
  document.title = count === 0 ? "Takopi" : `(${count}) Takopi`;
}

function showAnswer({ viewer }, { from, message_id: id, text, show_alert: stays }) {
  if (from !== viewer) return;
  for (const button of document.querySelectorAll(`[data-id="${id}"] [aria-busy]`)) button.removeAttribute("aria-busy");
  if (text !== undefined) toast(text, { stays });
}

async function watchPolling(store) {
  const polling = (await isPolling()) || (await after(SECOND_LOOK_MS, isPolling));
  if (polling !== store.state.polling) store.dispatch({ type: "polling", polling });
  await after(LOOK_MS, () => watchPolling(store));
}

// Without a server nothing is known about the bot; another banner says so.
async function isPolling() {
  const snapshot = await api.state().catch(() => ({ polling: true }));
  return snapshot.polling;
}

function after(ms, act) {
  return new Promise((resolve) => {
    setTimeout(() => resolve(act()), ms);
  });
}
