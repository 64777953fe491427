import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { parseFields, textAt } from "../../src/runner/fields.ts";

export interface SessionFolderOptions {
  readonly env: Readonly<Record<string, string>>;
  /** What pi is started with, its program included. */
  readonly args: readonly string[];
}

/** Where pi keeps the sessions of `cwd`, found in the order pi itself looks (0.73.1 to 1.5.2). It may hold those of others, too. */
export async function sessionFolder(cwd: string, { env, args }: SessionFolderOptions): Promise<string> {
  const home = env["HOME"] ?? homedir();
  const agentFolder = withHome(env["PI_CODING_AGENT_DIR"] || "~/.pi/agent", home);
  const chosen =
    sessionDirOf(args) ??
    (env["PI_CODING_AGENT_SESSION_DIR"] ||
      (await sessionDirSetting(join(cwd, ".pi/settings.json"))) ||
      (await sessionDirSetting(join(agentFolder, "settings.json"))));
  if (chosen !== undefined && chosen !== "") return resolve(cwd, withHome(chosen, home));
  return resolve(cwd, agentFolder, "sessions", `--${cwd.replace(/^\//u, "").replaceAll(/[/\\:]/gu, "-")}--`);
}

/** Of flags that come twice the last one counts. */
function sessionDirOf(args: readonly string[]): string | undefined {
  const at = args.lastIndexOf("--session-dir");
  return at === -1 ? undefined : args[at + 1];
}

async function sessionDirSetting(file: string): Promise<string | undefined> {
  const settings = await readFile(file, "utf8").catch(() => "");
  return textAt(parseFields(settings.replace(/^\uFEFF/u, "")) ?? {}, "sessionDir");
}

function withHome(path: string, home: string): string {
  if (path === "~") return home;
  return path.startsWith("~/") ? join(home, path.slice(2)) : path;
}
