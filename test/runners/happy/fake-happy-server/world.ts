import { randomBytes } from "node:crypto";
import nacl from "tweetnacl";
import type { Socket } from "socket.io";
import { Changes } from "./changes.ts";
import { Account, type StoredMessage, type StoredSession } from "./account.ts";

/** Who a socket is. */
export interface Peer {
  readonly account: Account;
  readonly socket: Socket;
  readonly type: "user-scoped" | "session-scoped" | "machine-scoped";
  readonly sessionId: string | undefined;
  readonly machineId: string | undefined;
}

/** Base64. */
export interface Challenge {
  readonly publicKey: string;
  readonly challenge: string;
  readonly signature: string;
}

/** The accounts of a server and who is connected. */
export class World {
  readonly peers: Set<Peer> = new Set();
  /** Who answers which calls, by account and method. */
  readonly listeners: Map<Account, Map<string, Socket>> = new Map();
  readonly changes: Changes = new Changes();
  /** How often clients have connected. */
  connections = 0;
  /** While true nothing is told to clients: they miss it. */
  isMute = false;
  readonly #accounts = new Map<string, Account>();

  /** The account of this key, made if need be; undefined when the signature is not its. */
  signIn({ publicKey, challenge, signature }: Challenge): string | undefined {
    const [key, text, signed] = [publicKey, challenge, signature].map(
      (part) => new Uint8Array(Buffer.from(part, "base64")),
    );
    if (key === undefined || text === undefined || signed === undefined) return undefined;
    if (!nacl.sign.detached.verify(text, signed, key)) return undefined;
    const account = this.#accounts.get(publicKey) ?? new Account();
    this.#accounts.set(publicKey, account);
    return account.token;
  }

  accountOf(token: string | undefined): Account | undefined {
    return [...this.#accounts.values()].find((account) => account.token === token);
  }

  listenersOf(account: Account): Map<string, Socket> {
    const listeners = this.listeners.get(account) ?? new Map<string, Socket>();
    this.listeners.set(account, listeners);
    return listeners;
  }

  enter(peer: Peer): void {
    this.peers.add(peer);
    if (peer.type === "user-scoped") this.connections += 1;
    this.changes.made();
  }

  leave(peer: Peer): void {
    this.peers.delete(peer);
    this.changes.made();
  }

  /** To everybody who is interested in the session, except `sender`. */
  tellMessage(account: Account, sid: string, { message, sender }: { message: StoredMessage; sender?: Socket }): void {
    this.tellUpdate(account, { t: "new-message", sid, message }, { sessionId: sid, sender });
  }

  tellUpdate(
    account: Account,
    body: object,
    { sessionId, sender }: { readonly sessionId?: string; readonly sender?: Socket | undefined } = {},
  ): void {
    const update = { id: randomBytes(6).toString("base64url"), seq: account.nextUpdate(), body, createdAt: Date.now() };
    for (const peer of this.peers) {
      const isInterested = peer.type === "user-scoped" || (sessionId !== undefined && peer.sessionId === sessionId);
      if (peer.account === account && isInterested && peer.socket !== sender) this.#emit(peer, "update", update);
    }
  }

  /** Only sockets for the whole account get these. */
  tellEphemeral(account: Account, payload: object): void {
    for (const peer of this.peers) {
      if (peer.account === account && peer.type === "user-scoped") this.#emit(peer, "ephemeral", payload);
    }
  }

  endSession(account: Account, session: StoredSession): void {
    Object.assign(session, { active: false, activeAt: Date.now() });
    const { id, activeAt } = session;
    this.tellEphemeral(account, { type: "activity", id, active: false, activeAt, thinking: false });
  }

  #emit({ socket, type }: Peer, event: string, payload: object): void {
    if (!this.isMute || type !== "user-scoped") socket.emit(event, payload);
  }
}
