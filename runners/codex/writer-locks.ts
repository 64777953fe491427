import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";

/**
 * Which of the sessions a process of Codex has open, terminals and Codex's background server included. The sign is the lock that keeps
 * two from writing to one session: `thread-writer-locks/<session>.lock` (0.169.0). Sessions of which it can't be told are missing.
 */
export async function findOpenSessions(
  home: string,
  sessions: readonly string[],
): Promise<ReadonlyMap<string, boolean>> {
  const folder = join(home, "thread-writer-locks");
  const files = await readdir(folder).catch(() => undefined);
  if (files === undefined) return new Map();
  const locks = new Set(files);
  const held = await readHeldLocks();
  const found = sessions.map(async (session): Promise<readonly (readonly [string, boolean])[]> => {
    const file = `${session}.lock`;
    const isOpen = locks.has(file) ? await isHeld(join(folder, file), held) : false;
    return isOpen === undefined ? [] : [[session, isOpen]];
  });
  return new Map((await Promise.all(found)).flat());
}

/** The file alone says nothing: it stays behind when its process is killed. */
async function isHeld(path: string, held: ReadonlySet<string> | undefined): Promise<boolean | undefined> {
  if (held === undefined) return undefined;
  try {
    return held.has(`${(await stat(path)).ino}`);
  } catch {
    return false; // closed in the meantime
  }
}

/** The inodes of all locked files; undefined where the system does not list them, as only Linux does. */
async function readHeldLocks(): Promise<ReadonlySet<string> | undefined> {
  try {
    const lines = (await readFile("/proc/locks", "utf8")).split("\n");
    // The device before the inode is left out: file systems such as btrfs name another one here.
    return new Set(lines.flatMap((line) => /\bFLOCK\b.*\s[0-9a-f]+:[0-9a-f]+:(\d+)\s/u.exec(line)?.[1] ?? []));
  } catch {
    return undefined;
  }
}
