import { badRequest } from "../bot-api-failure.ts";

/** A file that came with a call. */
export interface UploadedFile {
  readonly name: string;
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** The parameters of one call, whether they came as JSON, as a form or in the query. */
export class Params {
  readonly #values: ReadonlyMap<string, unknown>;
  readonly #files: ReadonlyMap<string, UploadedFile>;

  constructor(values: ReadonlyMap<string, unknown>, files: ReadonlyMap<string, UploadedFile> = new Map()) {
    this.#values = values;
    this.#files = files;
  }

  /** Undefined when missing; numbers and objects come as their JSON text, as in the real server. */
  text(name: string): string | undefined {
    const value = this.#values.get(name);
    if (value === undefined || value === null) return undefined;
    return typeof value === "string" ? value : JSON.stringify(value);
  }

  /** Undefined when missing or not a whole number. */
  integer(name: string): number | undefined {
    const text = this.text(name);
    return text !== undefined && /^-?\d{1,16}$/.test(text) ? Number(text) : undefined;
  }

  flag(name: string): boolean {
    return ["true", "yes", "1"].includes(this.text(name)?.toLowerCase() ?? "");
  }

  /** A structured parameter; undefined when missing or empty. `what` names it in the refusal of broken JSON. */
  json(name: string, what: string): unknown {
    const value = this.#values.get(name);
    if (typeof value !== "string") return value ?? undefined;
    if (value === "") return undefined;
    try {
      return JSON.parse(value);
    } catch {
      throw badRequest(`can't parse ${what} JSON object`);
    }
  }

  /** The file in field `name`, or the one the field points to with `attach://<field>`. */
  file(name: string): UploadedFile | undefined {
    const reference = this.#values.get(name);
    return this.#files.get(name) ?? (typeof reference === "string" ? this.attached(reference) : undefined);
  }

  attached(reference: string): UploadedFile | undefined {
    return reference.startsWith("attach://") ? this.#files.get(reference.slice("attach://".length)) : undefined;
  }

  /** For the request log. */
  toLog(): Readonly<Record<string, unknown>> {
    const files = [...this.#files].map(([name, file]) => [
      name,
      { name: file.name, size: file.bytes.byteLength, type: file.type },
    ]);
    const values = [...this.#values].map(([name, value]) => [name, plainValue(name, value)]);
    return Object.fromEntries([...values, ...files]);
  }
}

const FREE_TEXT: readonly string[] = ["text", "caption", "callback_query_id", "file_id", "name", "url"];

// Forms carry JSON as text: the log shows one shape for all ways to send a parameter.
function plainValue(name: string, value: unknown): unknown {
  if (typeof value !== "string" || FREE_TEXT.includes(name)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
