import type { OutputLine } from "../wire/lines.ts";
import { dispatch } from "./dispatch.ts";
import { readEnvelope, type Incoming } from "./envelope.ts";
import { formatEvent, type HappiBody } from "./happi-event.ts";
import type { HappiHost } from "./happi-host.ts";

/** Where requests come from and events go. */
export interface HappiPipes {
  readonly lines: AsyncIterable<OutputLine>;
  /** Resolves when the reader's side took the line: false when nobody reads any more. */
  readonly write: (line: string) => Promise<boolean>;
}

/**
 * Answers one request after the other until the input ends, nobody reads the events any more, or the host's signal aborts. When it
 * resolves, no engine is left. Never rejects.
 */
export async function serve({ lines, write }: HappiPipes, host: HappiHost): Promise<void> {
  for await (const line of lines) {
    const isRead = await answerLine(readEnvelope(line), { write, host });
    if (!isRead || host.signal.aborted) return;
  }
}

interface Answering {
  readonly write: HappiPipes["write"];
  readonly host: HappiHost;
}

/** False when nobody reads the answer. */
async function answerLine(incoming: Incoming, { write, host }: Answering): Promise<boolean> {
  const identity = incoming.kind === "request" ? incoming.envelope : incoming.identity;
  const beganAt = performance.now();
  let isOver = false;
  const emit = (body: HappiBody): Promise<boolean> => {
    isOver = body.type === "completed" || body.type === "error";
    return write(host.cover(formatEvent(identity, Math.floor(performance.now() - beganAt), body)));
  };
  try {
    for await (const body of dispatch(incoming, host)) {
      if (!(await emit(body))) return false;
    }
    return true;
  } catch (error) {
    // A fault of ours must not cost the requests that follow.
    const message = error instanceof Error ? error.message : String(error);
    if (!isOver) return await emit({ type: "error", code: "runtime_error", message });
    host.warn(message);
    return true;
  }
}
