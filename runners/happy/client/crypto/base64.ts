import { EncryptionError } from "../errors.ts";

/** Standard base64 with padding, as everything on Happy's wire is. */
export function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}

/** Also reads the form for URLs, and text without padding. Throws `EncryptionError` for what is neither. */
export function fromBase64(text: string): Uint8Array {
  if (!/^[\w+/-]*={0,2}$/u.test(text)) throw new EncryptionError("this is not base64");
  return new Uint8Array(Buffer.from(text, "base64"));
}
