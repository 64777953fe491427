/** Repeatable random numbers from 0 up to `below`, whole ones. */
export function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** The bytes in pieces of random length, at most `maxBytes` each. */
export async function* inPieces(
  bytes: Buffer,
  maxBytes: number,
  random: (below: number) => number,
): AsyncGenerator<Buffer, void, undefined> {
  for (let start = 0; start < bytes.length;) {
    const end = start + 1 + random(maxBytes);
    // A copy, so that nobody can rely on the memory around it.
    yield Buffer.from(bytes.subarray(start, end));
    start = end;
  }
}
