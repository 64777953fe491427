import {
  type ErrorContent,
  type JsonRpcId,
  type JsonRpcMessage,
  messageLine,
  parseMessage,
  requestIdOf,
} from "./json-rpc-message.ts";
import { JsonRpcPast } from "./json-rpc-past.ts";
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
  /**
   * A request of the past comes again that was answered then, with `result`; undefined for an error answer. `onRequest` and `onAnswered`
   * don't hear of it. Must not throw.
   */
  onRecalled?(method: string, params: unknown, result: unknown): void;
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
  /** Of a program that was taken up. What it was told is not told again; what is new is told when the past is over. Default: none. */
  readonly past?: JsonRpcPast;
}

/** The other side of a connection. */
export interface JsonRpcPeer {
  /**
   * Rejects with `JsonRpcError` when the peer answers so, with `JsonRpcClosedError` when no answer can come any more, with
   * `JsonRpcTooLateError` where the past had no such request and went on. `name` tells a request from all others of the connection,
   * also when it is made again by a later program; without one it is the next of its method.
   */
  request(method: string, params?: unknown, name?: string): Promise<unknown>;
  /** The answer to a request with this name, where an earlier program made it. It counts as made again only by `request`. */
  recall(name: string): Promise<unknown> | undefined;
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

/** The program was taken up, and was not asked this at the time: it is beyond that. */
export class JsonRpcTooLateError extends Error {
  constructor(method: string) {
    super(`the run went on without ${method}`);
    this.name = "JsonRpcTooLateError";
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
  readonly #past: JsonRpcPast;
  /** Our requests without an answer. */
  readonly #waiting = new Map<JsonRpcId, Waiting>();
  /** The answers to those of the past. */
  readonly #recalled = new Map<JsonRpcId, Promise<unknown>>();
  /** The peer's requests without an answer. Its ids are a count of its own. */
  readonly #open = new Map<JsonRpcId, AbortController>();
  /** Those that were answered, until the peer says that it has the answer. */
  readonly #unconfirmed = new Map<JsonRpcId, { readonly method: string; readonly params: unknown }>();
  #lastId: number;
  #linesRead = 0;
  #isClosed = false;

  constructor(child: Pick<Subprocess, "lines" | "write">, handlers: JsonRpcHandlers, options: JsonRpcOptions) {
    this.#child = child;
    this.#handlers = handlers;
    this.#version = options.version === false ? {} : { jsonrpc: "2.0" };
    this.#cancelMethod = options.cancelMethod ?? "$/cancel_request";
    this.#confirmsAnswers = options.confirmsAnswers ?? false;
    this.#past = options.past ?? new JsonRpcPast(nothingTold);
    this.#lastId = this.#past.lastId;
    for (const { id, method } of this.#past.requests) this.#recall(id, method);
    this.closed = this.#read();
  }

  request(method: string, params?: unknown, name?: string): Promise<unknown> {
    const told = this.#past.claimRequest(method, name);
    const recalled = told === undefined ? undefined : this.#recalled.get(told);
    if (recalled !== undefined) return recalled;
    if (name === undefined && this.#past.isAwaited()) return Promise.reject(new JsonRpcTooLateError(method));
    return this.#ask(method, params, name ?? (this.#lastId += 1));
  }

  recall(name: string): Promise<unknown> | undefined {
    return this.#recalled.get(name);
  }

  notify(method: string, params?: unknown): void {
    if (!this.#past.claimNotification(method)) void this.#send({ method, params });
  }

  #ask(method: string, params: unknown, id: JsonRpcId): Promise<unknown> {
    const answer = this.#answerTo(id, method);
    if (this.#isClosed) this.#giveUp(id);
    else void this.#send({ id, method, params }).then((taken) => taken || this.#giveUp(id));
    return answer;
  }

  #recall(id: JsonRpcId, method: string): void {
    const answer = this.#answerTo(id, method);
    // Nobody may ask for it again.
    answer.catch(() => {});
    this.#recalled.set(id, answer);
  }

  #answerTo(id: JsonRpcId, method: string): Promise<unknown> {
    return new Promise((resolve, reject) => this.#waiting.set(id, { method, resolve, reject }));
  }

  async #read(): Promise<void> {
    try {
      if (!this.#past.isOver) await this.#past.pace(0);
      for await (const line of this.#child.lines) {
        this.#linesRead += 1;
        this.#receive(line);
        if (!this.#past.isOver) await this.#past.pace(this.#linesRead);
      }
    } finally {
      this.#isClosed = true;
      for (const id of this.#waiting.keys()) this.#giveUp(id);
      for (const cancel of this.#open.values()) cancel.abort();
    }
  }

  #receive(line: OutputLine): void {
    const message = line.kind === "line" ? parseMessage(line.text) : undefined;
    if (message === undefined) this.#handlers.onMalformed?.(line.kind === "line" ? line.text : line.head);
    else if (message.kind === "request") this.#hear(message);
    else if (message.kind === "notification") this.#note(message);
    else this.#settle(message);
  }

  #hear(request: Extract<JsonRpcMessage, { kind: "request" }>): void {
    const answer = this.#past.claimAnswer(request.id);
    if (answer === undefined) void this.#answer(request);
    else this.#handlers.onRecalled?.(request.method, request.params, answer.result);
  }

  #note({ method, params }: Extract<JsonRpcMessage, { kind: "notification" }>): void {
    if (method !== this.#cancelMethod) return this.#handlers.onNotification(method, params);
    const id = requestIdOf(params);
    const answered = this.#unconfirmed.get(id);
    this.#unconfirmed.delete(id);
    if (answered === undefined) this.#open.get(id)?.abort();
    else this.#handlers.onAnswered?.(answered.method, answered.params);
  }

  #settle(message: Extract<JsonRpcMessage, { kind: "result" | "error" }>): void {
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.kind === "result") waiting?.resolve(message.result);
    else waiting?.reject(errorFrom(message.error));
  }

  #giveUp(id: JsonRpcId): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    waiting?.reject(new JsonRpcClosedError(waiting.method));
  }

  async #answer({ id, method, params }: Extract<JsonRpcMessage, { kind: "request" }>): Promise<void> {
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

  #send(message: Readonly<Record<string, unknown>>): Promise<boolean> {
    const line = messageLine({ ...this.#version, ...message });
    if (this.#past.isOver) return this.#child.write(line, this.#linesRead);
    return this.#past.over.then(() => this.#child.write(line, this.#linesRead));
  }
}

const nothingTold = { told: [], toldAfter: [], caughtUp: Promise.resolve(), isTakenUp: false } as const;

function errorFrom({ code, message, data }: ErrorContent): JsonRpcError {
  return new JsonRpcError(code, message, data);
}

function errorAnswer(error: unknown): ErrorContent {
  if (!(error instanceof JsonRpcError)) return { code: -32603, message: "internal error", data: undefined };
  const { code, message, data } = error;
  return { code, message, data };
}
