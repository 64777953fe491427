/**
 * Whether a path, relative and with `/`, is one of those that are kept out. A pattern counts from any directory of the path on: `.env`
 * is every `.env`. `*` and `?` stay in one name, `**` does not. Case makes no difference, as it makes none to some file systems.
 */
export function isDenied(path: string, globs: readonly string[]): boolean {
  return globs.some((glob) => toPattern(glob).test(path));
}

function toPattern(glob: string): RegExp {
  const body = glob
    .replace(/^(\.?\/)+/, "")
    .split(/(\*\*|\*|\?)/)
    .map((part) => WILDCARDS.get(part) ?? part.replace(/[.+^${}()|[\]\\]/g, "\\$&"))
    .join("");
  return new RegExp(`(^|/)${body}$`, "i");
}

const WILDCARDS: ReadonlyMap<string, string> = new Map([
  ["**", ".*"],
  ["*", "[^/]*"],
  ["?", "[^/]"],
]);
