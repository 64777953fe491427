/** The first `maxChars` UTF-16 units of a text, less one where a character would be cut in half. */
export function beginning(text: string, maxChars: number): string {
  return text.length <= maxChars ? text : text.slice(0, maxChars).replace(/[\ud800-\udbff]$/, "");
}

/** At most `maxChars` UTF-16 units of a text, the last of them `…` where more would follow. */
export function clipped(text: string, maxChars: number): string {
  return text.length <= maxChars ? text : `${beginning(text, maxChars - 1)}…`;
}
