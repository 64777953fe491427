import { randomBytes } from "node:crypto";
import nacl from "tweetnacl";
import { EncryptionError } from "../errors.ts";
import { fromBase64, toBase64 } from "./base64.ts";
import type { Cipher } from "./cipher.ts";
import { jsonBytes, parseJsonBytes } from "./json-bytes.ts";

const { nonceLength } = nacl.secretbox;

/** The older encryption: `nonce(24) | secretbox`, with the account's secret as the key of everything. */
export function legacyCipher(key: Uint8Array): Cipher {
  return {
    variant: "legacy",
    encrypt(value) {
      const nonce = new Uint8Array(randomBytes(nonceLength));
      return toBase64(Buffer.concat([nonce, nacl.secretbox(jsonBytes(value), nonce, key)]));
    },
    decrypt(text) {
      const bytes = fromBase64(text);
      const opened =
        bytes.length < nonceLength + nacl.secretbox.overheadLength
          ? null
          : nacl.secretbox.open(bytes.subarray(nonceLength), bytes.subarray(0, nonceLength), key);
      if (opened === null) throw new EncryptionError("this can't be decrypted with the account's secret");
      return parseJsonBytes(opened);
    },
  };
}
