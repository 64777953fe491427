const maxTitleChars = 80;
/** The start of a long prompt is enough. */
const maxReadChars = 1_000;

/** A text as the title of a session: one line of at most 80 characters, the last of them `…` where it was cut. Empty for blank text. */
export function sessionTitle(text: string): string {
  const line = text.slice(0, maxReadChars).replaceAll(/\s+/gu, " ").trim();
  if (line.length <= maxTitleChars) return line;
  // Not half of a character that takes two units.
  return `${line.slice(0, maxTitleChars - 1).replace(/[\uD800-\uDBFF]$/u, "")}…`;
}
