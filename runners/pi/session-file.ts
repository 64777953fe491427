import { createReadStream } from "node:fs";
import { sessionTitle } from "../../src/runner/session-title.ts";
import { splitLines } from "../../src/wire/lines.ts";
import { fieldsAt, isFields, listAt, parseFields, textAt, type Fields } from "../../src/runner/fields.ts";

/** What a session's file says of it. */
export interface SavedSession {
  readonly id: string;
  /** The name it was given, else the first prompt. */
  readonly title: string;
}

export interface SessionFile {
  readonly path: string;
  readonly bytes: number;
}

/** Pi's instructions and the tools come before the first prompt, and images lie within it. */
const headBytes = 16 << 20;
/** Where a name that was given later is looked for. */
const tailBytes = 256 << 10;

/**
 * Reads the beginning and the end of a session's file. `undefined`: none of `cwd`, nobody has said anything in it yet, or no session at
 * all. Throws when the file can't be read.
 */
export async function readSessionFile({ path, bytes }: SessionFile, cwd: string): Promise<SavedSession | undefined> {
  const head = await readHead(linesOf(path, { start: 0, end: headBytes }), cwd);
  if (head === undefined) return undefined;
  const tail = linesOf(path, { start: Math.max(0, bytes - tailBytes), end: bytes });
  const name = await lastName(tail, head.name);
  return { id: head.id, title: sessionTitle(name === "" ? head.prompt : name) };
}

interface Head {
  readonly id: string;
  readonly prompt: string;
  /** Empty when it was given none so far. */
  readonly name: string;
}

async function readHead(lines: AsyncIterable<string>, cwd: string): Promise<Head | undefined> {
  let id: string | undefined;
  let name = "";
  for await (const line of lines) {
    const entry = parseFields(line) ?? {};
    if (id === undefined) {
      id = textAt(entry, "type") === "session" && textAt(entry, "cwd") === cwd ? textAt(entry, "id") : undefined;
      if (id === undefined) return undefined;
    }
    name = nameIn(entry) ?? name;
    const prompt = promptIn(entry);
    if (prompt !== "") return { id, prompt, name };
  }
  return undefined;
}

/** The last name counts, also when it took the name away. */
async function lastName(lines: AsyncIterable<string>, before: string): Promise<string> {
  let name = before;
  for await (const line of lines) {
    if (line.includes(`"session_info"`)) name = nameIn(parseFields(line) ?? {}) ?? name;
  }
  return name;
}

function nameIn(entry: Fields): string | undefined {
  return textAt(entry, "type") === "session_info" ? (textAt(entry, "name") ?? "").trim() : undefined;
}

function promptIn(entry: Fields): string {
  const message = fieldsAt(entry, "message");
  if (textAt(entry, "type") !== "message" || textAt(message, "role") !== "user") return "";
  const blocks = listAt(message, "content").filter(isFields);
  const texts = blocks.flatMap((block) => (textAt(block, "type") === "text" ? (textAt(block, "text") ?? []) : []));
  return (textAt(message, "content") ?? texts.join(" ")).trim();
}

async function* linesOf(
  path: string,
  range: { readonly start: number; readonly end: number },
): AsyncGenerator<string, void, undefined> {
  for await (const line of splitLines(createReadStream(path, range))) if (line.kind === "line") yield line.text;
}
