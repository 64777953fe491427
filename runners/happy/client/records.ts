import { isFields, textAt, type Fields } from "../../../src/runner/fields.ts";
import type { Cipher } from "./crypto/cipher.ts";
import type { RecordOpener } from "./crypto/record-cipher.ts";
import { EncryptionError } from "./errors.ts";
import type { MachineRecord, MessageRecord, SessionRecord } from "./schema.ts";

/** A session, decrypted. Times are milliseconds since 1970. */
export interface Session {
  readonly id: string;
  /** Whether the server takes its program for running. */
  readonly active: boolean;
  readonly activeAt: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** As the program wrote it: `path`, `host`, `machineId`, `flavor`, `summary {text}`, `name` and others. */
  readonly metadata: Fields;
  readonly metadataVersion: number;
  /** As the program wrote it: `controlledByUser`, `requests`, `completedRequests`; null before it wrote any. */
  readonly agentState: Fields | null;
}

/** A machine, decrypted. */
export interface Machine {
  readonly id: string;
  /** Whether the server takes its daemon for running. */
  readonly active: boolean;
  /** Milliseconds since 1970. */
  readonly activeAt: number;
  /** `host`, `platform`, `homeDir`, `happyCliVersion` and others. */
  readonly metadata: Fields;
  /** Whether the secret opens its sessions, too. It does not when it is the `machineKey` of an `access.key`. */
  readonly opensSessions: boolean;
}

/** A message of a session, decrypted. */
export interface Message {
  readonly id: string;
  /** Counts up within the session. */
  readonly seq: number;
  /** `role` and `content`, in one of several forms. */
  readonly content: Fields;
  /** What the sender called it. */
  readonly localId: string | null;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

/** A record together with what reads and writes it. */
export interface OpenedSession {
  readonly session: Session;
  readonly cipher: Cipher;
  readonly agentStateVersion: number;
}

export interface OpenedMachine {
  readonly machine: Machine;
  readonly cipher: Cipher;
}

/** Throws `EncryptionError` when the secret does not open it. */
export function openSessionRecord(opener: RecordOpener, record: SessionRecord): OpenedSession {
  const { cipher, metadata } = opener.open(record);
  const { id, active, activeAt, createdAt, updatedAt, metadataVersion, agentStateVersion } = record;
  const session: Session = {
    id,
    active,
    activeAt,
    createdAt,
    updatedAt,
    metadata: isFields(metadata) ? metadata : {},
    metadataVersion,
    agentState: readState(cipher, record.agentState),
  };
  return { session, cipher, agentStateVersion };
}

/** Throws `EncryptionError` when the secret does not open it. */
export function openMachineRecord(opener: RecordOpener, record: MachineRecord): OpenedMachine {
  const { cipher, metadata, isOwnKey } = opener.open(record);
  const { id, active, activeAt } = record;
  const plain = isFields(metadata) ? metadata : {};
  return { cipher, machine: { id, active, activeAt, metadata: plain, opensSessions: !isOwnKey } };
}

/** Throws `EncryptionError` when it was encrypted with another key. */
export function openMessage(cipher: Cipher, { id, seq, content, localId, createdAt }: MessageRecord): Message {
  const plain = cipher.decrypt(content.c);
  return { id, seq, content: isFields(plain) ? plain : {}, localId, createdAt };
}

/** The machine a session runs on. */
export function machineIdOf({ metadata }: Session): string | undefined {
  return textAt(metadata, "machineId");
}

/** A state that can't be read is less than no session. */
export function readState(cipher: Cipher, text: string | null): Fields | null {
  if (text === null) return null;
  try {
    const state = cipher.decrypt(text);
    return isFields(state) ? state : null;
  } catch (error) {
    if (error instanceof EncryptionError) return null;
    throw error;
  }
}
