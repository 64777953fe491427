import { fieldsAt, flagAt, numberAt, textAt, type Fields } from "../../src/runner/fields.ts";
import type { ErrorEnvelope, WorkerEvent } from "./messages.ts";

type Decoder = (fields: Fields) => WorkerEvent;

/** By name. Heartbeats, and what is not known here, are nothing to do. */
const decoders: ReadonlyMap<string, Decoder> = new Map<string, Decoder>([
  ["content_delta", (fields) => ({ type: "content_delta", text: textAt(fields, "text") ?? "" })],
  ["tool_start", (fields) => ({ type: "tool_start", name: nameAt(fields), args: fieldsAt(fields, "args") })],
  [
    "tool_end",
    (fields) => ({ type: "tool_end", name: nameAt(fields), preview: textAt(fields, "result_preview") ?? "" }),
  ],
  ["usage", (counts) => ({ type: "usage", counts })],
  ["error", (fields) => ({ type: "error", error: decodeError(fields) })],
  ["permission_request", (fields) => decodePermission(fields, { isDenied: false })],
  ["permission_denied", (fields) => decodePermission(fields, { isDenied: true })],
  ["plan_complete", (fields) => ({ type: "plan_complete", plan: textAt(fields, "plan") ?? "" })],
  ["context_prune", (fields) => ({ type: "context", words: pruneWords(fields) })],
  ["context_compact", () => ({ type: "context", words: "context compacted" })],
  ["context_handoff", () => ({ type: "context", words: "context handed over" })],
]);

export function decodeEvent(fields: Fields): WorkerEvent {
  return decoders.get(textAt(fields, "event") ?? "")?.(fields) ?? { type: "quiet" };
}

/** The envelope that all errors come in. */
export function decodeError(fields: Fields): ErrorEnvelope {
  return {
    code: textAt(fields, "code") ?? "error",
    message: textAt(fields, "message") ?? "",
    retryable: flagAt(fields, "retryable"),
  };
}

function decodePermission(fields: Fields, { isDenied }: { readonly isDenied: boolean }): WorkerEvent {
  return { type: "permission", isDenied, name: nameAt(fields), reason: textAt(fields, "reason") ?? "" };
}

function nameAt(fields: Fields): string {
  return textAt(fields, "name") ?? "tool";
}

function pruneWords(fields: Fields): string {
  const [messages, before, after] = ["messages_pruned", "tokens_before", "tokens_after"].map((key) =>
    numberAt(fields, key),
  );
  const count = messages === undefined ? "" : ` by ${messages} ${messages === 1 ? "message" : "messages"}`;
  const sizes = before === undefined || after === undefined ? "" : `, from ${before} to ${after} tokens`;
  return `context pruned${count}${sizes}`;
}
