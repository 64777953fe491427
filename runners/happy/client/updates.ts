import { fieldsAt, flagAt, isFields, numberAt, textAt, type Fields } from "../../../src/runner/fields.ts";
import { messageRecordSchema, sessionRecordSchema, type MessageRecord, type SessionRecord } from "./schema.ts";

/** A value that the server keeps a version of. `value` is encrypted. */
export interface Versioned {
  readonly version: number;
  readonly value: string | null;
}

/** Something the server keeps has changed. */
export type Update =
  | { readonly type: "session_made"; readonly record: SessionRecord }
  | { readonly type: "message"; readonly sessionId: string; readonly record: MessageRecord }
  | {
      readonly type: "session_changed";
      readonly sessionId: string;
      readonly metadata?: Versioned;
      readonly agentState?: Versioned;
    }
  | { readonly type: "session_deleted"; readonly sessionId: string };

/** The server passes something on that it does not keep. */
export type Ephemeral =
  | {
      readonly type: "activity";
      readonly sessionId: string;
      readonly isActive: boolean;
      readonly isThinking: boolean;
    }
  | { readonly type: "machine"; readonly machineId: string; readonly isActive: boolean }
  /** `done`, `permission`, `question`. */
  | { readonly type: "notice"; readonly sessionId: string; readonly kind: string }
  | { readonly type: "usage"; readonly sessionId: string; readonly usage: Fields };

/** Undefined for what is not known here, and for what misses the fields that make it one. */
export function decodeUpdate(body: unknown): Update | undefined {
  if (!isFields(body)) return undefined;
  switch (body["t"]) {
    case "new-session": {
      const record = sessionRecordSchema.safeParse(body).data;
      return record && { type: "session_made", record };
    }
    case "new-message": {
      const record = messageRecordSchema.safeParse(body["message"]).data;
      const sessionId = textAt(body, "sid");
      return record === undefined || sessionId === undefined ? undefined : { type: "message", sessionId, record };
    }
    case "update-session":
      return decodeChange(body);
    case "delete-session": {
      const sessionId = textAt(body, "sid");
      return sessionId === undefined ? undefined : { type: "session_deleted", sessionId };
    }
    default:
      return undefined;
  }
}

/** Undefined for what is not known here. */
export function decodeEphemeral(payload: unknown): Ephemeral | undefined {
  if (!isFields(payload)) return undefined;
  const id = textAt(payload, "id") ?? textAt(payload, "sessionId");
  if (id === undefined) return undefined;
  switch (payload["type"]) {
    case "activity":
      return {
        type: "activity",
        sessionId: id,
        isActive: flagAt(payload, "active"),
        isThinking: flagAt(payload, "thinking"),
      };
    case "machine-activity":
      return { type: "machine", machineId: id, isActive: flagAt(payload, "active") };
    case "session-event":
      return { type: "notice", sessionId: id, kind: textAt(payload, "kind") ?? "" };
    case "usage":
      return {
        type: "usage",
        sessionId: id,
        usage: { tokens: fieldsAt(payload, "tokens"), cost: fieldsAt(payload, "cost") },
      };
    default:
      return undefined;
  }
}

function decodeChange(body: Fields): Update | undefined {
  const sessionId = textAt(body, "id");
  if (sessionId === undefined) return undefined;
  const metadata = versioned(body["metadata"]);
  const agentState = versioned(body["agentState"]);
  return { type: "session_changed", sessionId, ...(metadata && { metadata }), ...(agentState && { agentState }) };
}

function versioned(change: unknown): Versioned | undefined {
  if (!isFields(change)) return undefined;
  const version = numberAt(change, "version");
  return version === undefined ? undefined : { version, value: textAt(change, "value") ?? null };
}
