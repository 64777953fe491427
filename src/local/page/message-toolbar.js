import { el, icon } from "./dom.js";

/**
 * One row of buttons that moves to the message under the pointer or with the focus; the arrow keys go from message to message.
 * `act` gets `reply`, `copy`, `edit` or `delete` and the message's id; `mayChange` says whether the message is the viewer's own.
 */
export function createMessageToolbar(container, { act, mayChange, leave }) {
  const bar = toolbar();
  const showAt = (target) => {
    const message = target.closest(".message");
    if (message === null || message.contains(bar)) return;
    const isOwn = mayChange(Number(message.dataset.id));
    for (const button of bar.querySelectorAll("[data-own]")) button.hidden = !isOwn;
    message.querySelector(".box").append(bar);
  };
  container.addEventListener("pointerover", ({ target, pointerType }) => {
    if (pointerType === "mouse" && !container.contains(document.activeElement)) showAt(target);
  });
  container.addEventListener("pointerleave", () => {
    if (!container.contains(document.activeElement)) bar.remove();
  });
  container.addEventListener("focusin", ({ target }) => showAt(target));
  container.addEventListener("focusout", ({ relatedTarget }) => {
    if (!container.contains(relatedTarget)) bar.remove();
  });
  container.addEventListener("keydown", (event) => onKey(event, leave));
  bar.addEventListener("click", ({ target }) => {
    const action = target.closest("button")?.dataset.action;
    const id = Number(bar.closest(".message").dataset.id);
    if (action !== undefined) act(action, id);
  });
}

/** Tab reaches one message, the newest; the arrow keys reach the others. */
export function keepOneTabStop(container) {
  const messages = container.querySelectorAll(".message");
  const newest = messages[messages.length - 1];
  const current = container.querySelector('.message[tabindex="0"]');
  if (current === newest || (current !== null && current === document.activeElement)) return;
  current?.setAttribute("tabindex", "-1");
  newest?.setAttribute("tabindex", "0");
}

function toolbar() {
  const button = (action, label, attributes = {}) =>
    el(
      "button",
      { type: "button", "data-action": action, "aria-label": label, title: label, ...attributes },
      icon(action),
    );
  return el(
    "div",
    { class: "toolbar", role: "toolbar", "aria-label": "Message", "data-keep": true },
    button("reply", "Reply"),
    button("copy", "Copy text"),
    button("edit", "Edit", { "data-own": true }),
    button("delete", "Delete", { "data-own": true }),
  );
}

function onKey(event, leave) {
  const message = event.target.closest(".message");
  if (message === null) return;
  if (event.key === "Escape") leave();
  if (event.target !== message) return;
  const next = neighbour(message, event.key);
  if (next === undefined) return;
  event.preventDefault();
  message.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
}

function neighbour(message, key) {
  const side = { ArrowUp: "previousElementSibling", ArrowDown: "nextElementSibling" }[key];
  let next = side === undefined ? undefined : message[side];
  while (next && !next.classList.contains("message")) next = next[side];
  return next ?? undefined;
}
