import { homedir } from "node:os";
import { join } from "node:path";

/** Where Codex keeps its config and its sessions. */
export function codexHome(env: Readonly<Record<string, string>>): string {
  return env["CODEX_HOME"] || join(env["HOME"] ?? homedir(), ".codex");
}
