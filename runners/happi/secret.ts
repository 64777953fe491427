import type { HappiConfig } from "./config.ts";

/** The variable that `auth.token` names. */
export function tokenVariable({ auth }: HappiConfig): string | undefined {
  return auth === undefined ? undefined : /^env:(?<name>.+)$/u.exec(auth.token)?.groups?.["name"];
}

/**
 * Covers the token in what the runtime says, on its lines of JSON and elsewhere: some programs put it into their errors. One that only
 * the runtime can look up is not known here.
 */
export function createCover(config: HappiConfig, env: Readonly<Record<string, string>>): (text: string) => string {
  const token = tokenOf(config, env);
  if (token === undefined || token === "") return (text) => text;
  const forms = new Set([JSON.stringify(token).slice(1, -1), token]);
  return (text) => [...forms].reduce((covered, form) => covered.replaceAll(form, "•••"), text);
}

function tokenOf(config: HappiConfig, env: Readonly<Record<string, string>>): string | undefined {
  const name = tokenVariable(config);
  if (name !== undefined) return env[name];
  return config.auth?.token.startsWith("keychain:") === true ? undefined : config.auth?.token;
}
