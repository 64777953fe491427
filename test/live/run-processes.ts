import { readdir, readFile } from "node:fs/promises";

/** The command lines of all living processes that bear a run's mark, wherever they moved to. */
export async function runProcesses(runId: string): Promise<readonly string[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/u.test(name));
  const commands = await Promise.all(pids.map((pid) => commandOf(pid, `TAKOPI_RUN_ID=${runId}`)));
  return commands.filter((command) => command !== undefined);
}

async function commandOf(pid: string, mark: string): Promise<string | undefined> {
  try {
    const environment = await readFile(`/proc/${pid}/environ`, "utf8");
    if (!environment.split("\0").includes(mark)) return undefined;
    return (await readFile(`/proc/${pid}/cmdline`, "utf8")).replaceAll("\0", " ");
  } catch {
    return undefined; // gone, or a kernel thread, or somebody else's
  }
}
