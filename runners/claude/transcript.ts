import { open } from "node:fs/promises";
import { parseFields, isFields, textAt, type Fields } from "../../src/runner/fields.ts";
import { sessionTitle } from "../../src/runner/session-title.ts";
import { decodeContent } from "./schema.ts";

/** How much is read at either end of a transcript: titles are repeated at the end, and one turn takes some 100 KB. */
const endBytes = 64 * 1024;

/** What is known of a session from both ends of its transcript. */
export interface Transcript {
  /** Directories it worked in. A resumed session may have worked in several. */
  readonly cwds: ReadonlySet<string>;
  readonly title?: string;
  /** Of a sub-agent. Those of 2.0 and older lie among the others. */
  readonly isSidechain: boolean;
  /** It was read to the end, and nobody ever asked anything in it. */
  readonly isEmpty: boolean;
}

/** Reads a transcript of `size` bytes. Throws when it can't be read. */
export async function readTranscript(path: string, size: number): Promise<Transcript> {
  const file = await open(path);
  try {
    const isWhole = size <= 2 * endBytes;
    const head = await readLines(file, { position: 0, length: isWhole ? size : endBytes });
    // A line that is cut is no JSON, and so passed over.
    const tail = isWhole ? [] : await readLines(file, { position: size - endBytes, length: endBytes });
    return describe(
      [...head, ...tail].map(parseFields).filter((line) => line !== undefined),
      isWhole,
    );
  } finally {
    await file.close();
  }
}

type File = Awaited<ReturnType<typeof open>>;

async function readLines(
  file: File,
  part: { readonly position: number; readonly length: number },
): Promise<readonly string[]> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(part.length), 0, part.length, part.position);
  return buffer.toString("utf8", 0, bytesRead).split("\n");
}

function describe(lines: readonly Fields[], isWhole: boolean): Transcript {
  const title = titleOf(lines);
  const prompts = lines.map(promptOf).filter((prompt) => prompt !== undefined);
  const wasAsked = prompts.length > 0 || lines.some(({ type }) => type === "assistant" || type === "last-prompt");
  return {
    cwds: new Set(lines.flatMap((line) => textAt(line, "cwd") ?? [])),
    ...(title !== undefined && { title }),
    isSidechain: lines.find((line) => "isSidechain" in line)?.["isSidechain"] === true,
    isEmpty: isWhole && !wasAsked,
  };
}

/** The user's name for it, else the CLI's own, else what was asked first. Summaries may be of another session (2.0). */
function titleOf(lines: readonly Fields[]): string | undefined {
  const last = (type: string, key: string): string | undefined =>
    textAt(lines.findLast((line) => line["type"] === type) ?? {}, key);
  const prompts = lines.flatMap((line) => promptOf(line) ?? []);
  const titles = [
    last("custom-title", "customTitle"),
    last("ai-title", "aiTitle"),
    prompts.find((prompt) => !isMarkup(prompt)),
    last("last-prompt", "lastPrompt"),
    prompts.map(commandOf).find((command) => command !== undefined),
    last("summary", "summary"),
  ];
  return titles.map((title) => sessionTitle(title ?? "")).find((title) => title !== "");
}

/** The first words of a user line that are the user's own, a command of the terminal included. */
function promptOf(line: Fields): string | undefined {
  if (line["type"] !== "user" || line["isMeta"] === true || line["isCompactSummary"] === true) return undefined;
  const { message } = line;
  const blocks = isFields(message) ? decodeContent(message["content"]) : [];
  if (blocks.some(({ type }) => type === "tool_result")) return undefined;
  const texts = blocks.flatMap((block) => (block.type === "text" ? [block.text] : []));
  return texts.find((text) => !isMarkup(text)) ?? texts.find((text) => commandOf(text) !== undefined);
}

/** What the CLI or an editor writes in the user's place: `<command-name>…`, `<ide_opened_file>…`, `[Request interrupted by user]`. */
function isMarkup(text: string): boolean {
  return /^\s*(?:<[a-z][\w-]*[\s>]|\[Request interrupted by user|$)/u.test(text);
}

function commandOf(text: string): string | undefined {
  const name = /<command-name>([^<]+)<\/command-name>/u.exec(text)?.[1];
  const words = /<command-args>([^<]*)<\/command-args>/u.exec(text)?.[1] ?? "";
  return name === undefined ? undefined : `${name} ${words}`.trim();
}
