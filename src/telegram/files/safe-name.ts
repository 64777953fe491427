import { beginning } from "../../domain/clipped.ts";

/** Room is left for a number in what file systems take: 255 bytes. */
const MAX_BYTES = 180;
const MAX_EXTENSION_CHARS = 20;

/** A file's name as somebody else chose it, as one that can stand in a directory; undefined where nothing of it is left. */
export function safeFileName(name: string): string | undefined {
  const base = name.normalize("NFC").split(/[/\\]/).at(-1) ?? "";
  // Control characters, and those that turn the direction of writing or take no room.
  const plain = base.replace(/[\p{C}\u2028\u2029]/gu, "").trim();
  // Programs would take it for a flag.
  const named = plain.replace(/^-/, "_");
  return /^\.*$/.test(named) ? undefined : shortened(named);
}

/** `name-2.ext` for `name.ext`. */
export function numbered(name: string, number: number): string {
  const { stem, extension } = splitName(name);
  return `${stem}-${number}${extension}`;
}

function shortened(name: string): string {
  const { stem, extension } = splitName(name);
  let short = beginning(stem, MAX_BYTES);
  while (Buffer.byteLength(short + extension) > MAX_BYTES) short = beginning(short, short.length - 1);
  return short + extension;
}

function splitName(name: string): { readonly stem: string; readonly extension: string } {
  const at = name.lastIndexOf(".");
  const isExtension = at > 0 && name.length - at <= MAX_EXTENSION_CHARS;
  return isExtension ? { stem: name.slice(0, at), extension: name.slice(at) } : { stem: name, extension: "" };
}
