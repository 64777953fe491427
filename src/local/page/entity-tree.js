const BLOCKS = ["blockquote", "expandable_blockquote", "pre"];

/**
 * The text as a tree: strings, and `{entity, children}` for what an entity covers. Offsets are UTF-16 units. An entity that crosses the
 * end of another is cut there; one that lies outside of the text, or covers nothing, is left out.
 */
export function entityTree(text, entities) {
  const ranges = entities.map((entity) => rangeOf(text, entity)).filter(({ from, to }) => to > from);
  return branch(text, { from: 0, to: text.length }, ranges.sort(byPlace));
}

export function isBlock(entity) {
  return BLOCKS.includes(entity.type);
}

function rangeOf(text, entity) {
  const end = Math.min(text.length, entity.offset + entity.length);
  return { entity, from: snapped(text, Math.max(0, entity.offset), -1), to: snapped(text, end, 1) };
}

// A cut through a surrogate pair would show two broken characters instead of one whole.
function snapped(text, at, direction) {
  const isCut = /[\uD800-\uDBFF]/.test(text[at - 1] ?? "") && /[\uDC00-\uDFFF]/.test(text[at] ?? "");
  return isCut ? at + direction : at;
}

function byPlace(a, b) {
  return a.from - b.from || b.to - a.to || Number(isBlock(b.entity)) - Number(isBlock(a.entity));
}

function branch(text, { from, to }, ranges) {
  const nodes = [];
  let at = from;
  let waiting = ranges;
  while (waiting.length > 0) {
    const [first, ...others] = waiting;
    const { inside, after } = cutAt(first.to, others);
    if (first.from > at) nodes.push(text.slice(at, first.from));
    nodes.push({ entity: first.entity, children: branch(text, first, inside) });
    at = first.to;
    waiting = after;
  }
  if (at < to) nodes.push(text.slice(at, to));
  return nodes;
}

function cutAt(end, ranges) {
  const inside = ranges.filter(({ from }) => from < end).map((range) => ({ ...range, to: Math.min(end, range.to) }));
  const after = ranges.filter(({ to }) => to > end).map((range) => ({ ...range, from: Math.max(end, range.from) }));
  return { inside, after: after.sort(byPlace) };
}
