import { createHash, randomUUID } from "node:crypto";

/**
 * The id under which the CLI files a user line, in the form of a UUID, and new for each: the same again for the same name, so that a line
 * is known after a restart. Random where there is no name.
 */
export function lineId(name: string | undefined): string {
  if (name === undefined) return randomUUID();
  const hex = createHash("sha256").update(name).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
