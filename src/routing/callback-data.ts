import { type RunId, toRunId } from "../domain/run.ts";

/** What a button of ours does to a run. */
export type PressVerb = "cancel" | "resume" | "run" | "discard";

export interface PressTarget {
  readonly verb: PressVerb;
  readonly runId: RunId;
}

const CALLBACK_DATA = /^v1:(?<verb>cancel|resume|run|discard):(?<runId>[0-9a-z]{12})$/;

/** At most 24 bytes of Telegram's 64; the state itself lives in the journal. */
export function formatCallbackData(target: PressTarget): string {
  return `v1:${target.verb}:${target.runId}`;
}

/** Undefined for data this version did not write: forged, or from an older or newer one. */
export function parseCallbackData(data: string): PressTarget | undefined {
  const groups = CALLBACK_DATA.exec(data)?.groups;
  const verb = VERBS.find((known) => known === groups?.["verb"]);
  const runId = groups?.["runId"];
  return verb === undefined || runId === undefined ? undefined : { verb, runId: toRunId(runId) };
}

const VERBS: readonly PressVerb[] = ["cancel", "resume", "run", "discard"];
