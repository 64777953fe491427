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

/** The Bot API and the connections under it. */
export interface ApiConnection {
  readonly api: Api;
  /** Closes every connection that no call is using: the next call makes a new one. */
  readonly closeIdle: () => void;
}

/** The Bot API with kept-alive connections. Makes no request. */
export function createApi(options: ApiOptions): Api {
  return openApi(options).api;
}

/** The same, for those who know when idle connections can't be trusted any more: the clock of Node's timers stands still in a sleep. */
export function openApi({ token, apiRoot }: ApiOptions): ApiConnection {
  const root = apiRoot.replace(/\/+$/, "");
  const options = { keepAlive: true, timeout: IDLE_CONNECTION_MS };
  const agent = root.startsWith("https:") ? new HttpsAgent(options) : new HttpAgent(options);
  const api = new Api(token, {
    apiRoot: root,
    timeoutSeconds: LONGEST_CALL_SECONDS,
    baseFetchConfig: { agent, compress: true },
  });
  return { api, closeIdle: () => closeFreeSockets(agent) };
}

function closeFreeSockets({ freeSockets }: HttpAgent): void {
  for (const socket of Object.values(freeSockets).flatMap((sockets) => sockets ?? [])) socket.destroy();
}
