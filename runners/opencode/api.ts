import { readSse, type ServerSentEvent } from "../../src/wire/sse.ts";

/** What the server answered. `body` is the parsed JSON; `undefined` when there was none. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export interface Call {
  readonly method: "GET" | "POST" | "PATCH";
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Readonly<Record<string, unknown>>;
  /** Ends the wait for the answer. */
  readonly signal: AbortSignal;
}

/** The HTTP API of one `opencode serve`, for one directory. */
export interface Api {
  /** Throws when the server does not answer. */
  call(call: Call): Promise<Answer>;
  /** What happens in the directory from now on. Throws when the stream can't be opened, or breaks. */
  events(signal: AbortSignal): Promise<AsyncIterator<ServerSentEvent, void, undefined>>;
}

export interface ApiOptions {
  readonly url: string;
  readonly password: string;
  /** The events of another directory are not in the stream, and a session lives in the one it was made in. */
  readonly directory: string;
}

/** An answer may take that long on a busy machine: the first one waits until the directory is loaded. */
const answerMs = 120_000;

export function createApi({ url, password, directory }: ApiOptions): Api {
  const authorization = `Basic ${Buffer.from(`opencode:${password}`).toString("base64")}`;
  const headers = { authorization, "content-type": "application/json" };
  const urlOf = (path: string, query: Call["query"] = {}): string =>
    `${url}${path}?${new URLSearchParams({ directory, ...query }).toString()}`;
  return {
    async call({ method, path, query, body, signal }) {
      const response = await fetch(urlOf(path, query), {
        method,
        headers,
        signal: AbortSignal.any([signal, AbortSignal.timeout(answerMs)]),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.status, body: parsed(await response.text()) };
    },
    async events(signal) {
      const response = await fetch(urlOf("/event"), { headers, signal });
      if (!response.ok || response.body === null) throw new Error(`opencode refused its events (${response.status})`);
      return readSse(response.body)[Symbol.asyncIterator]();
    },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
