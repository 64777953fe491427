import { AuthenticationError, ConnectionError, HappyError } from "./errors.ts";

export interface HttpCall {
  readonly method: "GET" | "POST" | "DELETE";
  /** From the root of the server, with its query. */
  readonly path: string;
  readonly body?: unknown;
  /** Ends the wait: the call then rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** The server's HTTP interface: JSON both ways. */
export interface Http {
  /** What the server answered. Throws `ConnectionError`, `AuthenticationError`, or `HttpStatusError` for any other refusal. */
  call(call: HttpCall): Promise<unknown>;
}

/** The server answered, and refused. */
export class HttpStatusError extends HappyError {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export interface HttpOptions {
  /** Without a slash at the end. */
  readonly serverUrl: string;
  /** Absent for the calls that need none. */
  readonly token?: string;
  readonly timeoutMs: number;
}

export function createHttp({ serverUrl, token, timeoutMs }: HttpOptions): Http {
  const headers = { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) };
  return {
    async call({ method, path, body, signal }) {
      const deadline = AbortSignal.timeout(timeoutMs);
      const answer = await request(`${serverUrl}${path}`, {
        method,
        headers,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
      });
      signal?.throwIfAborted();
      if (answer instanceof Error) throw noAnswer({ serverUrl, timeoutMs, hasTimedOut: deadline.aborted }, answer);
      const { status, text } = answer;
      if (status >= 200 && status < 300) return parsed(text, serverUrl);
      throw refusal(status, `${method} ${pathOnly(path)}`, text);
    },
  };
}

async function request(url: string, init: RequestInit): Promise<{ status: number; text: string } | Error> {
  try {
    const response = await fetch(url, init);
    return { status: response.status, text: await response.text() };
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

interface Circumstances {
  readonly serverUrl: string;
  readonly timeoutMs: number;
  readonly hasTimedOut: boolean;
}

function noAnswer({ serverUrl, timeoutMs, hasTimedOut }: Circumstances, cause: Error): ConnectionError {
  const why = hasTimedOut ? `did not answer within ${timeoutMs / 1000} s` : `can't be reached (${reasonOf(cause)})`;
  return new ConnectionError(`the Happy server ${serverUrl} ${why}`, { cause });
}

/** `fetch` says no more than "fetch failed": the reason is in its cause. */
function reasonOf(error: Error): string {
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  return "code" in cause && typeof cause.code === "string" ? cause.code : cause.message;
}

function parsed(text: string, serverUrl: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ConnectionError(`${serverUrl} does not answer like a Happy server: check its address`, { cause });
  }
}

function refusal(status: number, call: string, text: string): HappyError {
  if (status === 401) return new AuthenticationError("the Happy server does not accept the token: log in again");
  return new HttpStatusError(status, `the Happy server refused ${call} (${status}): ${text.slice(0, 200).trim()}`);
}

function pathOnly(path: string): string {
  return path.split("?")[0] ?? path;
}
