import { byId, el, prefersStillness } from "./dom.js";

const SHOWN_MS = 3200;
const PER_CHARACTER_MS = 40;

/** Says something for a moment. `tone` is `plain` or `error`; `stays` waits for a click. */
export function toast(text, { tone = "plain", stays = false } = {}) {
  const element = el("div", { class: `toast is-${tone}`, role: tone === "error" ? "alert" : "status" }, text);
  const close = () => dismiss(element);
  if (stays) {
    const button = el("button", { class: "toast-close" }, "OK");
    button.addEventListener("click", close);
    element.append(button);
  } else {
    setTimeout(close, SHOWN_MS + text.length * PER_CHARACTER_MS);
  }
  byId("toasts").append(element);
}

function dismiss(element) {
  if (prefersStillness()) element.remove();
  else element.animate([{ opacity: 1 }, { opacity: 0 }], { duration: 160 }).onfinish = () => element.remove();
}
