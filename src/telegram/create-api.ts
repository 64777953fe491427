import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { Api } from "grammy";

/**
 * Idle connections are closed after this time. Short enough that, after a suspend or a change of network, the next call does not
 * pick a dead connection out of the pool; Node also obeys a shorter `Keep-Alive: timeout` of the server.
 */
const IDLE_CONNECTION_MS = 20_000;

/** Above every deadline the callers set themselves; only a guard against a call without one. */
const LONGEST_CALL_SECONDS = 150;

/** Where the Bot API is and as whom to call it. */
export interface ApiOptions {
  readonly token: string;
  /** Root of the Bot API server, such as `https://api.telegram.org`; a slash at the end is allowed. */
  readonly apiRoot: string;
}

/** The Bot API with kept-alive connections. Makes no request. */
export function createApi({ token, apiRoot }: ApiOptions): Api {
  const root = apiRoot.replace(/\/+$/, "");
  const options = { keepAlive: true, timeout: IDLE_CONNECTION_MS };
  const agent = root.startsWith("https:") ? new HttpsAgent(options) : new HttpAgent(options);
  return new Api(token, {
    apiRoot: root,
    timeoutSeconds: LONGEST_CALL_SECONDS,
    baseFetchConfig: { agent, compress: true },
  });
}
