import { constants } from "node:fs";
import { access, mkdir, readdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * Control groups of runs, where this program may make some below its own (cgroup v2: a service with `Delegate=yes`, most desktop
 * sessions, root). A group is left by nobody who does not write to it, and ends as a whole: the one thing that a program forking
 * without end can't outrun.
 */
export interface RunGroups {
  /**
   * Makes the run's group, and gives the file to which a process writes 0 to enter it: before it starts others, which are then in it,
   * too. Where it can't be made, there is no such file.
   */
  open(runId: string): Promise<string | undefined>;
  /**
   * Puts the process, and with it what it will start, into the run's group. Does nothing where that fails, and when `isThere` says at
   * the last moment that it has ended: its number may then be somebody else's.
   */
  enter(runId: string, pid: number, isThere?: () => boolean): Promise<void>;
  /** Who is in the groups of these runs. */
  members(runIds: readonly string[]): Promise<ReadonlySet<number>>;
  /**
   * SIGKILL to all in the groups of these runs at once; also to those in which the given processes are, where an earlier program made
   * them elsewhere. A group that this program is in itself is left alone. False when there was nobody.
   */
  kill(runIds: readonly string[], pids: readonly number[]): Promise<boolean>;
  /** Takes away the groups that are empty. */
  remove(runIds: readonly string[]): Promise<void>;
}

/** Where control groups are shown, and which of them is this program's. */
export interface GroupPlace {
  /** The directory where the hierarchy is mounted, and the part of the hierarchy that shows there. */
  readonly mount: string;
  readonly root: string;
  /** The path of this program's own group in the hierarchy. */
  readonly own: string;
}

const prefix = "takopi-";
let ownGroups: Promise<RunGroups | undefined> | undefined;

/** The groups of this program; undefined where it can't have any. Found out once. */
export function runGroups(): Promise<RunGroups | undefined> {
  return (ownGroups ??= findGroups());
}

async function findGroups(): Promise<RunGroups | undefined> {
  if (process.platform !== "linux") return undefined;
  const [mounts, own] = await Promise.all([textOf("/proc/self/mountinfo"), groupOf("self")]);
  const mount = /^(?:\S+ ){3}(\S+) (\S+) .*? - cgroup2 /m.exec(mounts);
  if (mount === null || own === undefined) return undefined;
  const [, root = "/", directory = ""] = mount;
  const place = { mount: directory, root, own };
  return (await canMakeGroups(directoryOf(place, own))) ? createRunGroups(place) : undefined;
}

/** Whether a group can be made there, entered and killed. Groups left behind by earlier programs are taken away on the way. */
async function canMakeGroups(base: string): Promise<boolean> {
  const probe = join(base, `${prefix}probe-${process.pid}`);
  try {
    await access(join(base, "cgroup.procs"), constants.W_OK);
    await mkdir(probe);
    await access(join(probe, "cgroup.kill"), constants.W_OK);
    const left = (await readdir(base)).filter((name) => name.startsWith(prefix));
    await Promise.all(left.map((name) => removeGroup(join(base, name))));
    return true;
  } catch {
    // Not delegated, read-only, or a kernel before 5.14: runs are found by their other marks.
    await removeGroup(probe);
    return false;
  }
}

/** Groups below the own one of a program at this place. */
export function createRunGroups(place: GroupPlace): RunGroups {
  const base = directoryOf(place, place.own);
  const directories = (runIds: readonly string[]): readonly string[] =>
    runIds.filter(isName).map((runId) => join(base, prefix + runId));

  async function made(runIds: readonly string[], pid: number): Promise<readonly string[]> {
    const group = await groupOf(pid);
    const names = group?.split("/") ?? [];
    const depth = names.findIndex((name) => runIds.some((runId) => name === prefix + runId));
    return depth === -1 ? [] : [directoryOf(place, names.slice(0, depth + 1).join("/"))];
  }

  return {
    open: async (runId) => {
      const [directory] = directories([runId]);
      if (directory === undefined) return undefined;
      await mkdir(directory).catch(() => {});
      return join(directory, "cgroup.procs");
    },
    enter: async (runId, pid, isThere = () => true) => {
      for (const directory of directories([runId])) {
        await mkdir(directory).catch(() => {});
        if (isThere()) await put(join(directory, "cgroup.procs"), String(pid));
      }
    },
    members: async (runIds) => {
      const lists = await Promise.all(directories(runIds).map((directory) => textOf(join(directory, "cgroup.procs"))));
      return new Set(lists.flatMap((list) => list.split("\n").filter(Boolean).map(Number)));
    },
    kill: async (runIds, pids) => {
      const elsewhere = await Promise.all(pids.map((pid) => made(runIds, pid)));
      const own = directoryOf(place, (await groupOf("self")) ?? place.own);
      let hasKilled = false;
      for (const directory of new Set([...directories(runIds), ...elsewhere.flat()])) {
        if (`${own}/`.startsWith(`${directory}/`) || !(await isPopulated(directory))) continue;
        await put(join(directory, "cgroup.kill"), "1");
        hasKilled = true;
      }
      return hasKilled;
    },
    remove: async (runIds) => {
      await Promise.all(directories(runIds).map(removeGroup));
    },
  };
}

function directoryOf({ mount, root }: GroupPlace, group: string): string {
  return join(mount, root !== "/" && group.startsWith(root) ? group.slice(root.length) : group);
}

async function isPopulated(directory: string): Promise<boolean> {
  return /^populated 1$/m.test(await textOf(join(directory, "cgroup.events")));
}

function isName(runId: string): boolean {
  return /^[\w-]{1,200}$/.test(runId);
}

/** The path of a process's group. */
async function groupOf(pid: number | "self"): Promise<string | undefined> {
  return /^0::(\/.*)$/m.exec(await textOf(`/proc/${pid}/cgroup`))?.[1];
}

/** The kernel refuses while somebody is in it; groups which a program made in its own are taken away first. */
async function removeGroup(directory: string): Promise<void> {
  const inside = await readdir(directory, { withFileTypes: true }).catch(() => []);
  for (const entry of inside) {
    if (entry.isDirectory()) await removeGroup(join(directory, entry.name));
  }
  await rmdir(directory).catch(() => {});
}

async function put(file: string, text: string): Promise<void> {
  // The group or the process may be gone; `r+`, because a missing file is not to be made.
  await writeFile(file, text, { flag: "r+" }).catch(() => {});
}

async function textOf(file: string): Promise<string> {
  return await readFile(file, "utf8").catch(() => "");
}
