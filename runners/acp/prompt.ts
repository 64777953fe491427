import { readFile, stat } from "node:fs/promises";
import type { Attachment } from "../../src/runner/runner.ts";
import type { Fields } from "../../src/runner/fields.ts";

/** What the model services behind most agents take, at most 3.75 MB on disk. */
const imageTypes: ReadonlySet<string> = new Set(["image/jpeg", "image/png", "image/gif", "image/webp"]);
const maxImageBytes = 3_750_000;

export interface Prompt {
  readonly text: string;
  readonly attachments: readonly Attachment[];
  readonly takesImages: boolean;
}

/** The blocks of a prompt. Images go along where the agent takes them; other files are named by their path, which every agent can read. */
export async function promptBlocks({ text, attachments, takesImages }: Prompt): Promise<readonly Fields[]> {
  const images = await Promise.all(attachments.map(async (each) => (takesImages ? await readImage(each) : undefined)));
  const named = attachments
    .filter((_, index) => images[index] === undefined)
    .map(({ path }) => `Attached file: ${path}`);
  const words = [...(text === "" && named.length > 0 ? [] : [text]), ...named].join("\n");
  return [{ type: "text", text: words }, ...images.filter((image) => image !== undefined)];
}

async function readImage({ path, mediaType }: Attachment): Promise<Fields | undefined> {
  if (!imageTypes.has(mediaType)) return undefined;
  try {
    if ((await stat(path)).size > maxImageBytes) return undefined;
    return { type: "image", mimeType: mediaType, data: await readFile(path, "base64") };
  } catch {
    // Named by its path, and the agent says that it is not there.
    return undefined;
  }
}
