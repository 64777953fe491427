import type { IncomingMessage } from "node:http";

const LOOPBACK_HOST = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i;

/** What only this server's own page may ask for; the page itself may be linked to. */
const ACTING_PATH = /^\/(bot|file|sim)/;

/**
 * Why a request is refused although it came over loopback; undefined when it may pass. A page of another site can make the user's
 * browser send requests here, by a name that resolves to loopback or directly: neither may act for the user.
 */
export function findIntrusion(request: IncomingMessage): string | undefined {
  const { host = "", origin } = request.headers;
  if (!LOOPBACK_HOST.test(host)) return `host '${host}' is not this machine`;
  if (origin !== undefined && origin.toLowerCase() !== `http://${host.toLowerCase()}`)
    return `origin '${origin}' is not this server`;
  // A picture or a form of another site sends no Origin with a GET; every current browser sends this instead.
  const site = request.headers["sec-fetch-site"] ?? "none";
  if (site !== "none" && site !== "same-origin" && ACTING_PATH.test(request.url ?? "")) return `a request from ${site}`;
  return undefined;
}
