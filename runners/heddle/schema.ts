import { parseFields, fieldsAt, isFields, textAt, type Fields } from "../../src/runner/fields.ts";
import { decodeError, decodeEvent } from "./decode-event.ts";
import type { ErrorEnvelope, EventMessage, ResultMessage, WorkerMessage } from "./messages.ts";

const unknownId = "unknown";

/** One line of the worker's stdout. `undefined`: not a JSON object with a `type`. */
export function decodeLine(line: string): WorkerMessage | undefined {
  const fields = parseFields(line);
  if (fields === undefined) return undefined;
  switch (textAt(fields, "type")) {
    case "event":
      return decodeEventMessage(fields);
    case "result":
      return decodeResult(fields);
    case "init_ok":
      return {
        type: "init_ok",
        id: textAt(fields, "id") ?? unknownId,
        sessionId: textAt(fields, "session_id") ?? "",
        version: textAt(fields, "protocol_version"),
        ...errorAt(fields),
      };
    case undefined:
      return undefined;
    default:
      return { type: "other", id: textAt(fields, "id") };
  }
}

/** A line too long to be kept, by its beginning: a result repeats the arguments of all tool calls, and counts all the same. */
export function decodeHead(head: string): ResultMessage | undefined {
  const { id, status } = /^\{"type":"result","id":"(?<id>[^"]*)","status":"(?<status>\w+)"/u.exec(head)?.groups ?? {};
  return id === undefined ? undefined : { type: "result", id, ok: status === "ok", response: "", usage: {} };
}

function decodeResult(fields: Fields): ResultMessage {
  const failed = errorAt(fields);
  const status = textAt(fields, "status");
  return {
    type: "result",
    id: textAt(fields, "id") ?? unknownId,
    ok: status === undefined ? failed.error === undefined : status === "ok",
    response: textAt(fields, "response") ?? "",
    usage: fieldsAt(fields, "usage"),
    ...failed,
  };
}

function errorAt(fields: Fields): { readonly error?: ErrorEnvelope } {
  return isFields(fields["error"]) ? { error: decodeError(fields["error"]) } : {};
}

function decodeEventMessage(fields: Fields): EventMessage {
  return { type: "event", sendId: textAt(fields, "send_id"), event: decodeEvent(fieldsAt(fields, "event")) };
}
