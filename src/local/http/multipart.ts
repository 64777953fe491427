import { LocalTelegramError } from "../local-telegram-error.ts";
import type { UploadedFile } from "../methods/params.ts";

/** Fields and files of a form. */
export interface FormParts {
  readonly values: ReadonlyMap<string, unknown>;
  readonly files: ReadonlyMap<string, UploadedFile>;
}

/** Reads `multipart/form-data`. Throws `LocalTelegramError` when the body does not follow the format. */
export function parseMultipart(body: Buffer, contentType: string): FormParts {
  const boundary = /boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType);
  const mark = boundary?.[1] ?? boundary?.[2];
  if (mark === undefined) throw new LocalTelegramError("multipart body without a boundary");
  const values = new Map<string, unknown>();
  const files = new Map<string, UploadedFile>();
  for (const part of splitParts(body, `--${mark}`)) readPart(part, { values, files });
  return { values, files };
}

function splitParts(body: Buffer, mark: string): readonly Buffer[] {
  const parts: Buffer[] = [];
  let at = body.indexOf(mark);
  while (at >= 0) {
    const begin = at + mark.length;
    if (body.subarray(begin, begin + 2).toString() === "--") return parts;
    at = body.indexOf(`\r\n${mark}`, begin);
    if (at < 0) break;
    parts.push(body.subarray(begin + 2, at));
    at += 2;
  }
  throw new LocalTelegramError("multipart body without its closing boundary");
}

function readPart(part: Buffer, into: { values: Map<string, unknown>; files: Map<string, UploadedFile> }): void {
  const headEnd = part.indexOf("\r\n\r\n");
  const head = part.subarray(0, Math.max(0, headEnd)).toString();
  const name = attribute(head, "name");
  if (headEnd < 0 || name === undefined) throw new LocalTelegramError("multipart part without a name");
  const content = part.subarray(headEnd + 4);
  const fileName = attribute(head, "filename");
  if (fileName === undefined) {
    into.values.set(name, content.toString());
    return;
  }
  const type = /^content-type:\s*(.+)$/im.exec(head)?.[1]?.trim() ?? "application/octet-stream";
  into.files.set(name, { name: fileName, type, bytes: new Uint8Array(content) });
}

function attribute(head: string, name: string): string | undefined {
  const found = new RegExp(`[;\\s]${name}="((?:[^"\\\\]|\\\\.)*)"|[;\\s]${name}=([^;\\s]+)`, "i").exec(head);
  const text = found?.[1] ?? found?.[2];
  return text?.replaceAll(/%22/g, '"').replaceAll(/\\(.)/g, "$1");
}
