import type { ApiEntity } from "../bot-api-types.ts";

// Bare domains, phone numbers and cashtags are found by the real server too; nothing here depends on them.
const PATTERNS: readonly (readonly [type: string, pattern: RegExp])[] = [
  [
    "url",
    /(?<![\p{L}\p{N}_])https?:\/\/[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+(?::\d+)?(?:[/?#][^\s<>"'`]*[^\s<>"'`.,;:!?)\]}])?\/?/giu,
  ],
  ["mention", /(?<![\p{L}\p{N}_/@])@[a-z]\w{2,31}(?!\w)/giu],
  ["hashtag", /(?<![\p{L}\p{N}_/#])#(?=[\p{N}_]*\p{L})[\p{L}\p{N}_]{1,255}/gu],
  ["bot_command", /(?<![\p{L}\p{N}_/<>])\/[a-z0-9_]{1,64}(?:@[a-z]\w{2,31})?(?![\w/<>@])/giu],
];

/** What Telegram marks by itself in a text: links, mentions, hashtags, commands. They do not touch each other. */
export function findEntities(text: string): readonly ApiEntity[] {
  const found: ApiEntity[] = [];
  for (const [type, pattern] of PATTERNS) {
    for (const match of text.matchAll(pattern)) {
      const entity = { type, offset: match.index, length: match[0].length };
      if (found.every((other) => !touches(entity, other))) found.push(entity);
    }
  }
  return found;
}

/** Whether two entities have characters in common. */
export function touches(a: ApiEntity, b: ApiEntity): boolean {
  return a.offset < b.offset + b.length && b.offset < a.offset + a.length;
}
