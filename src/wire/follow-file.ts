import { type FileHandle, open } from "node:fs/promises";
import type { DirectoryWatch } from "./directory-watch.ts";

/**
 * What is read at once: little where little is said, more and more where it is much. Buffers are collected late: with the big one for each
 * run, a burst of short runs leaves tens of MB behind.
 */
const firstChunkBytes = 4 << 10;
const longestChunkBytes = 64 << 10;

export interface FollowOptions {
  /** Of the directory the file is in. */
  readonly watch: DirectoryWatch;
  /** Whether nothing is written any more that counts. */
  readonly hasEnded: () => boolean;
  /** Called once, when all that was in the file at the beginning was taken by the reader. */
  readonly onCaughtUp: () => void;
}

/**
 * What is and will be in a file, from its beginning to its end, at the reader's pace. What is written after `hasEnded` was seen to be
 * true is left out: a process that the writer left behind may write for hours.
 */
export async function* followFile(
  path: string,
  { watch, hasEnded, onCaughtUp }: FollowOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const file = await open(path, "r");
  let buffer = Buffer.allocUnsafeSlow(firstChunkBytes);
  try {
    const { size: oldBytes } = await file.stat();
    let lastByte: number | undefined;
    for (let at = 0; ;) {
      if (at >= oldBytes) onCaughtUp();
      const { version } = watch;
      if (lastByte === undefined && hasEnded()) lastByte = (await file.stat()).size;
      const { bytesRead } = await readAt(file, buffer, { at, end: lastByte ?? Number.MAX_SAFE_INTEGER });
      at += bytesRead;
      // A copy: who reads may keep it, and only the bytes that were read.
      if (bytesRead > 0) yield Buffer.from(buffer.subarray(0, bytesRead));
      else if (lastByte !== undefined) return;
      else await watch.changedSince(version);
      if (bytesRead === buffer.length && bytesRead < longestChunkBytes) buffer = Buffer.allocUnsafeSlow(2 * bytesRead);
    }
  } finally {
    onCaughtUp();
    await file.close();
  }
}

function readAt(
  file: FileHandle,
  buffer: Buffer,
  { at, end }: { readonly at: number; readonly end: number },
): Promise<{ readonly bytesRead: number }> {
  return file.read(buffer, 0, Math.min(buffer.length, Math.max(0, end - at)), at);
}
