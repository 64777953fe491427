import { cleanText } from "./clean-text.ts";

/** Resolves HTML character references (`&amp;`, `&#39;`, `&#x2014;`); an unknown name stays as it is written. */
export function resolveCharacterReferences(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(REFERENCE, (reference, body: string) => cleanText(resolve(body) ?? reference));
}

const REFERENCE = /&(#\d{1,7}|#[xX][\da-fA-F]{1,6}|[A-Za-z]{2,8});/g;

function resolve(body: string): string | undefined {
  if (!body.startsWith("#")) return NAMED.get(body);
  const isHex = /^#x/i.test(body);
  const point = Number.parseInt(body.slice(isHex ? 2 : 1), isHex ? 16 : 10);
  return point > 0 && point <= 0x10ffff ? String.fromCodePoint(point) : "\ufffd";
}

/** The names that turn up in prose; the full HTML list has 2,000. */
const NAMED: ReadonlyMap<string, string> = new Map(
  Object.entries({
    amp: "&",
    lt: "<",
    gt: ">",
    quot: '"',
    apos: "'",
    nbsp: "\u00a0",
    ndash: "–",
    mdash: "—",
    hellip: "…",
    bull: "•",
    middot: "·",
    laquo: "«",
    raquo: "»",
    lsquo: "‘",
    rsquo: "’",
    ldquo: "“",
    rdquo: "”",
    larr: "←",
    uarr: "↑",
    rarr: "→",
    darr: "↓",
    harr: "↔",
    rArr: "⇒",
    times: "×",
    divide: "÷",
    plusmn: "±",
    le: "≤",
    ge: "≥",
    ne: "≠",
    deg: "°",
    copy: "©",
    reg: "®",
    trade: "™",
    sect: "§",
    para: "¶",
    euro: "€",
    pound: "£",
    check: "✓",
    cross: "✗",
  }),
);
