import { clipped } from "../domain/clipped.ts";

const maxTitleChars = 80;
/** The start of a long prompt is enough. */
const maxReadChars = 1_000;

/** A text as the title of a session: one line of at most 80 characters, the last of them `…` where it was cut. Empty for blank text. */
export function sessionTitle(text: string): string {
  return clipped(text.slice(0, maxReadChars).replaceAll(/\s+/gu, " ").trim(), maxTitleChars);
}
