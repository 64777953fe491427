import { isTable } from "./key-path.ts";

/** Shorter values are too common to be covered wherever they appear. */
const MIN_CHARS = 8;

/** `OPENAI_API_KEY`, `GITHUB_TOKEN`, `PGPASSWORD`, `SIGNING_SECRET_BASE64`. `PWD` alone is a directory. */
const SECRET_NAME =
  /(?:(?:TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?|API_?KEY)|(?:^|_)(?:KEY|PASS|PAT|AUTH)|_PWD)(?:_(?:B64|BASE64|PEM|JSON|VALUE|\d+))?$/i;

/** Keys of tables, such as `token` or `api_key`; not `token_env`, which says where one is. */
const SECRET_KEY = /(?:^|_)(?:token|secret|password|passphrase|credentials?|key)$/i;

/** Words that are the same on every machine, and what says where a secret is instead of being one. */
const TRIVIAL: readonly RegExp[] = [
  /^(?:true|false|none|null|undefined|enabled|disabled|required|optional|default|unlimited|anonymous)$/i,
  /^(?:changeme|password|postgres|localhost|development|production|takopi)$/i,
  /^(.)\1*$/,
  /^(?:\$|%|env:|keychain:|file:)/,
  // A path: short names between slashes, which random text hardly ever is.
  /^(?:~|\.{1,2}|[A-Za-z]:)?(?:[/\\][\w.@ -]{0,32})+$/,
  /^[a-z][a-z0-9+.-]*:\/\/[^@]*$/i,
];

/** The values of the variables whose name says that they are secret, and of those in `names` whatever they are called. */
export function secretsOfEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  names: readonly string[],
): readonly string[] {
  const named = new Set(names);
  return Object.entries(env).flatMap(([name, value = ""]) => {
    if (named.has(name)) return value.length < MIN_CHARS ? [] : [value];
    return SECRET_NAME.test(name) && isTelling(value) ? [value] : [];
  });
}

/** The texts of a table, however deep, under keys whose name says that they are secret. */
export function secretsOfTable(table: unknown): readonly string[] {
  if (Array.isArray(table)) return table.flatMap(secretsOfTable);
  if (!isTable(table)) return [];
  return Object.entries(table).flatMap(([key, value]) => {
    if (typeof value !== "string") return secretsOfTable(value);
    return SECRET_KEY.test(key) && isTelling(value) ? [value] : [];
  });
}

function isTelling(value: string): boolean {
  return value.length >= MIN_CHARS && !TRIVIAL.some((pattern) => pattern.test(value));
}
