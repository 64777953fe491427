import { createHash } from "node:crypto";

/** SHA-256 of a pairing code as hex. Case, spaces, dashes and a leading `/start` do not count. */
export function pairingCodeHash(typed: string): string {
  const code = typed
    .replace(/^\/start\s+/i, "")
    .replace(/[\s-]/g, "")
    .toUpperCase();
  return createHash("sha256").update(code).digest("hex");
}
