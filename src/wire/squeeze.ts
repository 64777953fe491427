import { createByteSink, type ByteSink } from "./byte-sink.ts";
import { createStringScanner, openUtf8Bytes } from "./string-scanner.ts";

/** What came of a long line. `head`: the first KB of a line that does not fit. */
type Squeezed = { readonly fits: true; readonly bytes: Buffer } | { readonly fits: false; readonly head: string };

/** Takes one long JSON line piece by piece and keeps it valid and short. */
export interface Squeezer {
  append(bytes: Buffer): void;
  finish(): Squeezed;
}

const headBytes = 1024;
/** How much of a long string stays at least, before and behind the cut. */
const keptBytes = 32 * 1024;
/** Cuts are looked for once per slice, so that the loop over the bytes stays small. */
const sliceBytes = 16 * 1024;

/**
 * Drops the middle of every string longer than some 100 KB. A cut never splits an escape, a surrogate pair written as two escapes,
 * or a UTF-8 sequence. When more than `hardBytes` remain, the line does not fit, and nothing but its head is kept.
 */
export function createSqueezer(hardBytes: number): Squeezer {
  const text = createStringScanner();
  const kept = createByteSink();
  let cut: Cut | undefined;
  let overflown = false;

  function appendSlice(slice: Buffer): void {
    let start = 0;
    while (start < slice.length) {
      const wasInString = text.inString();
      const end = text.scan(slice, start);
      kept.append(slice.subarray(start, end));
      start = end;
      if (text.inString() !== wasInString) {
        cut?.finish();
        cut = text.inString() ? createCut(kept) : undefined;
      }
    }
    cut?.advance(kept.length() - text.openBytes(kept.bytes()));
  }

  function append(bytes: Buffer): void {
    for (let start = 0; start < bytes.length && !overflown; start += sliceBytes) {
      appendSlice(bytes.subarray(start, start + sliceBytes));
      if (kept.length() > hardBytes) {
        overflown = true;
        kept.truncate(headBytes);
      }
    }
  }

  function finish(): Squeezed {
    return overflown ? { fits: false, head: decodeHead(kept.bytes()) } : { fits: true, bytes: kept.bytes() };
  }

  return { append, finish };
}

interface Cut {
  /** `boundary`: a place in what was kept where the string may be cut. */
  advance(boundary: number): void;
  /** The string has ended: writes the mark if anything was dropped. */
  finish(): void;
}

/** Keeps the beginning and a moving window at the end of the string that starts at the end of `kept`. */
function createCut(kept: ByteSink): Cut {
  const contentStart = kept.length();
  let headEnd: number | undefined;
  let windowStart = 0;
  let dropped = 0;

  function advance(boundary: number): void {
    if (headEnd === undefined) {
      if (boundary - contentStart < keptBytes) return;
      headEnd = boundary;
      windowStart = boundary;
    } else if (boundary - windowStart >= keptBytes) {
      const count = windowStart - headEnd;
      kept.remove(headEnd, count);
      dropped += count;
      windowStart = boundary - count;
    }
  }

  function finish(): void {
    if (headEnd !== undefined && dropped > 0) kept.insert(headEnd, Buffer.from(`…[${formatBytes(dropped)} cut]…`));
  }

  return { advance, finish };
}

function formatBytes(bytes: number): string {
  return bytes >= 1e6 ? `${Math.round(bytes / 1e6)} MB` : `${Math.max(1, Math.round(bytes / 1e3))} KB`;
}

function decodeHead(bytes: Buffer): string {
  return bytes.toString("utf8", 0, bytes.length - openUtf8Bytes(bytes));
}
