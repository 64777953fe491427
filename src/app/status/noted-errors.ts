import type { Clock, Log } from "../../bridge/ports.ts";
import type { NotedError } from "../../bridge/status/vitals.ts";
import { clipped } from "../../domain/clipped.ts";
import { redact } from "../secrets/redact.ts";

export interface NotedErrors {
  /** Writes to the given log and remembers the errors among it. */
  readonly log: Log;
  last(): NotedError | undefined;
}

const MAX_CHARS = 300;

/** A log whose latest error can be asked for. */
export function noteErrors(log: Log, { clock, secrets }: { clock: Clock; secrets: readonly string[] }): NotedErrors {
  let last: NotedError | undefined;
  const error: Log["error"] = (message, fields = {}) => {
    last = { at: clock.now(), message: clipped(redact(`${message}${causeOf(fields)}`, secrets), MAX_CHARS) };
    log.error(message, fields);
  };
  return {
    log: {
      debug: (message, fields) => log.debug(message, fields),
      info: (message, fields) => log.info(message, fields),
      warn: (message, fields) => log.warn(message, fields),
      error,
    },
    last: () => last,
  };
}

function causeOf({ error, reason }: Readonly<Record<string, unknown>>): string {
  const cause = error instanceof Error ? error.message : reason;
  return typeof cause === "string" ? ` (${cause.replace(/\s+/g, " ")})` : "";
}
