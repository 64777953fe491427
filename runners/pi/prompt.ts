import { readFile, stat } from "node:fs/promises";
import type { Attachment, RunRequest } from "../../src/runner/runner.ts";

/** What every provider of images takes: these types, at most 5 MB as base64 (Anthropic), which is 3.75 MB on disk. */
const imageTypes: ReadonlySet<string> = new Set(["image/jpeg", "image/png", "image/gif", "image/webp"]);
const maxImageBytes = 3_750_000;

export interface ImageContent {
  readonly type: "image";
  /** Base64. */
  readonly data: string;
  readonly mimeType: string;
}

export interface PromptContent {
  readonly text: string;
  readonly images: readonly ImageContent[];
}

/** What the user sent: images go along, other files, and images that can't, are named in the text. */
export interface SortedPrompt {
  readonly text: string;
  readonly images: readonly Attachment[];
}

export async function sortPrompt({ prompt, attachments }: RunRequest): Promise<SortedPrompt> {
  const fits = await Promise.all(attachments.map(isFittingImage));
  const images = attachments.filter((_, index) => fits[index]);
  const named = attachments.filter((_, index) => !fits[index]).map(({ path }) => `Attached file: ${path}`);
  const text = [...(prompt === "" && named.length > 0 ? [] : [prompt]), ...named].join("\n");
  return { text, images };
}

/** The prompt as pi's RPC takes it. */
export async function promptContent({ text, images }: SortedPrompt): Promise<PromptContent> {
  const contents = images.map(async ({ path, mediaType }): Promise<ImageContent> => {
    return { type: "image", data: await readFile(path, "base64"), mimeType: mediaType };
  });
  return { text, images: await Promise.all(contents) };
}

async function isFittingImage({ path, mediaType }: Attachment): Promise<boolean> {
  if (!imageTypes.has(mediaType)) return false;
  try {
    return (await stat(path)).size <= maxImageBytes;
  } catch {
    // Named by its path, and pi says that it is not there.
    return false;
  }
}
