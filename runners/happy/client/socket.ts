// The only place that knows Socket.IO.
import { io, type Socket } from "socket.io-client";
import { AuthenticationError, ConnectionError, type HappyError } from "./errors.ts";

export interface SocketListener {
  /** The `body` of an update: something that is kept, such as a message. */
  update?(body: unknown): void;
  /** Something that is not kept, such as a sign of life. */
  ephemeral?(payload: unknown): void;
  /** The connection broke, and is being made again. */
  lost?(): void;
  /** It is there again; what came meanwhile was missed. */
  regained?(): void;
  /** It will not come again. */
  failed?(error: HappyError): void;
}

/** A connection to the server that sees everything of one account. It is made again by itself when it breaks. */
export interface HappySocket {
  readonly isConnected: boolean;
  /** Returns what takes the listener away. One that comes after the failure is told it at once. */
  listen(listener: SocketListener): () => void;
  /** Resolves to the acknowledgement. Throws `ConnectionError` when there is none, or the connection breaks before it. */
  request(event: string, payload: unknown, timeoutMs: number): Promise<unknown>;
  send(event: string, payload: unknown): void;
  /** Who still listens is told that it failed. */
  close(): void;
}

export interface SocketOptions {
  readonly serverUrl: string;
  readonly token: string;
  readonly connectMs: number;
  readonly reconnectMs: number;
}

/** Resolves when it is connected. Throws `AuthenticationError` or `ConnectionError`. */
export async function openSocket(options: SocketOptions): Promise<HappySocket> {
  const socket = io(options.serverUrl, {
    path: "/v1/updates",
    transports: ["websocket"],
    auth: { token: options.token, clientType: "user-scoped" },
    // A connection of its own for each client: shared ones would not be closed.
    forceNew: true,
    autoConnect: false,
    reconnectionDelay: 500,
    reconnectionDelayMax: 5_000,
  });
  try {
    await connected(socket, options);
  } catch (error) {
    socket.disconnect();
    throw error;
  }
  return new Connection(socket, options);
}

function connected(socket: Socket, { serverUrl, connectMs }: SocketOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    let latest = `no answer within ${connectMs / 1000} s`;
    const giveUp = (): void => end(() => reject(unreachable(serverUrl, latest)));
    const timer = setTimeout(giveUp, connectMs);
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      socket.off("connect").off("connect_error");
      settle();
    };
    socket.on("connect", () => end(resolve));
    socket.on("connect_error", (error) => {
      latest = error.message;
      // The socket stays active while another try makes sense: a server that refuses is not asked again.
      if (!socket.active) end(() => reject(refused(serverUrl, error)));
    });
    socket.connect();
  });
}

class Connection implements HappySocket {
  readonly #socket: Socket;
  readonly #options: SocketOptions;
  readonly #listeners = new Set<SocketListener>();
  #givingUp: NodeJS.Timeout | undefined;
  #failure: HappyError | undefined;

  constructor(socket: Socket, options: SocketOptions) {
    this.#socket = socket;
    this.#options = options;
    socket.on("update", (update: unknown) => this.#tell((to) => to.update?.(bodyOf(update))));
    socket.on("ephemeral", (payload: unknown) => this.#tell((to) => to.ephemeral?.(payload)));
    socket.on("connect", () => this.#regain());
    socket.on("connect_error", (error) => this.#endIfRefused(error));
    socket.on("disconnect", (reason) => this.#lose(reason));
  }

  get isConnected(): boolean {
    return this.#socket.connected;
  }

  listen(listener: SocketListener): () => void {
    this.#listeners.add(listener);
    if (this.#failure !== undefined) listener.failed?.(this.#failure);
    return () => this.#listeners.delete(listener);
  }

  async request(event: string, payload: unknown, timeoutMs: number): Promise<unknown> {
    if (this.#failure !== undefined) throw this.#failure;
    try {
      return await this.#socket.timeout(timeoutMs).emitWithAck(event, payload);
    } catch (cause) {
      throw new ConnectionError(`the Happy server gave no answer to ${event} within ${timeoutMs / 1000} s`, { cause });
    }
  }

  send(event: string, payload: unknown): void {
    this.#socket.emit(event, payload);
  }

  close(): void {
    this.#fail(new ConnectionError("the connection to the Happy server was closed"));
    this.#listeners.clear();
    this.#socket.disconnect();
  }

  #regain(): void {
    clearTimeout(this.#givingUp);
    this.#tell((to) => to.regained?.());
  }

  #lose(reason: string): void {
    if (reason === "io client disconnect") return;
    this.#tell((to) => to.lost?.());
    const { serverUrl, reconnectMs } = this.#options;
    clearTimeout(this.#givingUp);
    this.#givingUp = setTimeout(() => this.#fail(unreachable(serverUrl, "the connection broke")), reconnectMs);
    // Only a disconnect that the server asked for is not mended by the library itself.
    if (!this.#socket.active) this.#socket.connect();
  }

  #endIfRefused(error: Error): void {
    if (!this.#socket.active) this.#fail(refused(this.#options.serverUrl, error));
  }

  #fail(error: HappyError): void {
    clearTimeout(this.#givingUp);
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#tell((to) => to.failed?.(error));
  }

  #tell(say: (listener: SocketListener) => void): void {
    for (const listener of this.#listeners) say(listener);
  }
}

function bodyOf(update: unknown): unknown {
  return typeof update === "object" && update !== null && "body" in update ? update.body : undefined;
}

function refused(serverUrl: string, error: Error): HappyError {
  if (/authentication token/iu.test(error.message))
    return new AuthenticationError("the Happy server does not accept the token: log in again", { cause: error });
  return new ConnectionError(`the Happy server ${serverUrl} refused the connection: ${error.message}`, {
    cause: error,
  });
}

function unreachable(serverUrl: string, why: string): ConnectionError {
  return new ConnectionError(`no connection to the Happy server ${serverUrl}: ${why}`);
}
