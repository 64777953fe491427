/**
 * Makes `old` look like `fresh` and keeps every node that can stay, so that an edit neither flickers nor takes a selection away.
 * Nodes with `data-keep` belong to somebody else and stay; an element with `data-open` was opened by the user and keeps its attributes.
 */
export function morph(old, fresh) {
  if (old.nodeType === Node.TEXT_NODE) {
    replaceText(old, fresh.data);
    return;
  }
  if (!old.hasAttribute("data-open")) syncAttributes(old, fresh);
  morphChildren(old, fresh);
}

// Only the part that differs is replaced: the browser then moves the ends of a selection along.
function replaceText(node, text) {
  const before = node.data;
  if (before === text) return;
  const shorter = Math.min(before.length, text.length);
  let head = 0;
  while (head < shorter && before[head] === text[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && before.at(-1 - tail) === text.at(-1 - tail)) tail += 1;
  node.replaceData(head, before.length - head - tail, text.slice(head, text.length - tail));
}

function syncAttributes(old, fresh) {
  for (const name of old.getAttributeNames()) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
}

function morphChildren(old, fresh) {
  const kept = [...old.childNodes].find(isKept) ?? null;
  const nodes = [...old.childNodes].filter((node) => !isKept(node));
  const wanted = [...fresh.childNodes];
  for (const [index, node] of wanted.entries()) {
    const before = nodes[index];
    if (before === undefined) old.insertBefore(node, kept);
    else if (isAlike(before, node)) morph(before, node);
    else before.replaceWith(node);
  }
  for (const node of nodes.slice(wanted.length)) node.remove();
}

function isKept(node) {
  return node.nodeType === Node.ELEMENT_NODE && node.hasAttribute("data-keep");
}

function isAlike(a, b) {
  return a.nodeName === b.nodeName && kindOf(a) === kindOf(b);
}

function kindOf(node) {
  return node.nodeType === Node.ELEMENT_NODE ? (node.getAttribute("class") ?? "") : "";
}
