import { toast } from "./toasts.js";

/**
 * Clicks inside of messages, by `data-do`. `actions`: `press(messageId, data, button)`, `jump(messageId)`, `fillIn(text)`, `send(text)`.
 */
export function handleMessageClicks(container, actions) {
  const run = (target) => {
    const element = target.closest("[data-do]");
    if (element !== null) CLICKS[element.dataset.do]?.(element, actions);
  };
  container.addEventListener("click", ({ target }) => run(target));
  container.addEventListener("keydown", (event) => {
    const isSpoiler = event.target.matches(".spoiler") && (event.key === "Enter" || event.key === " ");
    if (!isSpoiler) return;
    event.preventDefault();
    run(event.target);
  });
}

export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast("Copied");
  } catch {
    toast("The browser did not allow copying", { tone: "error" });
  }
}

const CLICKS = {
  press(button, actions) {
    const id = Number(button.closest(".message").dataset.id);
    void actions.press(id, button.dataset.data, button);
  },
  jump: (element, actions) => actions.jump(Number(element.dataset.to)),
  send: (element, actions) => void actions.send(element.textContent),
  "fill-in": (element, actions) => actions.fillIn(`${element.textContent} `),
  "copy-key": (element) => void copyText(element.dataset.text),
  "copy-block": (element) => void copyText(element.closest("figure").querySelector("pre").textContent),
  // Who drags over a code selects it and wants nothing else.
  "copy-code": (element) => void (getSelection()?.isCollapsed !== false && copyText(element.textContent)),
  reveal(element) {
    element.dataset.open = "";
    for (const name of ["role", "tabindex", "aria-label", "data-do"]) element.removeAttribute(name);
  },
  unfold(button) {
    const isOpen = button.closest("blockquote").toggleAttribute("data-open");
    button.dataset.open = "";
    button.setAttribute("aria-expanded", String(isOpen));
  },
};
