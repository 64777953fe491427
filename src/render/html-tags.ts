import { resolveCharacterReferences } from "./character-references.ts";
import { sendableUrl } from "./link.ts";
import type { Mark } from "./text-builder.ts";

/** What a piece of HTML does to the text around it. `literal`: it is no markup we know, `Map<string, T>` for one, and stays visible. */
export type TagEffect =
  | { readonly kind: "literal" }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "open" | "close"; readonly mark: Mark };

/**
 * The effect of each tag of one paragraph, in order. A tag that needs a partner and has none in the list is literal, so that a `<div>`
 * mentioned in a sentence does not vanish.
 */
export function interpretTags(tags: readonly string[]): readonly TagEffect[] {
  const effects: TagEffect[] = tags.map((tag) => loneEffect(tag));
  const opened = new Map<string, number[]>();
  for (const [index, tag] of tags.entries()) {
    const name = tagName(tag);
    if (name === undefined || effects[index]?.kind !== "literal") continue;
    if (!tag.startsWith("</")) {
      const starts = opened.get(name);
      if (starts) starts.push(index);
      else opened.set(name, [index]);
      continue;
    }
    const start = opened.get(name)?.pop();
    if (start === undefined) continue;
    effects[start] = openingEffect(tags[start] ?? "", name);
    effects[index] = closingEffect(effects[start]);
  }
  return effects;
}

/** `div` for `<div class="x">` and `</div>`; undefined when the text is no tag. */
export function tagName(tag: string): string | undefined {
  return /^<\/?([a-z][\w-]*)(?:\s[^<>]*)?\/?>$/i.exec(tag)?.[1]?.toLowerCase();
}

/** Without `<!-- -->`; a comment that is never closed stays. */
export function removeComments(html: string): string {
  let kept = "";
  let from = 0;
  for (;;) {
    const start = html.indexOf("<!--", from);
    const end = start === -1 ? -1 : html.indexOf("-->", start + "<!--".length);
    if (end === -1) return kept + html.slice(from);
    kept += html.slice(from, start);
    from = end + "-->".length;
  }
}

const STYLES: ReadonlyMap<string, Mark["type"]> = new Map(
  Object.entries({
    b: "bold",
    strong: "bold",
    i: "italic",
    em: "italic",
    u: "underline",
    ins: "underline",
    s: "strikethrough",
    del: "strikethrough",
    strike: "strikethrough",
    code: "code",
    kbd: "code",
    samp: "code",
    "tg-spoiler": "spoiler",
  } satisfies Record<string, Mark["type"]>),
);

const LAYOUT = new Set(["details", "summary", "div", "span", "p", "center", "font", "small", "big", "sub", "mark"]);

function loneEffect(tag: string): TagEffect {
  if (tag.startsWith("<!--") && tag.endsWith("-->")) return { kind: "text", text: "" };
  const name = tagName(tag);
  if (name === "br") return { kind: "text", text: "\n" };
  const alt = name === "img" ? attribute(tag, "alt") : undefined;
  return alt ? { kind: "text", text: alt } : { kind: "literal" };
}

function openingEffect(tag: string, name: string): TagEffect {
  if (LAYOUT.has(name)) return { kind: "text", text: "" };
  // 10<sup>6</sup> must not become 106.
  if (name === "sup") return { kind: "text", text: "^" };
  const url = name === "a" ? sendableUrl(attribute(tag, "href") ?? "") : undefined;
  if (url !== undefined) return { kind: "open", mark: { type: "text_link", url } };
  const type = STYLES.get(name);
  return type === undefined ? { kind: "literal" } : { kind: "open", mark: { type } };
}

function closingEffect(opening: TagEffect): TagEffect {
  switch (opening.kind) {
    case "literal":
      return opening;
    case "text":
      return { kind: "text", text: "" };
    case "open":
    case "close":
      return { kind: "close", mark: opening.mark };
  }
}

function attribute(tag: string, name: string): string | undefined {
  const value = new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s"'>]+))`, "i").exec(tag);
  const text = value?.[1] ?? value?.[2] ?? value?.[3];
  return text === undefined ? undefined : resolveCharacterReferences(text);
}
