import { createSqueezer, type Squeezer } from "./squeeze.ts";

/** One line of a program's output. `oversize`: too long even with its long strings cut; `head` is its first KB, `bytes` its length. */
export type OutputLine =
  | { readonly kind: "line"; readonly text: string }
  | { readonly kind: "oversize"; readonly bytes: number; readonly head: string };

/** How long a line may be, in bytes. */
export interface LineLimits {
  /** A line up to this length is kept whole. Default 4 MiB. */
  readonly softBytes: number;
  /** A longer line has the middle of its long strings cut; one that is still longer than this is `oversize`. Default 8 MiB. */
  readonly hardBytes: number;
}

const defaultLimits: LineLimits = { softBytes: 4 << 20, hardBytes: 8 << 20 };
const newline = 0x0a;
const carriageReturn = 0x0d;

/**
 * Splits output into lines, at `\n` bytes only: Node's readline also splits at U+2028, which is legal inside JSON strings. One
 * `\r` before the `\n` goes with it, blank lines are skipped, a last line without `\n` counts. Holds at most one line.
 *
 * Beyond `softBytes` a line is taken for JSON: it stays one valid line, but a string longer than some 100 KB loses its middle,
 * with `…[199 MB cut]…` in its place.
 */
export async function* splitLines(
  chunks: AsyncIterable<Uint8Array>,
  limits: Partial<LineLimits> = {},
): AsyncGenerator<OutputLine, void, undefined> {
  const allLimits = { ...defaultLimits, ...limits };
  const pending = createPendingLine(allLimits);
  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let start = 0;
    for (let end = bytes.indexOf(newline); end !== -1; end = bytes.indexOf(newline, start)) {
      const isWhole = pending.isEmpty() && end - start <= allLimits.softBytes;
      const line = isWhole ? decodeLine(bytes, start, end) : pending.finish(bytes.subarray(start, end));
      if (line !== undefined) yield line;
      start = end + 1;
    }
    if (start < bytes.length) pending.append(bytes.subarray(start));
  }
  const last = pending.finish(Buffer.alloc(0));
  if (last !== undefined) yield last;
}

interface PendingLine {
  isEmpty(): boolean;
  append(bytes: Buffer): void;
  /** The line that ends with these bytes, and a fresh start. Nothing for a blank one. */
  finish(bytes: Buffer): OutputLine | undefined;
}

function createPendingLine({ softBytes, hardBytes }: LineLimits): PendingLine {
  let pieces: Buffer[] = [];
  let length = 0;
  let squeezer: Squeezer | undefined;

  function append(bytes: Buffer): void {
    length += bytes.length;
    if (squeezer === undefined && length > softBytes) {
      squeezer = createSqueezer(hardBytes);
      for (const piece of pieces) squeezer.append(piece);
      pieces = [];
    }
    if (squeezer === undefined) pieces.push(bytes);
    else squeezer.append(bytes);
  }

  function finish(bytes: Buffer): OutputLine | undefined {
    append(bytes);
    const line =
      squeezer === undefined ? decodeLine(Buffer.concat(pieces, length), 0, length) : decodeSqueezed(squeezer, length);
    pieces = [];
    length = 0;
    squeezer = undefined;
    return line;
  }

  return { isEmpty: () => length === 0, append, finish };
}

function decodeLine(bytes: Buffer, start: number, end: number): OutputLine | undefined {
  const textEnd = end > start && bytes[end - 1] === carriageReturn ? end - 1 : end;
  const text = bytes.toString("utf8", start, textEnd);
  return /\S/.test(text) ? { kind: "line", text } : undefined;
}

function decodeSqueezed(squeezer: Squeezer, bytes: number): OutputLine | undefined {
  const squeezed = squeezer.finish();
  if (!squeezed.fits) return { kind: "oversize", bytes, head: squeezed.head };
  return decodeLine(squeezed.bytes, 0, squeezed.bytes.length);
}
