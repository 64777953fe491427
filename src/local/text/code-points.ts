/** Telegram counts the limits of texts in code points: an emoji of two UTF-16 units is one. */
export function countCodePoints(text: string): number {
  return Array.from(text).length;
}
