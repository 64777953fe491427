import { createHash, randomInt } from "node:crypto";
import type { Store } from "../bridge/ports.ts";

/** Without what is read wrongly from a screen: I and 1, L, O and 0. */
const ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789";

const CODE_CHARS = 8;

/** One hour. */
const VALID_MS = 3_600_000;

/** Opens the pairing with a new one-time code, replacing any other. Only the code's hash is kept; it is valid for one hour. */
export function openPairing(store: Pick<Store, "openPairing">, now: number): string {
  const code = Array.from({ length: CODE_CHARS }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join("");
  store.openPairing(createHash("sha256").update(code).digest("hex"), now + VALID_MS);
  return code;
}
