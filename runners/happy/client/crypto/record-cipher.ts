import { EncryptionError } from "../errors.ts";
import type { Cipher } from "./cipher.ts";
import { dataKeyCipher, openDataKey } from "./data-key.ts";
import { contentKeyPair } from "./keys.ts";
import { legacyCipher } from "./legacy.ts";

/** What of a session's or machine's record its key is found with. */
export interface EncryptedRecord {
  readonly metadata: string;
  readonly dataEncryptionKey: string | null;
}

/** A record that could be read. */
export interface OpenedRecord {
  readonly cipher: Cipher;
  readonly metadata: unknown;
  /** The secret is this very record's key, and opens no other one. */
  readonly isOwnKey: boolean;
}

/**
 * Opens records with one 32-byte secret, which may be any of three things: the account's secret, which opens all; the `machineKey` of
 * an `access.key`, which opens that machine alone; or the secret of an older account, whose records have no keys of their own.
 */
export class RecordOpener {
  readonly #secret: Uint8Array;
  #contentSecretKey: Uint8Array | undefined;

  constructor(secret: Uint8Array) {
    this.#secret = secret;
  }

  /** Throws `EncryptionError` when no key fits. */
  open(record: EncryptedRecord): OpenedRecord {
    for (const { cipher, isOwnKey } of this.#candidates(record.dataEncryptionKey)) {
      const metadata = attempt(() => cipher.decrypt(record.metadata));
      if (metadata !== undefined) return { cipher, metadata, isOwnKey };
    }
    throw new EncryptionError(
      "this can't be read with the Happy secret given: use the account's secret (agent.key, written by happy-agent auth login)",
    );
  }

  #candidates(sealed: string | null): readonly Omit<OpenedRecord, "metadata">[] {
    if (sealed === null) return [{ cipher: legacyCipher(this.#secret), isOwnKey: false }];
    const key = attempt(() => openDataKey(sealed, this.#contentKey()));
    const own = { cipher: dataKeyCipher(this.#secret), isOwnKey: true };
    return key === undefined ? [own] : [{ cipher: dataKeyCipher(key), isOwnKey: false }, own];
  }

  #contentKey(): Uint8Array {
    this.#contentSecretKey ??= contentKeyPair(this.#secret).secretKey;
    return this.#contentSecretKey;
  }
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof EncryptionError) return undefined;
    throw error;
  }
}
