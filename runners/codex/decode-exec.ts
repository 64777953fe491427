import { decodeItem } from "./decode-item.ts";
import { fieldsAt, isFields, nameAt, textAt, type Fields } from "../../src/runner/fields.ts";
import type { CodexMessage, ItemPhase, TokenCounts } from "./messages.ts";

/** One line of `codex exec --json`. `undefined`: not a JSON object with a `type`. */
export function decodeExecLine(line: string): CodexMessage | undefined {
  const fields = parseJson(line);
  if (!isFields(fields)) return undefined;
  const type = textAt(fields, "type");
  return type === undefined ? undefined : decodeEvent(type, fields);
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function decodeEvent(type: string, fields: Fields): CodexMessage {
  switch (type) {
    case "thread.started": {
      const thread = nameAt(fields, "thread_id");
      return thread === undefined ? { type: "other", name: type } : { type: "thread", thread, meta: {} };
    }
    case "turn.started":
      return { type: "turn_started" };
    case "turn.completed":
      return { type: "turn_ended", status: "completed", usage: counts(fieldsAt(fields, "usage")) };
    case "turn.failed":
      return {
        type: "turn_ended",
        status: "failed",
        error: { message: textAt(fieldsAt(fields, "error"), "message") ?? "" },
      };
    case "error":
      return decodeError(textAt(fields, "message") ?? "");
    case "item.started":
      return decodeItemEvent("started", fields);
    case "item.updated":
      return decodeItemEvent("updated", fields);
    case "item.completed":
      return decodeItemEvent("completed", fields);
    default:
      return { type: "other", name: type };
  }
}

/** Only the words tell an error that ends the turn from one that is tried again. */
function decodeError(message: string): CodexMessage {
  return { type: "error", error: { message }, willRetry: message.startsWith("Reconnecting") };
}

function decodeItemEvent(phase: ItemPhase, fields: Fields): CodexMessage {
  const fieldsOfItem = fieldsAt(fields, "item");
  const item = decodeItem(fieldsOfItem);
  if (item === undefined) return { type: "other", name: `item/${textAt(fieldsOfItem, "type") ?? "?"}` };
  return { type: "item", phase, item };
}

function counts(usage: Fields): TokenCounts {
  const numbers = Object.entries(usage).filter((entry): entry is [string, number] => typeof entry[1] === "number");
  return Object.fromEntries(numbers);
}
