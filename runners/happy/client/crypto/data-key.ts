import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import nacl from "tweetnacl";
import { EncryptionError } from "../errors.ts";
import { fromBase64, toBase64 } from "./base64.ts";
import type { Cipher } from "./cipher.ts";
import { jsonBytes, parseJsonBytes } from "./json-bytes.ts";

/** Of ciphertexts and of sealed keys. */
const version = 0;
const nonceBytes = 12;
const tagBytes = 16;

/** The present encryption: `0x00 | nonce(12) | AES-256-GCM | tag(16)`, with a key for each session and each machine. */
export function dataKeyCipher(key: Uint8Array): Cipher {
  return {
    variant: "data-key",
    encrypt(value) {
      const nonce = randomBytes(nonceBytes);
      const aes = createCipheriv("aes-256-gcm", key, nonce);
      const sealed = Buffer.concat([aes.update(jsonBytes(value)), aes.final()]);
      return toBase64(Buffer.concat([Buffer.from([version]), nonce, sealed, aes.getAuthTag()]));
    },
    decrypt(text) {
      const bytes = fromBase64(text);
      if (bytes.length < 1 + nonceBytes + tagBytes || bytes[0] !== version)
        throw new EncryptionError("this is not encrypted with a data key, or with a newer kind of encryption");
      return parseJsonBytes(openAes(bytes, key));
    },
  };
}

/**
 * The key of a record, from its `dataEncryptionKey`: base64 of `0x00 | ephemeral public key(32) | nonce(24) | box`. Undefined when it was
 * sealed to another key pair.
 */
export function openDataKey(sealed: string, contentSecretKey: Uint8Array): Uint8Array | undefined {
  const bytes = fromBase64(sealed);
  const { publicKeyLength, nonceLength } = nacl.box;
  const boxAt = 1 + publicKeyLength + nonceLength;
  if (bytes.length <= boxAt || bytes[0] !== version) return undefined;
  const publicKey = bytes.subarray(1, 1 + publicKeyLength);
  const nonce = bytes.subarray(1 + publicKeyLength, boxAt);
  const key = nacl.box.open(bytes.subarray(boxAt), nonce, publicKey, contentSecretKey);
  return key?.length === 32 ? key : undefined;
}

function openAes(bytes: Uint8Array, key: Uint8Array): Uint8Array {
  const tagAt = bytes.length - tagBytes;
  const aes = createDecipheriv("aes-256-gcm", key, bytes.subarray(1, 1 + nonceBytes));
  aes.setAuthTag(bytes.subarray(tagAt));
  try {
    return Buffer.concat([aes.update(bytes.subarray(1 + nonceBytes, tagAt)), aes.final()]);
  } catch (cause) {
    throw new EncryptionError("this can't be decrypted with the record's key", { cause });
  }
}
