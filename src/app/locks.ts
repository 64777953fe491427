import { createHash } from "node:crypto";
import { mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { acquireInstanceLock, type InstanceLock } from "../store/instance-lock.ts";

interface LockScope {
  /** Directory of the configuration and the journal. */
  readonly dir: string;
  readonly token: string;
  readonly apiRoot: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Makes this process the only one with this journal and the only one with this bot token on this machine, whatever the configuration
 * file is called. Throws `AlreadyRunningError`.
 */
export function takeLocks({ dir, token, apiRoot, env }: LockScope): InstanceLock {
  const ofToken = join(env["HOME"] ?? homedir(), ".takopi", "locks");
  for (const folder of [dir, ofToken]) mkdirSync(folder, { recursive: true, mode: 0o700 });
  const name = createHash("sha256").update(`${apiRoot} ${token}`).digest("hex").slice(0, 16);
  const journal = acquireInstanceLock(join(dir, "takopi.db.lock"));
  try {
    const bot = acquireInstanceLock(join(ofToken, `${name}.lock`));
    return { release: () => [bot, journal].forEach((lock) => lock.release()) };
  } catch (error) {
    journal.release();
    throw error;
  }
}
