/** Encrypts JSON values with one key, and reads what others encrypted with it. */
export interface Cipher {
  readonly variant: "legacy" | "data-key";
  /** The ciphertext as base64. `undefined` is encrypted as `null`, for JSON has no other word for it. */
  encrypt(value: unknown): string;
  /** Throws `EncryptionError` when the text is damaged, or was encrypted with another key. */
  decrypt(text: string): unknown;
}
