import type { IncomingMessage } from "node:http";

const LOOPBACK_HOST = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i;

/**
 * Why a request is refused although it came over loopback; undefined when it may pass. A page of another site can make the user's
 * browser send requests here, by a name that resolves to loopback or directly: neither may act for the user.
 */
export function findIntrusion(request: IncomingMessage): string | undefined {
  const { host = "", origin } = request.headers;
  if (!LOOPBACK_HOST.test(host)) return `host '${host}' is not this machine`;
  if (origin !== undefined && origin.toLowerCase() !== `http://${host.toLowerCase()}`)
    return `origin '${origin}' is not this server`;
  return undefined;
}
