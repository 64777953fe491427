import type { OutputLine } from "./lines.ts";
import type { Subprocess } from "./subprocess.ts";

/** What the peer sends. Nothing here may take long before it returns, for the next message waits; a promise may take for ever. */
export interface JsonRpcHandlers {
  /**
   * Answers a request of the peer: what it resolves to is the result. Throw `JsonRpcError` for an error answer; anything else thrown
   * becomes -32603. `signal` aborts when the peer goes away or takes the request back.
   */
  onRequest(method: string, params: unknown, signal: AbortSignal): Promise<unknown>;
  /**
   * The peer's input took the answer to a request, or with `confirmsAnswers` the peer said so: the very `params` of `onRequest`. Not called
   * for an error answer. Must not throw.
   */
  onAnswered?(method: string, params: unknown): void;
  /** Must not throw. */
  onNotification(method: string, params: unknown): void;
  /** A line that is no message, or its first KB when it was too long to be kept. Default: passed over. */
  onMalformed?(text: string): void;
}

export interface JsonRpcOptions {
  /** Whether `"jsonrpc":"2.0"` is sent. Default true. What the peer sends is read either way. */
  readonly version?: boolean;
  /** The notification with which the peer takes a request back, its id as `params.requestId`. Default `$/cancel_request`. */
  readonly cancelMethod?: string;
  /** Whether the peer sends that notification for a request it has the answer to, too: `onAnswered` waits for it. Default false. */
  readonly confirmsAnswers?: boolean;
}

/** The other side of a connection. */
export interface JsonRpcPeer {
  /** Rejects with `JsonRpcError` when the peer answers so, with `JsonRpcClosedError` when no answer can come any more. */
  request(method: string, params?: unknown): Promise<unknown>;
  notify(method: string, params?: unknown): void;
  /** Resolves when the peer has said its last line. */
  readonly closed: Promise<void>;
}

/** An error answer, given or received. -32601: unknown method, -32602: bad parameters, -32603: internal error. */
export class JsonRpcError extends Error {
  readonly code: number;
  readonly data?: unknown;
  constructor(code: number, message: string, data?: unknown) {
    super(message);
    this.name = "JsonRpcError";
    this.code = code;
    if (data !== undefined) this.data = data;
  }
}

/** The peer went away before it answered. */
export class JsonRpcClosedError extends Error {
  constructor(method: string) {
    super(`the program ended, or closed its input, before it answered ${method}`);
    this.name = "JsonRpcClosedError";
  }
}

/**
 * Speaks JSON-RPC 2.0 with a program, one message a line, both ways. Messages are taken in the order of their lines: all notifications
 * before a response were delivered when its request resolves. Responses nobody asked for are passed over. Reads at once, and as fast
 * as it can.
 *
 * @example
 * const peer = connectJsonRpc(child, { onRequest, onNotification });
 * await peer.request("initialize", { protocolVersion: 1 });
 */
export function connectJsonRpc(
  child: Pick<Subprocess, "lines" | "write">,
  handlers: JsonRpcHandlers,
  options: JsonRpcOptions = {},
): JsonRpcPeer {
  return new Connection(child, handlers, options);
}

type Id = number | string;

interface Waiting {
  readonly method: string;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

class Connection implements JsonRpcPeer {
  readonly closed: Promise<void>;
  readonly #child: Pick<Subprocess, "lines" | "write">;
  readonly #handlers: JsonRpcHandlers;
  readonly #version: { readonly jsonrpc?: "2.0" };
  readonly #cancelMethod: string;
  readonly #confirmsAnswers: boolean;
  /** Our requests without an answer. */
  readonly #waiting = new Map<Id, Waiting>();
  /** The peer's requests without an answer. Its ids are a count of its own. */
  readonly #open = new Map<Id, AbortController>();
  /** Those that were answered, until the peer says that it has the answer. */
  readonly #unconfirmed = new Map<Id, { readonly method: string; readonly params: unknown }>();
  #lastId = 0;
  #isClosed = false;

  constructor(child: Pick<Subprocess, "lines" | "write">, handlers: JsonRpcHandlers, options: JsonRpcOptions) {
    this.#child = child;
    this.#handlers = handlers;
    this.#version = options.version === false ? {} : { jsonrpc: "2.0" };
    this.#cancelMethod = options.cancelMethod ?? "$/cancel_request";
    this.#confirmsAnswers = options.confirmsAnswers ?? false;
    this.closed = this.#read();
  }

