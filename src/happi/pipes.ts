import { PassThrough, pipeline, type Readable, type Writable } from "node:stream";
import { splitLines } from "../wire/lines.ts";
import type { HappiPipes } from "./serve.ts";

/** As much is read ahead while a request is being answered, for clients that write everything before they read anything. */
const readAheadBytes = 16 << 20;
/** Prompts may be long. A line beyond that is refused as a whole: cut in its middle, it would be another prompt. */
const maxLineBytes = 64 << 20;
/** How long a reader may take for the last words once everything is to end, in milliseconds. */
const lastWordsMs = 500;

/** The pipes of a process. When `signal` aborts, the input ends and a reader that takes nothing is not waited for. */
export function openPipes(input: Readable, output: Writable, signal: AbortSignal): HappiPipes {
  const ahead = new PassThrough({ highWaterMark: readAheadBytes });
  // What ends the input early, the abort among it, shows as its end.
  pipeline(input, ahead, () => {});
  signal.addEventListener("abort", () => ahead.destroy(), { once: true });
  if (signal.aborted) ahead.destroy();
  output.on("error", () => {});
  return {
    lines: splitLines(untilEnd(ahead), { softBytes: maxLineBytes, hardBytes: 0 }),
    write: (line) => writeLine(output, line, signal),
  };
}

async function* untilEnd(input: Readable): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    for await (const chunk of input) yield chunk;
  } catch {
    // Broken or closed by us: there is nothing more either way.
  }
}

/** Line by line: the next one is only made when this one was taken. */
function writeLine(output: Writable, line: string, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined;
    const giveUp = (): void => {
      timer = setTimeout(() => settle(false), lastWordsMs);
    };
    const settle = (isTaken: boolean): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", giveUp);
      resolve(isTaken);
    };
    signal.addEventListener("abort", giveUp, { once: true });
    if (signal.aborted) giveUp();
    output.write(line, (error) => settle(error === null || error === undefined));
  });
}
