/** Bytes that are collected, and changed on the way. */
export interface ByteSink {
  length(): number;
  /** A view, valid until the next change. */
  bytes(): Buffer;
  append(bytes: Buffer): void;
  remove(at: number, count: number): void;
  insert(at: number, bytes: Buffer): void;
  /** Drops the rest, and the room it took. */
  truncate(length: number): void;
}

/** Copies what is appended: slices of the chunks themselves would keep all of each chunk in memory. */
export function createByteSink(): ByteSink {
  let buffer = Buffer.allocUnsafe(256 * 1024);
  let length = 0;

  function reserve(count: number): void {
    if (length + count <= buffer.length) return;
    const grown = Buffer.allocUnsafe(Math.max(buffer.length * 2, length + count));
    buffer.copy(grown, 0, 0, length);
    buffer = grown;
  }

  return {
    length: () => length,
    bytes: () => buffer.subarray(0, length),
    append(bytes) {
      reserve(bytes.length);
      length += bytes.copy(buffer, length);
    },
    remove(at, count) {
      buffer.copyWithin(at, at + count, length);
      length -= count;
    },
    insert(at, bytes) {
      reserve(bytes.length);
      buffer.copyWithin(at + bytes.length, at, length);
      bytes.copy(buffer, at);
      length += bytes.length;
    },
    truncate(end) {
      buffer = Buffer.from(buffer.subarray(0, Math.min(end, length)));
      length = buffer.length;
    },
  };
}
