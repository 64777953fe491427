import { el, icon } from "./dom.js";
import { entityTree, isBlock } from "./entity-tree.js";

/** A quote below this is shown whole although it may be folded. */
const SHORT_QUOTE = { chars: 220, lines: 3 };

/** A text with its entities as DOM. Buttons in it say in `data-do` what a click does; see `message-clicks.js`. */
export function renderEntities({ text, entities = [] }) {
  const fragment = document.createDocumentFragment();
  fragment.append(...nodesOf(entityTree(text, entities)));
  return fragment;
}

/** The address when a click on it is safe: http and https only. */
export function safeUrl(text) {
  const candidate = /^[a-z][a-z0-9+.-]*:/i.test(text) && !/^[^/]*\.[a-z]+:\d/i.test(text) ? text : `https://${text}`;
  const url = URL.canParse(candidate) ? new URL(candidate) : undefined;
  return url?.protocol === "https:" || url?.protocol === "http:" ? url.href : undefined;
}

const RENDERERS = new Map([
  ["bold", inline("strong")],
  ["italic", inline("em")],
  ["underline", inline("u")],
  ["strikethrough", inline("s")],
  ["code", (children) => el("code", { title: "Click to copy", "data-do": "copy-code" }, ...children)],
  ["pre", codeBlock],
  ["spoiler", spoiler],
  ["blockquote", inline("blockquote")],
  ["expandable_blockquote", foldedQuote],
  ["text_link", (children, { url }) => link(children, url ?? "")],
  ["url", (children) => link(children, textOf(children))],
  ["mention", inline("b")],
  ["text_mention", inline("b")],
  ["bot_command", (children) => el("button", { class: "command-link", "data-do": "fill-in" }, ...children)],
]);

function nodesOf(tree) {
  return tree.flatMap((node, index) => {
    if (typeof node !== "string") return [elementOf(node)];
    const text = withoutGaps(node, { after: tree[index - 1], before: tree[index + 1] });
    return text === "" ? [] : [document.createTextNode(text)];
  });
}

function elementOf({ entity, children }) {
  const render = RENDERERS.get(entity.type) ?? inline("span");
  return render(nodesOf(children), entity);
}

// Blocks keep their own distance: the empty lines around them would double it.
function withoutGaps(text, { after, before }) {
  const start = isBlockNode(after) ? text.replace(/^\n{1,2}/, "") : text;
  return isBlockNode(before) ? start.replace(/\n{1,2}$/, "") : start;
}

function isBlockNode(node) {
  return typeof node === "object" && isBlock(node.entity);
}

function inline(name) {
  return (children) => el(name, {}, ...children);
}

function link(children, target) {
  const href = safeUrl(target);
  if (href === undefined) return el("span", {}, ...children);
  return el("a", { href, title: href, target: "_blank", rel: "noopener noreferrer nofollow" }, ...children);
}

function codeBlock(children, { language = "" }) {
  return el(
    "figure",
    { class: "code-block" },
    el(
      "figcaption",
      {},
      el("span", {}, language || "text"),
      el("button", { class: "copy-button", "data-do": "copy-block" }, icon("copy"), "Copy"),
    ),
    el(
      "pre",
      { tabindex: 0, "aria-label": `Code${language === "" ? "" : `, ${language}`}` },
      el("code", {}, ...children),
    ),
  );
}

function spoiler(children) {
  const attributes = { class: "spoiler", role: "button", tabindex: 0, "aria-label": "Hidden text, show it" };
  return el("span", { ...attributes, "data-do": "reveal" }, ...children);
}

function foldedQuote(children) {
  const text = textOf(children);
  const isShort = text.length <= SHORT_QUOTE.chars && text.split("\n").length <= SHORT_QUOTE.lines;
  if (isShort) return el("blockquote", {}, ...children);
  const more = el(
    "button",
    { class: "unfold", "aria-expanded": "false", "data-do": "unfold" },
    el("span", { class: "when-folded" }, "Show more"),
    el("span", { class: "when-open" }, "Show less"),
  );
  return el("blockquote", { class: "folded" }, el("div", { class: "fold" }, ...children), more);
}

function textOf(nodes) {
  return nodes.map((node) => node.textContent ?? "").join("");
}
