import { StartError } from "../start-error.ts";

/** A place on a message's way at which a test can end the program. */
export interface FailPoint {
  readonly name: string;
  /** The arrow of the way of a message it lies on. */
  readonly arrow: string;
  /** What is durable when the program ends here, for people. */
  readonly durable: string;
  /** The call whose passing it is. */
  readonly at: Passing;
}

/** One side of a call of the journal or the chat; `of` narrows it to calls about this kind of message or this state. */
export interface Passing {
  readonly port: "store" | "chat";
  readonly calls: readonly string[];
  readonly when: "before" | "after";
  readonly of?: string;
}

const SENDS = ["send", "sendDocument"];

function beforeStore(call: string, of?: string): Passing {
  return { port: "store", calls: [call], when: "before", ...(of !== undefined && { of }) };
}

function afterStore(call: string, of?: string): Passing {
  return { port: "store", calls: [call], when: "after", ...(of !== undefined && { of }) };
}

function beforeChat(calls: readonly string[], of?: string): Passing {
  return { port: "chat", calls, when: "before", ...(of !== undefined && { of }) };
}

function afterChat(calls: readonly string[], of?: string): Passing {
  return { port: "chat", calls, when: "after", ...(of !== undefined && { of }) };
}

/** In the order in which a message passes them. */
export const FAIL_POINTS: readonly FailPoint[] = [
  ...along("update → inbox", [
    ["inbox.before", "nothing: Telegram still has the update", beforeStore("receiveUpdate")],
    ["inbox.received", "the update, not yet confirmed", afterStore("receiveUpdate")],
  ]),
  ...along("routing → run", [
    ["run.before", "the update, not yet handled", beforeStore("acceptRun")],
    ["run.queued", "the run, queued", afterStore("acceptRun")],
    ["inbox.handled", "the run; its update is done with", afterStore("finishUpdate")],
  ]),
  ...along("run → receipt", [
    ["receipt.sending", "the run; no receipt", beforeChat(SENDS, "receipt")],
    ["receipt.arrived", "the run; its receipt is visible but unknown", afterChat(SENDS, "receipt")],
    ["receipt.sent", "the run and its receipt", afterStore("linkMessage", "progress")],
  ]),
  ...along("run → schedule", [
    ["run.starting", "the run, queued", beforeStore("startRun")],
    ["run.started", "the run, running; no engine", afterStore("startRun")],
  ]),
  ...along("schedule → runner", [
    ["process.before", "the run, running; its engine works unrecorded", beforeStore("recordProcess")],
    ["process.recorded", "the engine's process", afterStore("recordProcess")],
  ]),
  ...along("runner → events", [
    ["session.before", "the engine's process, no session", beforeStore("bindSession")],
    ["session.bound", "the session of the run", afterStore("bindSession")],
  ]),
  ...along("events → decision", [
    ["decision.before", "nothing of what is asked", beforeStore("openDecision")],
    ["decision.asked", "what is asked, and its message", afterStore("openDecision")],
  ]),
  ...along("decision → outbox", [
    ["decision.sending", "its message, as being sent", afterStore("markSending", "decision")],
    ["decision.arrived", "its message, as being sent; it is visible", afterChat(SENDS, "decision")],
    ["decision.sent", "its message, as sent", afterStore("markSent", "decision")],
  ]),
  ...along("decision → runner", [
    ["decision.answered", "the answer; the engine has not got it", afterStore("answerDecision")],
    ["decision.taken", "that the engine has the answer", afterStore("settleDecision", "taken")],
  ]),
  ...along("events → progress", [
    ["edit.sending", "the run", beforeChat(["edit"], "progress")],
    ["edit.arrived", "the run; the edit is visible", afterChat(["edit"], "progress")],
  ]),
  ...along("progress → final", [
    ["final.before", "the run, running; the result only in memory", beforeStore("endRun", "done")],
    ["final.written", "the end, the answer and its messages", afterStore("endRun", "done")],
  ]),
  ...along("final → outbox", [
    ["final.sending", "the message, as being sent", afterStore("markSending", "final")],
    ["final.arrived", "the message, as being sent; it is visible", afterChat(SENDS, "final")],
    ["final.sent", "the message, as sent, with its session", afterStore("markSent", "final")],
    ["processes.forgotten", "that no process is left", afterStore("forgetProcesses")],
    ["progress.removing", "the removal, as being done", beforeChat(["delete"])],
    ["progress.removed", "the removal, as being done; it is visible", afterChat(["delete"])],
    ["progress.closed", "everything", afterStore("markSent", "delete")],
  ]),
  ...along("start → recovery", [
    ["recovery.begun", "what the last program left", beforeStore("resolveSending")],
    ["recovery.resent", "what is to be sent again", afterStore("resolveSending")],
    ["recovery.interrupted", "one more run, interrupted", afterStore("endRun", "interrupted")],
    ["recovery.corrected", "the ends of the runs", afterStore("openCards")],
    ["recovery.said", "a notice, as being sent", afterStore("markSending", "notice")],
  ]),
];

function along(arrow: string, points: readonly (readonly [name: string, durable: string, at: Passing])[]): FailPoint[] {
  return points.map(([name, durable, at]) => ({ name, arrow, durable, at }));
}

/** A fail point and at which passing of it the program ends, from 1. */
export interface ArmedFailPoint {
  readonly point: FailPoint;
  readonly hit: number;
}

/** Reads `name` or `name@hit`. Throws `StartError` for anything else. */
export function parseFailPoint(text: string): ArmedFailPoint {
  const [, name, hit = "1"] = /^([\w.]+)(?:@([1-9]\d*))?$/.exec(text) ?? [];
  const found = FAIL_POINTS.find((candidate) => candidate.name === name);
  if (found !== undefined) return { point: found, hit: Number(hit) };
  const known = FAIL_POINTS.map((candidate) => candidate.name).join(", ");
  throw new StartError(
    `TAKOPI_FAIL_POINT, which is for tests only, names no fail point with "${text}": unset it, or use NAME or NAME@HIT with one of ${known}`,
  );
}
