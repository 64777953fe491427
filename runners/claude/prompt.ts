import { readFile, stat } from "node:fs/promises";
import type { Attachment } from "../../src/runner/runner.ts";
import { encodeLine } from "./encode-line.ts";

/** Anthropic's API: images of these types, at most 5 MB as base64, which is 3.75 MB on disk. */
const imageTypes: ReadonlySet<string> = new Set(["image/jpeg", "image/png", "image/gif", "image/webp"]);
const maxImageBytes = 3_750_000;

export interface Prompt {
  readonly text: string;
  readonly attachments: readonly Attachment[];
  /** The CLI reports what becomes of this line under this id (2.1.3xx), and files it under it: it must be new. */
  readonly uuid: string;
}

/** The line that gives the CLI a prompt. Images go along; other files, and images that can't, are named by their path. */
export async function promptLine({ text, attachments, uuid }: Prompt): Promise<string> {
  const images = await Promise.all(attachments.map(readImage));
  const blocks = images.filter((image) => image !== undefined);
  const named = attachments
    .filter((_, index) => images[index] === undefined)
    .map(({ path }) => `Attached file: ${path}`);
  const words = [...(text === "" && named.length > 0 ? [] : [text]), ...named].join("\n");
  const content = blocks.length === 0 ? words : [{ type: "text", text: words }, ...blocks];
  return encodeLine({
    type: "user",
    message: { role: "user", content },
    parent_tool_use_id: null,
    session_id: "",
    uuid,
  });
}

type ImageBlock = {
  readonly type: "image";
  readonly source: { readonly type: "base64"; readonly media_type: string; readonly data: string };
};

async function readImage({ path, mediaType }: Attachment): Promise<ImageBlock | undefined> {
  if (!imageTypes.has(mediaType)) return undefined;
  try {
    if ((await stat(path)).size > maxImageBytes) return undefined;
    return { type: "image", source: { type: "base64", media_type: mediaType, data: await readFile(path, "base64") } };
  } catch {
    // Named by its path, and the engine says that it is not there.
    return undefined;
  }
}
