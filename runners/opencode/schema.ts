import {
  callKey,
  type AskedQuestion,
  type EngineError,
  type OpencodeEvent,
  type Part,
  type PermissionEvent,
  type ToolPart,
} from "./events.ts";
import {
  parseFields,
  fieldsAt,
  flagAt,
  isFields,
  listAt,
  numberAt,
  nameAt,
  textAt,
  textsAt,
  type Fields,
} from "../../src/runner/fields.ts";

type Decoder = (properties: Fields, sessionId: string) => OpencodeEvent | undefined;

/** By type, for events that belong to a session. `undefined`: without the fields that make it one. */
const decoders: ReadonlyMap<string, Decoder> = new Map<string, Decoder>([
  ["session.created", decodeSession],
  ["message.updated", decodeMessage],
  ["message.part.updated", decodePart],
  ["session.status", decodeStatus],
  ["session.idle", (_, sessionId) => ({ type: "status", sessionId, status: "idle", attempt: undefined, message: "" })],
  ["session.compacted", (_, sessionId) => ({ type: "compacted", sessionId })],
  ["permission.asked", decodePermission],
  ["question.asked", decodeQuestion],
  ["permission.replied", decodeAnswered],
  ["question.replied", decodeAnswered],
  ["question.rejected", decodeAnswered],
]);

/** One event of `GET /event`. `undefined`: not a JSON object with a `type`. */
export function decodeEvent(data: string): OpencodeEvent | undefined {
  const fields = parseFields(data);
  const type = fields === undefined ? undefined : textAt(fields, "type");
  if (fields === undefined || type === undefined) return undefined;
  const properties = fieldsAt(fields, "properties");
  if (type === "session.error") return decodeError(properties);
  const sessionId = textAt(properties, "sessionID");
  const decoded = sessionId === undefined ? undefined : decoders.get(type)?.(properties, sessionId);
  return decoded ?? { type: "other", name: type };
}

/**
 * One line of `opencode run --format json`: what the server would have said. A line with a part is preceded by the message the part
 * belongs to, for that is not printed. Empty: not a JSON object with a `type`.
 */
export function decodeRunLine(line: string): readonly OpencodeEvent[] {
  const fields = parseFields(line);
  const name = fields === undefined ? undefined : textAt(fields, "type");
  if (fields === undefined || name === undefined) return [];
  if (name === "error") return [decodeError(fields)];
  const sessionId = nameAt(fields, "sessionID");
  const part = sessionId === undefined ? undefined : decodePart(fields, sessionId);
  if (part?.type !== "part" || sessionId === undefined) return [{ type: "other", name }];
  const message = { type: "message", sessionId, id: part.messageId, role: "assistant" } as const;
  return [{ ...message, parentId: undefined, isSummary: false }, part];
}

/** The session a line of `opencode run` is of. */
export function sessionOfRunLine(line: string): string | undefined {
  const fields = parseFields(line);
  return fields === undefined ? undefined : nameAt(fields, "sessionID");
}

function decodeSession(properties: Fields): OpencodeEvent | undefined {
  const info = fieldsAt(properties, "info");
  const id = textAt(info, "id");
  return id === undefined ? undefined : { type: "session", id, parentId: textAt(info, "parentID") };
}

function decodeMessage(properties: Fields, sessionId: string): OpencodeEvent | undefined {
  const info = fieldsAt(properties, "info");
  const id = textAt(info, "id");
  if (id === undefined) return undefined;
  return {
    type: "message",
    sessionId,
    id,
    role: textAt(info, "role") ?? "",
    parentId: textAt(info, "parentID"),
    isSummary: flagAt(info, "summary"),
  };
}

function decodePart(properties: Fields, sessionId: string): OpencodeEvent | undefined {
  const fields = fieldsAt(properties, "part");
  const messageId = textAt(fields, "messageID");
  const id = textAt(fields, "id");
  const kind = textAt(fields, "type");
  if (messageId === undefined || id === undefined || kind === undefined) return undefined;
  const part = partOf(kind, id, fields);
  return part === undefined ? { type: "other", name: `part/${kind}` } : { type: "part", sessionId, messageId, part };
}

