import type { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";

const tickMs = 125;
/** Two quiet ticks end the output; eight do although something still writes. */
const settledTicks = 8;
const weightOfQuiet = 4;

/**
 * The output of a process, chunk by chunk, at the reader's pace. Ends at the end of the pipe, or soon after the process has exited
 * (250 ms of silence, a second when something else keeps writing): a process it left behind may hold the pipe for hours. What the
 * process itself wrote is read in any case. When the reader stops early, the rest is read and dropped, for a process with a
 * full or broken pipe can't finish in peace.
 */
export async function* readOutput(
  stdout: Readable,
  exited: Promise<unknown>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = { chunks: 0, hasEnded: false };
  void exited.then(() => closeWhenSettled(stdout, reader));
  try {
    for await (const chunk of stdout.iterator({ destroyOnReturn: false })) {
      reader.chunks += 1;
      yield chunk;
    }
  } catch {
    // Closed by us, or broken: the end of the output either way. How the process ended tells the rest.
  } finally {
    reader.hasEnded = true;
    stdout.resume();
  }
}

/** A tick counts only when the reader has taken all there was: a slow one loses nothing. */
async function closeWhenSettled(stdout: Readable, reader: { chunks: number; hasEnded: boolean }): Promise<void> {
  let settled = 0;
  while (!reader.hasEnded && settled < settledTicks) {
    const { chunks } = reader;
    await delay(tickMs, undefined, { ref: false });
    if (stdout.readableLength > 0) settled = 0;
    else settled += chunks === reader.chunks ? weightOfQuiet : 1;
  }
  if (!reader.hasEnded) stdout.destroy();
}
