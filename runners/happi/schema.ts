import { parseFields, fieldsAt, isFields, listAt, textAt, type Fields } from "../../src/runner/fields.ts";

/** What a line says. `child`: the id of the envelope that was dispatched. */
export type HappiBody =
  | { readonly type: "started" }
  | { readonly type: "delta"; readonly text: string }
  | { readonly type: "tool_call"; readonly name: string; readonly input: Fields; readonly callId: string | undefined }
  | {
      readonly type: "tool_result";
      readonly name: string | undefined;
      readonly output: unknown;
      readonly callId: string | undefined;
    }
  | { readonly type: "sub_request"; readonly child: string | undefined; readonly cmd: string; readonly prompt: string }
  | { readonly type: "completed"; readonly usage: Fields | undefined }
  | { readonly type: "error"; readonly code: string; readonly message: string }
  | { readonly type: "quiet" }
  | { readonly type: "other"; readonly name: string };

/** One line of a runtime. `id`: of the request it belongs to; some leave it out. */
export interface HappiEvent {
  readonly id: string | undefined;
  readonly body: HappiBody;
}

/** The seven types of the protocol. */
const decoders: ReadonlyMap<string, (fields: Fields) => HappiBody> = new Map([
  ["started", () => ({ type: "started" })],
  ["delta", (fields) => ({ type: "delta", text: textAt(fields, "text") ?? "" })],
  ["tool_call", toolCall],
  ["tool_result", toolResult],
  ["sub_request", subRequest],
  ["completed", ({ usage }) => ({ type: "completed", usage: isFields(usage) ? usage : undefined })],
  [
    "error",
    (fields) => ({ type: "error", code: textAt(fields, "code") ?? "", message: textAt(fields, "message") ?? "" }),
  ],
]);

/** Understood, and nothing a chat needs: terminators that come after the outcome, and the rate limits of the site's own runtime. */
const quietTypes: ReadonlySet<string> = new Set(["idr", "context", "meta"]);

/** `undefined`: not a JSON object. Versions and times are not looked at: runtimes disagree on both. */
export function decodeLine(line: string): HappiEvent | undefined {
  const fields = parseFields(line);
  if (fields === undefined) return undefined;
  // The examples of the site's page of possibilities have `request_id`.
  const id = textAt(fields, "id") ?? textAt(fields, "request_id");
  return { id: id === "" ? undefined : id, body: bodyOf(fields) };
}

function bodyOf(fields: Fields): HappiBody {
  const type = textAt(fields, "type") ?? "";
  const decode = decoders.get(type);
  if (decode !== undefined) return decode(fields);
  return quietTypes.has(type) ? { type: "quiet" } : { type: "other", name: type === "" ? "no type" : type };
}

function toolCall(fields: Fields): HappiBody {
  const name = textAt(fields, "name") ?? "tool";
  return { type: "tool_call", name, input: fieldsAt(fields, "input"), callId: textAt(fields, "call_id") };
}

function toolResult(fields: Fields): HappiBody {
  const callId = textAt(fields, "call_id");
  return { type: "tool_result", name: textAt(fields, "name"), output: fields["output"], callId };
}

function subRequest(fields: Fields): HappiBody {
  const envelope = fieldsAt(fields, "envelope");
  const [first] = listAt(envelope, "args");
  const prompt = typeof first === "string" ? first : "";
  const cmd = textAt(envelope, "cmd") ?? "";
  return { type: "sub_request", child: textAt(envelope, "id"), cmd: cmd === "" ? "sub-request" : cmd, prompt };
}
