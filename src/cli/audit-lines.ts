import { cleanText } from "../render/clean-text.ts";
import type { AuditRow } from "../store/read-audit.ts";

/** What was done, in the past tense, by the verb in the journal. One that is not here is shown as it is. */
const VERBS: Readonly<Record<string, string>> = {
  cancel: "cancelled",
  choose: "chose",
  decide: "decided",
  discard: "discarded",
  pair: "tried to pair",
  prompt: "prompted",
  refuse: "was refused",
  resume: "resumed",
  reveal: "revealed a secret",
  run: "ran a held prompt",
  start: "started",
  steer: "steered",
  stop: "stopped",
};

const MAX_DETAIL_CHARS = 300;

/** One row as a line for people: when, who, what, and the rest of what is known. */
export function auditLine({ at, actor, name, verb, subject, detail = {} }: AuditRow): string {
  const who = name === undefined ? actor : `${name} (${actor})`;
  const { name: _shown, ...rest } = detail;
  const facts = Object.entries(rest).map(([key, value]) => `${key} ${valueText(value)}`);
  const what = [VERBS[verb] ?? verb, ...(subject === undefined ? [] : [subject]), ...facts];
  return `${timeText(at)}  ${oneLine(who)}  ${oneLine(what.join(" · "))}\n`;
}

/** One row as a line for programs. */
export function auditJson({ at, ...row }: AuditRow): string {
  return `${JSON.stringify({ at: new Date(at).toISOString(), ...row })}\n`;
}

/** Local time, as people read it off their own clock. */
function timeText(at: number): string {
  const date = new Date(at);
  const two = (value: number): string => String(value).padStart(2, "0");
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join("-");
  return `${day} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":")}`;
}

function valueText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** People choose their own names: none of them may move the cursor, break the line or turn it round. */
function oneLine(text: string): string {
  const line = cleanText(text)
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ")
    .trim();
  return line.length <= MAX_DETAIL_CHARS ? line : `${line.slice(0, MAX_DETAIL_CHARS)}…`;
}
