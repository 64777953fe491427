/** A message has at most 4096 characters; counting UTF-16 units instead keeps every part below that. */
const MAX_UNITS = 4096;

/** The parts a long text is sent in: cut at a line, else at a space, else anywhere but inside a character. */
export function splitText(text) {
  const parts = [];
  let rest = text.trim();
  while (rest.length > MAX_UNITS) {
    const cut = cutOf(rest);
    parts.push(rest.slice(0, cut).trimEnd());
    rest = rest.slice(cut).trimStart();
  }
  return rest === "" ? parts : [...parts, rest];
}

function cutOf(text) {
  for (const gap of ["\n", " "]) {
    const at = text.lastIndexOf(gap, MAX_UNITS);
    if (at > MAX_UNITS / 2) return at;
  }
  return isInsideCharacter(text, MAX_UNITS) ? MAX_UNITS - 1 : MAX_UNITS;
}

function isInsideCharacter(text, at) {
  return /[\uD800-\uDBFF]/.test(text[at - 1] ?? "") && /[\uDC00-\uDFFF]/.test(text[at] ?? "");
}
