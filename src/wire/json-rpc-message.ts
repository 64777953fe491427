/** Names a request. */
export type JsonRpcId = number | string;

/** A message of JSON-RPC 2.0. */
export type JsonRpcMessage =
  | { readonly kind: "request"; readonly id: JsonRpcId; readonly method: string; readonly params: unknown }
  | { readonly kind: "notification"; readonly method: string; readonly params: unknown }
  | { readonly kind: "result"; readonly id: JsonRpcId; readonly result: unknown }
  | { readonly kind: "error"; readonly id: JsonRpcId; readonly error: ErrorContent };

export interface ErrorContent {
  readonly code: number;
  readonly message: string;
  readonly data: unknown;
}

/** Undefined for what is no message. By hand, because every line of every run passes here. */
export function parseMessage(text: string): JsonRpcMessage | undefined {
  const message = parseJson(text);
  if (!isFields(message)) return undefined;
  const { id, method, params } = message;
  if (typeof method === "string") {
    return isId(id) ? { kind: "request", id, method, params } : { kind: "notification", method, params };
  }
  if (!isId(id)) return undefined;
  if (isFields(message["error"])) return { kind: "error", id, error: errorFrom(message["error"]) };
  return "result" in message ? { kind: "result", id, result: message["result"] } : undefined;
}

/** U+2028 and U+2029 are escaped: programs that read with Node's readline take them for the end of a line. */
export function messageLine(message: Readonly<Record<string, unknown>>): string {
  const json = JSON.stringify(message);
  return `${json.replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029")}\n`;
}

/** The id in the params of a notification that takes a request back; one that nobody uses where there is none. */
export function requestIdOf(params: unknown): JsonRpcId {
  const id = isFields(params) ? params["requestId"] : undefined;
  return isId(id) ? id : "";
}

type Fields = Readonly<Record<string, unknown>>;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function errorFrom({ code, message, data }: Fields): ErrorContent {
  const text = typeof message === "string" && message !== "" ? message : "an error without a message";
  return { code: typeof code === "number" ? code : -32603, message: text, data };
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isId(value: unknown): value is JsonRpcId {
  return typeof value === "number" || typeof value === "string";
}
