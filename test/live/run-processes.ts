import { readdir, readFile } from "node:fs/promises";

/** The command lines of all living processes that bear a run's mark, wherever they moved to. */
export function runProcesses(runId: string): Promise<readonly string[]> {
  return processesWith(`TAKOPI_RUN_ID=${runId}`);
}

/** The command lines of all living processes with this `NAME=value` in their environment. */
export async function processesWith(variable: string): Promise<readonly string[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/u.test(name));
  const commands = await Promise.all(pids.map((pid) => commandOf(pid, variable)));
  return commands.filter((command) => command !== undefined);
}

async function commandOf(pid: string, variable: string): Promise<string | undefined> {
  try {
    const environment = await readFile(`/proc/${pid}/environ`, "utf8");
    if (!environment.split("\0").includes(variable)) return undefined;
    return (await readFile(`/proc/${pid}/cmdline`, "utf8")).replaceAll("\0", " ");
  } catch {
    return undefined; // gone, or a kernel thread, or somebody else's
  }
}
