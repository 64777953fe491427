import { badRequest } from "../bot-api-failure.ts";

/**
 * Checks the target of a link as Telegram's library does and returns its normal form (`README.md` → `http://readme.md/`).
 * Fails with 400 `<subject> URL '<url>' is invalid: <reason>`; the subject is `Entity` or `inline keyboard button`.
 */
export function checkLink(subject: string, url: string): string {
  const parts = url === "" ? "URL host is empty" : parse(url);
  if (typeof parts === "string") throw badRequest(`${subject} URL '${url}' is invalid: ${parts}`);
  return parts.normal;
}

interface Link {
  readonly normal: string;
}

function parse(url: string): Link | string {
  if (/^tg:/i.test(url)) return { normal: url.replace(/^tg:(\/\/)?/i, "tg://") };
  const scheme = /^([^:/?#@[\]]*):\/\//.exec(url);
  const protocol = scheme?.[1]?.toLowerCase() ?? "http";
  if (protocol !== "http" && protocol !== "https") return "Unsupported URL protocol";
  const rest = scheme === null ? url : url.slice(scheme[0].length);
  const authority = /^[^/?#]*/.exec(rest)?.[0] ?? "";
  return parseAuthority(protocol, authority, rest.slice(authority.length));
}

function parseAuthority(protocol: string, authority: string, tail: string): Link | string {
  const [, userinfo = "", host = "", port] = /^(.*@)?(\[[^\]]*\]|.*?)(?::([^:\]@]*))?$/s.exec(authority) ?? [];
  if (port !== undefined && !isPort(port)) return "Wrong port number specified in the URL";
  const wrong = findHostFault(host);
  if (wrong !== undefined) return wrong;
  const portPart = port === undefined ? "" : `:${Number(port)}`;
  return {
    normal: `${protocol}://${userinfo}${host.toLowerCase()}${portPart}${tail.startsWith("/") ? "" : "/"}${tail}`,
  };
}

function findHostFault(host: string): string | undefined {
  if (host === "") return "URL host is empty";
  if (host === ".") return "Host is invalid";
  if (/[\s"<>\\^`{|}]/.test(host)) return "Disallowed character in URL host";
  return host.includes(".") || host.startsWith("[") ? undefined : "Wrong HTTP URL";
}

function isPort(text: string): boolean {
  return /^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535;
}
