import type { Attachment, RunRequest } from "../../src/runner/runner.ts";
import type { Fields } from "../../src/runner/fields.ts";

type Prompt = Pick<RunRequest, "prompt" | "attachments">;

/** OpenAI's API: what a model can look at. Other files are named by their path. */
export function isImage({ mediaType }: Attachment): boolean {
  return ["image/jpeg", "image/png", "image/gif", "image/webp"].includes(mediaType);
}

export function promptText({ prompt, attachments }: Prompt): string {
  const named = attachments.filter((file) => !isImage(file)).map(({ path }) => `Attached file: ${path}`);
  return [...(prompt === "" && named.length > 0 ? [] : [prompt]), ...named].join("\n");
}

/** The same as the app-server takes it. */
export function promptInput(prompt: Prompt): readonly Fields[] {
  const images = prompt.attachments.filter(isImage).map(({ path }) => ({ type: "localImage", path }));
  return [...textInput(promptText(prompt)), ...images];
}

export function textInput(text: string): readonly Fields[] {
  return [{ type: "text", text, text_elements: [] }];
}
