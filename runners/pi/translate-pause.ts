import type { ActionEvent } from "../../src/domain/event.ts";
import { wordedError } from "./failure.ts";
import type { CompactionEndLine, PiLine, RetryLine } from "./lines.ts";
import { engine, goesOn, mayEnd, type RunState, type Step } from "./state.ts";
import { remark, unchanged } from "../../src/runner/step.ts";

/** Pi repeats a call of the model that failed: what seemed to be the end was none. */
export function translateRetry(state: RunState, line: Extract<PiLine, { type: "retry" }>): Step {
  if (line.phase === "completed") return unchanged(line.ok ? state : mayEnd(state));
  return remark(goesOn(state), {
    title: retryTitle(line),
    level: "warning",
    detail: { of: line.of, attempt: line.attempt },
  });
}

/** Pi shortens the context, before the prompt or after the answer. */
export function translateCompaction(state: RunState, line: Extract<PiLine, { type: "compaction" }>): Step {
  if (line.phase === "started") {
    const begun = { ...goesOn(state), compactions: state.compactions + 1 };
    return { state: begun, events: [compactionEvent(begun, { title: "compacting context", phase: "started" })] };
  }
  const outcome = {
    title: compactionTitle(line),
    phase: "completed",
    ok: line.error === undefined && !line.isAborted,
  } as const;
  return { state: line.willRetry ? state : mayEnd(state), events: [compactionEvent(state, outcome)] };
}

function retryTitle({ attempt, most, delayMs, error }: RetryLine): string {
  const cause = error === undefined ? "a call of the model failed" : wordedError(error).replace(/\.$/u, "");
  const count = most === undefined ? `${attempt ?? "?"}` : `${attempt ?? "?"} of ${most}`;
  const delay = delayMs === undefined ? "" : ` in ${(delayMs / 1000).toFixed(1)} s`;
  return `${cause}; retry ${count}${delay}`;
}

function compactionEvent(
  { compactions }: RunState,
  { title, ...rest }: Pick<ActionEvent, "phase" | "ok"> & { readonly title: string },
): ActionEvent {
  const action = { id: `${engine}.compaction.${compactions}`, kind: "note", title, detail: {} } as const;
  return { type: "action", engine, action, ...rest };
}

function compactionTitle({ error, isAborted, tokensBefore }: CompactionEndLine): string {
  if (error !== undefined) return wordedError(error);
  if (isAborted) return "compacting the context was stopped";
  return `context compacted${tokensBefore === undefined ? "" : ` (it had ${tokensBefore} tokens)`}`;
}
