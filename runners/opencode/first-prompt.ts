import { fieldsAt, flagAt, isFields, listAt, textAt, type Fields } from "../../src/runner/fields.ts";
import type { Api } from "./api.ts";

/** What the user wrote first in a session. `undefined`: no text, or the engine does not tell. */
export async function firstPrompt(session: string, api: Api, signal: AbortSignal): Promise<string | undefined> {
  const { body } = await api.call({ method: "GET", path: `/session/${session}/message`, signal });
  const messages = Array.isArray(body) ? body.filter(isFields) : [];
  const prompts = messages.filter((message) => textAt(fieldsAt(message, "info"), "role") === "user").map(textOf);
  return prompts.find((prompt) => prompt !== "");
}

/** Without the words the engine put there itself. */
function textOf(message: Fields): string {
  const parts = listAt(message, "parts").filter(isFields);
  const written = parts.filter((part) => textAt(part, "type") === "text" && !flagAt(part, "synthetic"));
  return written
    .map((part) => textAt(part, "text") ?? "")
    .join(" ")
    .trim();
}
