import { randomBytes } from "node:crypto";
import nacl from "tweetnacl";

/** Seals a key as machines do: `0x00 | ephemeral public key | nonce | box`, base64. */
export function sealKey(key: Uint8Array, contentPublicKey: Uint8Array): string {
  const ephemeral = nacl.box.keyPair();
  const nonce = new Uint8Array(randomBytes(nacl.box.nonceLength));
  const box = nacl.box(key, nonce, contentPublicKey, ephemeral.secretKey);
  return Buffer.concat([Buffer.from([0]), ephemeral.publicKey, nonce, box]).toString("base64");
}
