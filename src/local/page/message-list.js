import { prefersStillness } from "./dom.js";
import { morph } from "./morph.js";
import { renderEntry } from "./render-message.js";

const LEAVE_MS = 180;

/** Keeps the elements in `container` equal to the timeline; what did not change is not touched. */
export function createMessageList(container) {
  const shown = new Map();
  return {
    /** `animate`: what comes and goes does so gently. Returns how many messages of others are new. */
    sync(entries, { animate }) {
      const keys = new Set(entries.map(({ key }) => key));
      for (const [key, { element }] of shown) {
        if (keys.has(key)) continue;
        shown.delete(key);
        leave(element, animate);
      }
      return placeAll(container, { shown, entries, animate });
    },
    elementOf: (id) => shown.get(`message ${id}`)?.element,
    clear() {
      shown.clear();
      container.replaceChildren();
    },
  };
}

function placeAll(container, { shown, entries, animate }) {
  let arrived = 0;
  let next = firstStaying(container.firstElementChild);
  for (const entry of entries) {
    const known = shown.get(entry.key);
    const element = known === undefined ? renderEntry(entry) : known.element;
    if (known === undefined && animate) element.classList.add("is-new");
    if (known === undefined && entry.kind === "message" && !entry.isOwn) arrived += 1;
    if (known !== undefined && !isSame(known.entry, entry)) update(element, entry);
    if (element === next) next = firstStaying(next.nextElementSibling);
    else container.insertBefore(element, next);
    shown.set(entry.key, { entry, element });
  }
  return arrived;
}

function update(element, entry) {
  const focus = element.tabIndex;
  morph(element, renderEntry(entry));
  element.tabIndex = focus;
}

function isSame(a, b) {
  return a.message === b.message && a.label === b.label && a.isFirst === b.isFirst && a.isOwn === b.isOwn;
}

// What is on its way out is no place to count from.
function firstStaying(element) {
  let candidate = element;
  while (candidate?.classList.contains("is-leaving") === true) candidate = candidate.nextElementSibling;
  return candidate;
}

function leave(element, animate) {
  if (!animate || prefersStillness() || document.hidden) {
    element.remove();
    return;
  }
  element.classList.add("is-leaving");
  element.setAttribute("aria-hidden", "true");
  element.inert = true;
  const frames = [
    { height: `${element.offsetHeight}px`, opacity: 1 },
    { height: "0px", opacity: 0, marginBlock: "0px" },
  ];
  element.animate(frames, { duration: LEAVE_MS, easing: "ease-out" }).onfinish = () => element.remove();
}
