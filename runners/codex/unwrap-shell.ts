const shell = /^(?:\/\S*\/)?(?:ba|z|da)?sh -l?c (?<script>[^]+)$/u;
/** A piece of a shell word: in single quotes, in double quotes, or bare. */
const piece = /'(?<single>[^']*)'|"(?<double>(?:[^"\\]|\\[^])*)"|(?<bare>(?:[^\s'"\\]|\\[^])+)/uy;

/** The script in `/bin/bash -lc '<script>'`, which is how Codex runs every command. Anything else comes back as it is. */
export function unwrapShell(command: string): string {
  const script = shell.exec(command)?.groups?.["script"];
  return (script === undefined ? undefined : unquote(script)) ?? command;
}

/** `undefined`: more than one word, or no word. */
function unquote(word: string): string | undefined {
  let text = "";
  piece.lastIndex = 0;
  while (piece.lastIndex < word.length) {
    const found = piece.exec(word)?.groups;
    if (found === undefined) return undefined;
    text +=
      found["single"] ??
      found["double"]?.replace(/\\(["\\$`])/gu, "$1") ??
      found["bare"]?.replace(/\\([^])/gu, "$1") ??
      "";
  }
  return text;
}
