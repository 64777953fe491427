import { fieldsAt, flagAt, isFields, textAt, type Fields } from "../../../../src/runner/fields.ts";
import type { Place, TurnEvent, TurnStatus } from "../turn-event.ts";

/** The session protocol of CLI 1.x: one event in an envelope that says whose it is. */
export function decodeSession(envelope: Fields): readonly TurnEvent[] {
  const ev = fieldsAt(envelope, "ev");
  const type = textAt(ev, "t") ?? "event";
  const event = decoders.get(type)?.(ev, placeOf(envelope), envelope) ?? { type: "unknown", name: `session/${type}` };
  const { usage } = envelope;
  return isFields(usage) ? [event, { type: "usage", usage }] : [event];
}

/** Undefined: without the fields that make it one. */
type Decoder = (ev: Fields, place: Place, envelope: Fields) => TurnEvent | undefined;

const decoders: ReadonlyMap<string, Decoder> = new Map<string, Decoder>([
  ["turn-start", (_, place) => ({ type: "turn_start", ...place })],
  ["turn-end", (ev, place) => ({ type: "turn_end", status: statusOf(textAt(ev, "status")), ...place })],
  ["text", decodeText],
  ["service", (ev, place) => ({ type: "service", text: textAt(ev, "text") ?? "", ...place })],
  ["tool-call-start", toolStart],
  ["tool-call-end", toolEnd],
  ["file", (ev, place) => ({ type: "file", name: textAt(ev, "name") ?? "file", ...place })],
  ["start", (ev, place) => ({ type: "subagent_start", ...titleOf(ev), ...place })],
  ["stop", (_, place) => ({ type: "subagent_end", ...place })],
]);

function placeOf(envelope: Fields): Place {
  const turn = textAt(envelope, "turn");
  const subagent = textAt(envelope, "subagent");
  return { ...(turn !== undefined && { turn }), ...(subagent !== undefined && { subagent }) };
}

function statusOf(status: string | undefined): TurnStatus {
  return status === "failed" || status === "cancelled" ? status : "completed";
}

/** That of a user was typed in the session's terminal, or is an older session's, told anew. */
function decodeText(ev: Fields, place: Place, envelope: Fields): TurnEvent {
  const text = textAt(ev, "text") ?? "";
  if (textAt(envelope, "role") === "user") return { type: "prompt", text };
  return { type: "text", text, isThought: flagAt(ev, "thinking"), ...place };
}

function titleOf(ev: Fields): { title?: string } {
  const title = textAt(ev, "title");
  return title === undefined ? {} : { title };
}

function toolStart(ev: Fields, place: Place): TurnEvent | undefined {
  const call = textAt(ev, "call");
  const name = textAt(ev, "name") ?? "tool";
  return call === undefined
    ? undefined
    : { type: "tool_start", call, name, input: fieldsAt(ev, "args"), ...titleOf(ev), ...place };
}

/** Output and error came with a version after 1.2.5. */
function toolEnd(ev: Fields, place: Place): TurnEvent | undefined {
  const call = textAt(ev, "call");
  if (call === undefined) return undefined;
  const output = textAt(ev, "output");
  return {
    type: "tool_end",
    call,
    ...(output !== undefined && { output }),
    ...(flagAt(ev, "isError") && { isError: true }),
    ...place,
  };
}
