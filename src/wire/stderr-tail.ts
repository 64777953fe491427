import type { Readable } from "node:stream";

const tailBytes = 8 * 1024;

/** Reads a program's stderr to its end and keeps the last 8 KB. The returned function gives them as text, from a line's beginning. */
export function keepTail(stderr: Readable): () => string {
  let tail = Buffer.alloc(0);
  let isCut = false;
  stderr.on("data", (chunk: Buffer) => {
    const joined = chunk.length >= tailBytes ? chunk : Buffer.concat([tail, chunk]);
    isCut ||= tail.length + chunk.length > tailBytes;
    tail = Buffer.from(joined.subarray(-tailBytes));
  });
  // A broken pipe is the end of stderr, no more.
  stderr.on("error", () => {});
  return () => lastLines(tail, isCut);
}

/** The end of a program's stderr as text. `isCut`: there was more before it; then the text begins with a line's beginning. */
export function lastLines(tail: Buffer, isCut: boolean): string {
  return (isCut ? fromLineStart(tail) : tail.toString("utf8")).trimEnd();
}

/** A line longer than the tail has no beginning in it: then the cut line is better than nothing. */
function fromLineStart(tail: Buffer): string {
  const text = tail.toString("utf8").replace(/^\uFFFD+/, "");
  const lineEnd = text.indexOf("\n");
  return lineEnd === -1 || lineEnd === text.length - 1 ? text : text.slice(lineEnd + 1);
}