  request(method: string, params?: unknown): Promise<unknown> {
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { method, resolve, reject });
      if (this.#isClosed) this.#giveUp(id);
      else void this.#send({ id, method, params }).then((taken) => taken || this.#giveUp(id));
    });
  }

  notify(method: string, params?: unknown): void {
    void this.#send({ method, params });
  }

  async #read(): Promise<void> {
    try {
      for await (const line of this.#child.lines) this.#receive(line);
    } finally {
      this.#isClosed = true;
      for (const id of this.#waiting.keys()) this.#giveUp(id);
      for (const cancel of this.#open.values()) cancel.abort();
    }
  }

  #receive(line: OutputLine): void {
    const message = line.kind === "line" ? parseMessage(line.text) : undefined;
    if (message === undefined) this.#handlers.onMalformed?.(line.kind === "line" ? line.text : line.head);
    else if (message.kind === "request") void this.#answer(message);
    else if (message.kind === "notification") this.#note(message);
    else this.#settle(message);
  }

  #note({ method, params }: Extract<Message, { kind: "notification" }>): void {
    if (method !== this.#cancelMethod) return this.#handlers.onNotification(method, params);
    const id = requestIdOf(params);
    const answered = this.#unconfirmed.get(id);
    this.#unconfirmed.delete(id);
    if (answered === undefined) this.#open.get(id)?.abort();
    else this.#handlers.onAnswered?.(answered.method, answered.params);
  }

  #settle(message: Extract<Message, { kind: "result" | "error" }>): void {
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.kind === "result") waiting?.resolve(message.result);
    else waiting?.reject(message.error);
  }

  #giveUp(id: Id): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    waiting?.reject(new JsonRpcClosedError(waiting.method));
  }

  async #answer({ id, method, params }: Extract<Message, { kind: "request" }>): Promise<void> {
    const cancel = new AbortController();
    this.#open.set(id, cancel);
    try {
      const result = await this.#handlers.onRequest(method, params, cancel.signal);
      if (this.#confirmsAnswers && !cancel.signal.aborted) this.#unconfirmed.set(id, { method, params });
      const isWritten = await this.#send({ id, result: result ?? null });
      if (isWritten && !this.#confirmsAnswers) this.#handlers.onAnswered?.(method, params);
    } catch (error) {
      await this.#send({ id, error: errorAnswer(error) });
    } finally {
      this.#open.delete(id);
    }
  }

  /** U+2028 and U+2029 are escaped: programs that read with Node's readline take them for the end of a line. */
  #send(message: Readonly<Record<string, unknown>>): Promise<boolean> {
    const json = JSON.stringify({ ...this.#version, ...message });
    return this.#child.write(`${json.replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029")}\n`);
  }
}

type Message =
  | { readonly kind: "request"; readonly id: Id; readonly method: string; readonly params: unknown }
  | { readonly kind: "notification"; readonly method: string; readonly params: unknown }
  | { readonly kind: "result"; readonly id: Id; readonly result: unknown }
  | { readonly kind: "error"; readonly id: Id; readonly error: JsonRpcError };

type Fields = Readonly<Record<string, unknown>>;

/** By hand, because every line of every run passes here. */
function parseMessage(text: string): Message | undefined {
  const message = parseJson(text);
  if (!isFields(message)) return undefined;
  const { id, method, params } = message;
  if (typeof method === "string") {
    return isId(id) ? { kind: "request", id, method, params } : { kind: "notification", method, params };
  }
  if (!isId(id)) return undefined;
  if (isFields(message["error"])) return { kind: "error", id, error: errorFrom(message["error"]) };
  return "result" in message ? { kind: "result", id, result: message["result"] } : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function errorFrom({ code, message, data }: Fields): JsonRpcError {
  const text = typeof message === "string" && message !== "" ? message : "an error without a message";
  return new JsonRpcError(typeof code === "number" ? code : -32603, text, data);
}

function errorAnswer(error: unknown): Fields {
  if (!(error instanceof JsonRpcError)) return { code: -32603, message: "internal error" };
  const { code, message, data } = error;
  return { code, message, data };
}

function requestIdOf(params: unknown): Id {
  const id = isFields(params) ? params["requestId"] : undefined;
  return isId(id) ? id : "";
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isId(value: unknown): value is Id {
  return typeof value === "number" || typeof value === "string";
}
