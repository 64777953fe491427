import type { RunRequest } from "../../src/runner/runner.ts";

/** A send is a text: files are named by their path, for the model to read. */
export function promptText({ prompt, attachments }: RunRequest): string {
  const named = attachments.map(({ path }) => `Attached file: ${path}`);
  return [...(prompt === "" && named.length > 0 ? [] : [prompt]), ...named].join("\n");
}
