import { homedir } from "node:os";
import { join } from "node:path";

/** Where `takopi.toml` is unless `--config` says otherwise. */
export function defaultConfigPath(env: Readonly<Record<string, string | undefined>>): string {
  return join(env["HOME"] ?? homedir(), ".takopi", "takopi.toml");
}

/** The journal of the bot whose `takopi.toml` is in this directory. */
export function databasePath(dir: string): string {
  return join(dir, "takopi.db");
}
