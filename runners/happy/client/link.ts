import { ConnectionError } from "./errors.ts";
import { openSocket, type HappySocket, type SocketOptions } from "./socket.ts";

/** A socket that somebody uses. It stays open until all who hold it have released it. */
export interface HeldSocket {
  readonly socket: HappySocket;
  /** Calling it again does nothing. */
  readonly release: () => void;
}

/** The one socket of a client: opened for the first who needs it, closed behind the last, so that it keeps no program running. */
export class Link {
  readonly #options: SocketOptions;
  #opening: Promise<HappySocket> | undefined;
  #holders = 0;
  #isClosed = false;

  constructor(options: SocketOptions) {
    this.#options = options;
  }

  /** Throws `AuthenticationError` or `ConnectionError`. */
  async hold(): Promise<HeldSocket> {
    if (this.#isClosed) throw new ConnectionError("this Happy client was closed");
    this.#holders += 1;
    const opening = (this.#opening ??= this.#open());
    try {
      const socket = await opening;
      return { socket, release: once(() => this.#release()) };
    } catch (error) {
      this.#release();
      throw error;
    }
  }

  async use<T>(work: (socket: HappySocket) => Promise<T>): Promise<T> {
    const { socket, release } = await this.hold();
    try {
      return await work(socket);
    } finally {
      release();
    }
  }

  /** For good, and also for those who hold it: they are told that the connection failed. */
  close(): void {
    this.#isClosed = true;
    this.#closeSocket();
  }

  #closeSocket(): void {
    const opening = this.#opening;
    this.#opening = undefined;
    const close = (socket: HappySocket): void => socket.close();
    // A socket that did not open has nothing to close.
    opening?.then(close, () => {});
  }

  async #open(): Promise<HappySocket> {
    try {
      const socket = await openSocket(this.#options);
      // The next one who needs a connection gets a new one.
      socket.listen({ failed: () => (this.#opening = undefined) });
      return socket;
    } catch (error) {
      this.#opening = undefined;
      throw error;
    }
  }

  #release(): void {
    this.#holders -= 1;
    if (this.#holders === 0) this.#closeSocket();
  }
}

function once(run: () => void): () => void {
  let called = false;
  return () => {
    if (called) return;
    called = true;
    run();
  };
}
