import { byId, icon } from "./dom.js";
import { preferences } from "./preferences.js";

/** What can be done beside the chat: choosing chats and the writer, making a topic, settings. */
export function connectSidebar(actions) {
  const toChat = () => showPane("chat");
  byId("back").addEventListener("click", () => showPane("list"));
  byId("chats").addEventListener("click", ({ target }) => {
    const { chat, thread, newTopic } = target.closest("button")?.dataset ?? {};
    if (newTopic !== undefined) askForTopic(Number(newTopic));
    if (chat === undefined) return;
    void actions.open({ chat: Number(chat), ...(thread === undefined ? {} : { thread: Number(thread) }) });
    toChat();
  });
  byId("viewers").addEventListener("click", ({ target }) => {
    const viewer = target.closest("button")?.dataset.viewer;
    if (viewer !== undefined) void actions.viewAs(Number(viewer));
  });
  connectTopicDialog((chat, title) => void actions.createTopic(chat, title).then(toChat));
  connectSettings();
}

function showPane(pane) {
  byId("app").dataset.pane = pane;
}

function askForTopic(chat) {
  const dialog = byId("topic-dialog");
  dialog.dataset.chat = chat;
  byId("topic-name").value = "";
  dialog.showModal();
}

function connectTopicDialog(create) {
  const dialog = byId("topic-dialog");
  byId("topic-cancel").addEventListener("click", () => dialog.close());
  byId("topic-form").addEventListener("submit", (event) => {
    event.preventDefault();
    dialog.close();
    create(Number(dialog.dataset.chat), byId("topic-name").value.trim());
  });
}

function connectSettings() {
  drawSettings();
  byId("theme").addEventListener("click", () => {
    preferences.nextTheme();
    drawSettings();
  });
  byId("sound").addEventListener("click", () => {
    preferences.setSound(!preferences.sound());
    drawSettings();
  });
}

function drawSettings() {
  const theme = preferences.theme();
  const sound = preferences.sound() ? "on" : "off";
  drawButton(byId("theme"), { name: `theme-${theme}`, label: `Theme: ${theme}` });
  drawButton(byId("sound"), { name: `sound-${sound}`, label: `Sound: ${sound}` });
}

function drawButton(button, { name, label }) {
  button.replaceChildren(icon(name));
  button.title = label;
  button.setAttribute("aria-label", label);
}
