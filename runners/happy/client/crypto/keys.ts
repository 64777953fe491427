import { createHash, createHmac, randomBytes } from "node:crypto";
import nacl from "tweetnacl";
import { fromBase64 } from "./base64.ts";
import { AuthenticationError, EncryptionError } from "../errors.ts";

const keyBytes = 32;

/** A key of Happy's tree: `path` leads from the root for `usage`, each step hardened. All keys have 32 bytes. */
export function deriveKey(master: Uint8Array, usage: string, path: readonly string[]): Uint8Array {
  let node = hmacSha512(Buffer.from(`${usage} Master Seed`), master);
  for (const index of path) {
    const data = Buffer.concat([Buffer.from([0]), Buffer.from(index)]);
    node = hmacSha512(node.subarray(keyBytes), data);
  }
  return new Uint8Array(node.subarray(0, keyBytes));
}

/** The X25519 key pair to which the keys of an account's sessions and machines are sealed. */
export function contentKeyPair(accountSecret: Uint8Array): nacl.BoxKeyPair {
  const seed = deriveKey(accountSecret, "Happy EnCoder", ["content"]);
  const hash = createHash("sha512").update(seed).digest();
  return nacl.box.keyPair.fromSecretKey(new Uint8Array(hash.subarray(0, keyBytes)));
}

/** What proves to the server that somebody has the account's secret. */
export interface SignedChallenge {
  readonly publicKey: Uint8Array;
  readonly challenge: Uint8Array;
  readonly signature: Uint8Array;
}

export function signChallenge(
  accountSecret: Uint8Array,
  challenge: Uint8Array = new Uint8Array(randomBytes(keyBytes)),
): SignedChallenge {
  const { publicKey, secretKey } = nacl.sign.keyPair.fromSeed(accountSecret);
  return { publicKey, challenge, signature: nacl.sign.detached(challenge, secretKey) };
}

/** A secret as people keep it. Throws `AuthenticationError`, which never quotes it. */
export function decodeSecret(text: string): Uint8Array {
  const bytes = base64OrNothing(text.trim());
  if (bytes.length !== keyBytes)
    throw new AuthenticationError(
      "the Happy secret is not the base64 of 32 bytes; copy it whole from agent.key or access.key",
    );
  return bytes;
}

function base64OrNothing(text: string): Uint8Array {
  try {
    return fromBase64(text);
  } catch (error) {
    if (error instanceof EncryptionError) return new Uint8Array();
    throw error;
  }
}

function hmacSha512(key: Uint8Array, data: Uint8Array): Buffer {
  return createHmac("sha512", key).update(data).digest();
}
