import type { RunId } from "../domain/run.ts";
import { formatCallbackData, type RunVerb } from "../routing/callback-data.ts";
import type { Button } from "./chat-port.ts";

/** Red for what ends a run, blue for what starts one. */
const STYLES: Partial<Record<RunVerb, Button["style"]>> = { cancel: "danger", resume: "primary", run: "primary" };

/** A button that does something to a run. */
export function runButton(runId: RunId, verb: RunVerb, label: string): Button {
  const style = STYLES[verb];
  return { label, data: formatCallbackData({ kind: "run", verb, runId }), ...(style !== undefined && { style }) };
}
