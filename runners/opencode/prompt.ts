import { readFile, stat } from "node:fs/promises";
import { basename } from "node:path";
import type { Attachment, RunRequest } from "../../src/runner/runner.ts";
import type { OpencodeConfig } from "./config.ts";

/** Models take images of these types; 5 MB is what the strictest of their APIs allow as base64. */
const imageTypes: ReadonlySet<string> = new Set(["image/jpeg", "image/png", "image/gif", "image/webp"]);
const maxImageBytes = 3_750_000;

type Body = Readonly<Record<string, unknown>>;

/** What stays the same in all prompts of a run, and the agent that gets this one; absent for the engine's own choice. */
export interface PromptChoices {
  readonly request: RunRequest;
  readonly config: OpencodeConfig;
  readonly agent: string | undefined;
}

/** The body of `POST /session/ID/prompt_async`. Images go along; other files, and images that can't, are named by their path. */
export async function promptBody(choices: PromptChoices): Promise<Body> {
  const { prompt, attachments } = choices.request;
  const images = await Promise.all(attachments.map(readImage));
  const named = attachments
    .filter((_, index) => images[index] === undefined)
    .map(({ path }) => `Attached file: ${path}`);
  const text = [...(prompt === "" && named.length > 0 ? [] : [prompt]), ...named].join("\n");
  const parts = [{ type: "text", text }, ...images.filter((image) => image !== undefined)];
  return { parts, ...chosen(choices) };
}

/** The body for what the user sends during the run. */
export function followUpBody(text: string, choices: PromptChoices): Body {
  return { parts: [{ type: "text", text }], ...chosen(choices) };
}

/** The body of a prompt that says nothing: the engine then answers what it has taken before. */
export function emptyBody(choices: PromptChoices): Body {
  return { parts: [], ...chosen(choices) };
}

function chosen({ request: { options }, config, agent }: PromptChoices): Body {
  const model = options.model ?? config.model;
  return {
    ...(model === undefined ? {} : { model: modelOf(model) }),
    ...(options.effort === undefined ? {} : { variant: options.effort }),
    ...(agent === undefined ? {} : { agent }),
  };
}

/** The model's own name may have slashes, too. */
function modelOf(name: string): Body {
  const slash = name.indexOf("/");
  return { providerID: name.slice(0, Math.max(slash, 0)), modelID: name.slice(slash + 1) };
}

/** The title of a new session: without one, OpenCode lets a model think one up, at a cost. */
export function titleOf(prompt: string): string {
  const line = prompt.split("\n").find((each) => each.trim() !== "") ?? "(no text)";
  return line.trim().slice(0, 80);
}

type FilePart = { readonly type: "file"; readonly mime: string; readonly filename: string; readonly url: string };

async function readImage({ path, mediaType }: Attachment): Promise<FilePart | undefined> {
  if (!imageTypes.has(mediaType)) return undefined;
  try {
    if ((await stat(path)).size > maxImageBytes) return undefined;
    const url = `data:${mediaType};base64,${await readFile(path, "base64")}`;
    return { type: "file", mime: mediaType, filename: basename(path), url };
  } catch {
    // Named by its path, and the engine says that it is not there.
    return undefined;
  }
}
