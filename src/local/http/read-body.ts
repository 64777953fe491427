import type { IncomingMessage } from "node:http";
import { LocalTelegramError } from "../local-telegram-error.ts";
import { parseMultipart, type FormParts } from "./multipart.ts";

/** The largest upload Telegram takes, 50 MB, and room for the form around it. */
const MAX_BODY_BYTES = 51 * 1024 * 1024;

/** The body is larger than any upload may be. */
export class BodyTooLargeError extends Error {
  constructor() {
    super(`a request body may have at most ${MAX_BODY_BYTES} bytes`);
    this.name = "BodyTooLargeError";
  }
}

/** The whole body. What is over the limit is read and thrown away, so that the client gets to read the refusal. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    size += bytes.byteLength;
    if (size > MAX_BODY_BYTES) chunks.length = 0;
    else chunks.push(bytes);
  }
  if (size > MAX_BODY_BYTES) throw new BodyTooLargeError();
  return Buffer.concat(chunks);
}

/** The parameters in a body: JSON, form-urlencoded or multipart. Throws `LocalTelegramError` when it is broken. */
export async function readForm(request: IncomingMessage): Promise<FormParts> {
  const body = await readBody(request);
  const contentType = request.headers["content-type"] ?? "";
  if (/^multipart\/form-data/i.test(contentType)) return parseMultipart(body, contentType);
  if (/^application\/x-www-form-urlencoded/i.test(contentType))
    return fromEntries(new URLSearchParams(body.toString()));
  return fromEntries(body.byteLength === 0 ? [] : Object.entries(parseObject(body.toString())));
}

/** A JSON object; throws `LocalTelegramError` for anything else. */
export function parseObject(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return value;
  } catch (error) {
    throw new LocalTelegramError("the body is not JSON", { cause: error });
  }
  throw new LocalTelegramError("the body is not a JSON object");
}

function fromEntries(entries: Iterable<[string, unknown]>): FormParts {
  return { values: new Map(entries), files: new Map() };
}