function partOf(kind: string, id: string, fields: Fields): Part | undefined {
  switch (kind) {
    case "text": {
      const isSynthetic = flagAt(fields, "synthetic") || flagAt(fields, "ignored");
      return { type: "text", id, text: textAt(fields, "text") ?? "", isSynthetic };
    }
    case "reasoning": {
      const hasEnded = numberAt(fieldsAt(fields, "time"), "end") !== undefined;
      return { type: "reasoning", id, text: textAt(fields, "text") ?? "", hasEnded };
    }
    case "tool":
      return decodeTool(id, fields);
    case "step-finish": {
      const reason = textAt(fields, "reason") ?? "unknown";
      return {
        type: "step-finish",
        id,
        reason,
        tokens: fieldsAt(fields, "tokens"),
        cost: numberAt(fields, "cost") ?? 0,
      };
    }
    default:
      return undefined;
  }
}

function decodeTool(id: string, fields: Fields): ToolPart {
  const state = fieldsAt(fields, "state");
  return {
    type: "tool",
    id,
    tool: textAt(fields, "tool") ?? "tool",
    status: textAt(state, "status") ?? "",
    input: fieldsAt(state, "input"),
    output: textAt(state, "output") ?? "",
    error: textAt(state, "error"),
    title: textAt(state, "title") ?? "",
    metadata: fieldsAt(state, "metadata"),
    callId: textAt(fields, "callID") ?? "",
    isCompacted: numberAt(fieldsAt(state, "time"), "compacted") !== undefined,
  };
}

function decodeStatus(properties: Fields, sessionId: string): OpencodeEvent {
  const status = fieldsAt(properties, "status");
  return {
    type: "status",
    sessionId,
    status: textAt(status, "type") ?? "",
    attempt: numberAt(status, "attempt"),
    message: textAt(status, "message") ?? "",
  };
}

function decodeError(properties: Fields): OpencodeEvent {
  return {
    type: "error",
    sessionId: textAt(properties, "sessionID"),
    error: engineError(fieldsAt(properties, "error")),
  };
}

/** Of an event, or of the answer to a request. Headers and bodies of the API's answer are left out: they are for developers. */
export function engineError(error: Fields): EngineError {
  const data = fieldsAt(error, "data");
  return {
    name: textAt(error, "name") ?? textAt(error, "_tag") ?? "error",
    message: textAt(data, "message") ?? textAt(error, "message") ?? "",
    status: numberAt(data, "statusCode"),
  };
}

function decodePermission(properties: Fields, sessionId: string): PermissionEvent | undefined {
  const id = textAt(properties, "id");
  if (id === undefined) return undefined;
  const { messageID, callID } = fieldsAt(properties, "tool");
  return {
    type: "permission",
    id,
    sessionId,
    permission: textAt(properties, "permission") ?? "permission",
    patterns: textsAt(properties, "patterns"),
    always: textsAt(properties, "always"),
    metadata: fieldsAt(properties, "metadata"),
    call: typeof messageID === "string" && typeof callID === "string" ? callKey(messageID, callID) : undefined,
  };
}

function decodeQuestion(properties: Fields, sessionId: string): OpencodeEvent | undefined {
  const id = textAt(properties, "id");
  if (id === undefined) return undefined;
  return {
    type: "question",
    id,
    sessionId,
    questions: listAt(properties, "questions").filter(isFields).map(askedQuestion),
  };
}

/** Kept whatever is missing: the answers go back by their place in the list. */
function askedQuestion(question: Fields): AskedQuestion {
  return {
    text: textAt(question, "question") ?? textAt(question, "header") ?? "?",
    multiSelect: flagAt(question, "multiple"),
    allowFreeText: question["custom"] !== false,
    options: listAt(question, "options").flatMap(optionOf),
  };
}

function optionOf(item: unknown): AskedQuestion["options"] {
  if (!isFields(item)) return [];
  const label = textAt(item, "label");
  const description = textAt(item, "description");
  if (label === undefined) return [];
  return [{ label, ...(description === undefined ? {} : { description }) }];
}

function decodeAnswered(properties: Fields): OpencodeEvent | undefined {
  const id = textAt(properties, "requestID");
  return id === undefined ? undefined : { type: "answered", id };
}
