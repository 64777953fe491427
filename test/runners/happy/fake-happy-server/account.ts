import { randomBytes } from "node:crypto";

/** A session as the server keeps it: nothing of it can be read without its key. */
export interface StoredSession {
  readonly id: string;
  readonly tag: string;
  seq: number;
  active: boolean;
  activeAt: number;
  readonly createdAt: number;
  updatedAt: number;
  metadata: string;
  metadataVersion: number;
  agentState: string | null;
  agentStateVersion: number;
  readonly dataEncryptionKey: string | null;
  readonly messages: StoredMessage[];
}

export interface StoredMessage {
  readonly id: string;
  readonly seq: number;
  readonly content: { readonly t: "encrypted"; readonly c: string };
  readonly localId: string | null;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface StoredMachine {
  readonly id: string;
  metadata: string;
  metadataVersion: number;
  daemonState: string | null;
  daemonStateVersion: number;
  readonly dataEncryptionKey: string | null;
  readonly seq: number;
  active: boolean;
  activeAt: number;
  readonly createdAt: number;
  updatedAt: number;
}

/** Everything of one account. */
export class Account {
  readonly token: string = `token-${randomBytes(12).toString("hex")}`;
  readonly sessions: Map<string, StoredSession> = new Map();
  readonly machines: Map<string, StoredMachine> = new Map();
  #updates = 0;

  nextUpdate(): number {
    this.#updates += 1;
    return this.#updates;
  }

  /** The one with this tag, if there is one. */
  makeSession(given: { tag: string; metadata: string; dataEncryptionKey: string | null }): {
    session: StoredSession;
    isNew: boolean;
  } {
    const known = [...this.sessions.values()].find((session) => session.tag === given.tag);
    if (known !== undefined) return { session: known, isNew: false };
    const now = Date.now();
    const session: StoredSession = {
      ...given,
      id: newId(),
      seq: 0,
      active: true,
      activeAt: now,
      createdAt: now,
      updatedAt: now,
      metadataVersion: 0,
      // What is sent along is not kept.
      agentState: null,
      agentStateVersion: 0,
      messages: [],
    };
    this.sessions.set(session.id, session);
    return { session, isNew: true };
  }

  makeMachine(given: Pick<StoredMachine, "id" | "metadata" | "daemonState" | "dataEncryptionKey">): StoredMachine {
    const known = this.machines.get(given.id);
    if (known !== undefined) return known;
    const now = Date.now();
    const times = { activeAt: now, createdAt: now, updatedAt: now };
    const machine = { ...given, metadataVersion: 1, daemonStateVersion: 1, seq: 0, active: false, ...times };
    this.machines.set(machine.id, machine);
    return machine;
  }

  /** Undefined when one with this `localId` is there already. */
  addMessage(session: StoredSession, content: string, localId: string | null): StoredMessage | undefined {
    if (localId !== null && findByLocalId(session, localId) !== undefined) return undefined;
    const now = Date.now();
    session.seq += 1;
    session.updatedAt = now;
    const times = { createdAt: now, updatedAt: now };
    const message = {
      id: newId(),
      seq: session.seq,
      content: { t: "encrypted", c: content } as const,
      localId,
      ...times,
    };
    session.messages.push(message);
    return message;
  }
}

export function findByLocalId(session: StoredSession, localId: string): StoredMessage | undefined {
  return session.messages.find((message) => message.localId === localId);
}

let ids = 0;

/** Ids that sort in the order in which they were made, as those of the real server. */
export function newId(): string {
  ids += 1;
  return `cm${Date.now().toString(36)}${ids.toString(36).padStart(6, "0")}${randomBytes(4).toString("hex")}`;
}
