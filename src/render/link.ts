/**
 * The URL as Telegram takes it in a `text_link`, or undefined. One bad URL makes Telegram refuse the whole message ("Wrong HTTP URL"),
 * so only http and https with a dotted host, and `tg:` links, pass. At most 2048 UTF-16 units, white space percent-encoded.
 */
export function sendableUrl(href: string): string | undefined {
  const url = href.trim().replace(/\s/g, encodeURIComponent);
  if (url.length > MAX_URL_CHARS) return undefined;
  if (TG_URL.test(url)) return url;
  const port = WEB_URL.exec(url)?.groups;
  if (!port) return undefined;
  const number = port["port"];
  return number === undefined || (Number(number) > 0 && Number(number) <= MAX_PORT) ? url : undefined;
}

const MAX_URL_CHARS = 2048;
const MAX_PORT = 65_535;
const TG_URL = /^tg:(?:\/\/)?[a-z_]+(?:[/?#]\S*)?$/i;
const WEB_URL = /^https?:\/\/[\p{L}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)+(?::(?<port>\d{1,5}))?(?:[/?#]\S*)?$/iu;

/**
 * What a link that Telegram would refuse leaves behind in the text: `name` is a label that is itself the target's path (shown as code, so
 * that clients do not turn `README.md` into a web address), `beside` a target to print after a label that does not say it.
 */
export type LocalLink =
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "beside"; readonly target: string }
  | { readonly kind: "label" };

export function describeLocalLink(label: string, href: string): LocalLink {
  const { path, line } = parseTarget(href);
  if (path === "" || USELESS_TARGET.test(path)) return { kind: "label" };
  const said = label.trim();
  const name = parseTarget(said).path;
  if (isPathLike(name) && (path === name || path.endsWith(`/${name}`))) {
    const sayLine = line !== "" && !said.slice(name.length).includes(line);
    return { kind: "name", name: sayLine ? `${said}:${line}` : said };
  }
  return said.includes(path) ? { kind: "label" } : { kind: "beside", target: line === "" ? path : `${path}:${line}` };
}

/** Program text and inlined data are no use to a reader; an anchor in the same document leads nowhere. */
const USELESS_TARGET = /^(?:javascript|vbscript|data):|^#/i;
const LINE_SUFFIX = /(?:#L|:)(?<line>\d+)\S*$/;

function parseTarget(href: string): { readonly path: string; readonly line: string } {
  const local = href
    .replace(/^file:\/\//i, "")
    .replace(/^mailto:/i, "")
    .replace(/^\.\//, "");
  if (/^[a-z][a-z+.-]*:\/\//i.test(local)) return { path: local, line: "" };
  return { path: local.replace(LINE_SUFFIX, ""), line: LINE_SUFFIX.exec(local)?.groups?.["line"] ?? "" };
}

function isPathLike(label: string): boolean {
  return /^\S*[./]\S*$/.test(label);
}
