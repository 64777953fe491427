import { chatName, fillAvatar, renderChatList, renderViewers } from "./chat-list.js";
import { byId, el, icon } from "./dom.js";
import { followBottom } from "./follow-bottom.js";
import { createMessageList } from "./message-list.js";
import { keepOneTabStop } from "./message-toolbar.js";
import { morph } from "./morph.js";
import { openChat, placeKey, shownMessages } from "./state.js";
import { timelineOf } from "./timeline.js";
import { renderWelcome } from "./welcome.js";

/** Draws the state. `render` may be called as often as one likes: what did not change is not touched. */
export class View {
  #list = createMessageList(byId("timeline"));
  #follow;
  #place;
  #arrived = 0;

  constructor() {
    const onChange = () => this.#drawPill();
    this.#follow = followBottom({ scroller: byId("scroller"), content: byId("content"), onChange });
    byId("welcome").append(...renderWelcome());
    byId("pill").addEventListener("click", () => this.toEnd());
  }

  render(state) {
    drawSidebar(state);
    drawHeader(state);
    byId("banner-connection").hidden = state.connected;
    byId("banner-offline").hidden = state.polling || !state.connected;
    this.#drawTimeline(state);
  }

  toEnd() {
    this.#follow.jump();
  }

  /** Scrolls to a message and points it out. */
  show(id) {
    const element = this.#list.elementOf(id);
    element?.scrollIntoView({ block: "center" });
    element?.querySelector(".bubble").animate([{ filter: "brightness(0.85)" }, {}], { duration: 1200 });
    return element !== undefined;
  }

  #drawTimeline(state) {
    const chat = openChat(state);
    const messages = state.messages[chat?.id];
    if (chat === undefined || messages === undefined) return;
    const place = placeKey(state.open);
    const isOther = place !== this.#place;
    if (isOther) this.#startOver();
    const shown = shownMessages(state);
    const options = { viewer: state.viewer, isGroup: chat.type !== "private", now: Date.now() };
    const arrived = this.#list.sync(timelineOf(shown, options), { animate: !isOther });
    // The bot may speak first; who has written something needs no welcome any more.
    byId("welcome").hidden = chat.type !== "private" || shown.some(({ from }) => from?.id === state.viewer);
    keepOneTabStop(byId("timeline"));
    this.#place = place;
    if (isOther) this.#follow.jump();
    else this.#follow.keep();
    this.#arrived = isOther ? 0 : this.#arrived + arrived;
    this.#drawPill();
  }

  // What was said before is not news: nobody wants a whole chat read aloud.
  #startOver() {
    const timeline = byId("timeline");
    timeline.setAttribute("aria-live", "off");
    setTimeout(() => timeline.setAttribute("aria-live", "polite"), 1000);
    this.#list.clear();
  }

  #drawPill() {
    if (this.#follow.follows) this.#arrived = 0;
    const pill = byId("pill");
    pill.hidden = this.#follow.follows;
    const words = this.#arrived === 0 ? "" : `${this.#arrived} new ${this.#arrived === 1 ? "message" : "messages"}`;
    pill.setAttribute("aria-label", `${words} Go to the end`.trim());
    pill.replaceChildren(words, icon("down"));
  }
}

function drawSidebar(state) {
  morph(byId("chats"), el("nav", { id: "chats", class: "chats", "aria-label": "Chats" }, renderChatList(state)));
  const viewers = el("div", { id: "viewers", class: "viewers", role: "group", "aria-labelledby": "viewers-label" });
  viewers.append(...renderViewers(state));
  morph(byId("viewers"), viewers);
  byId("back-dot").hidden = Object.keys(state.unread).length === 0;
}

function drawHeader(state) {
  const chat = openChat(state);
  if (chat === undefined) return;
  const topic = chat.topics.find(({ id }) => id === state.open.thread);
  const title = topic === undefined ? chatName(chat, state.bot) : `${chat.title} › ${topic.name}`;
  const avatar = byId("chat-avatar");
  if (avatar.dataset.chat !== String(chat.id)) fillAvatar(avatar, chat, state.bot);
  avatar.dataset.chat = chat.id;
  if (byId("chat-title").textContent !== title) byId("chat-title").textContent = title;
  const { text, tone } = statusOf(state, chat);
  if (byId("chat-status").textContent !== text) byId("chat-status").textContent = text;
  byId("chat-status").dataset.tone = tone;
}

function statusOf(state, chat) {
  if (!state.connected) return { text: "connecting…", tone: "quiet" };
  if ((state.typing[placeKey(state.open)] ?? 0) > Date.now()) return { text: "typing…", tone: "busy" };
  if (chat.type !== "private") return { text: `${chat.members.length} people and the bot`, tone: "quiet" };
  return state.polling ? { text: "online", tone: "good" } : { text: "offline", tone: "quiet" };
}
