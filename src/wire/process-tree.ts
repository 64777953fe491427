import { setTimeout as delay } from "node:timers/promises";
import type { ProcessIdentity } from "../domain/process.ts";
import { runGroups, type RunGroups } from "./cgroup.ts";
import {
  isAlive,
  isFromEarlierBoot,
  limitedTo,
  readProcessTable,
  startedWith,
  startTimeOf,
  type ProcessRow,
} from "./process-table.ts";
import { limitMarkOf, runIdVariable } from "./run-mark.ts";

/** The process a tree grew from. It may be gone, and what it started may have moved to other groups and sessions. */
export interface TreeRoot extends ProcessIdentity {
  readonly runId: string;
  /**
   * Whether a group or session with the root's number is the root's own even when the root is gone. True for one's own child; after
   * a restart the number may have been given to somebody else.
   */
  readonly ownsGroup: boolean;
}

const termGraceMs = 3000;
/** What was signalled may have started something meanwhile, or sleep in the kernel: it is looked for again. */
const lookAgainMs = 100;
/** Bounds the race against processes that can't be stopped because they are another user's. */
const maxFreezeRounds = 5;

/**
 * Ends processes which a program that is gone had recorded, with all their descendants and everything that bears the mark of their
 * run: SIGTERM, 3 s later SIGKILL. Resolves when none is left. A process whose start mark differs is somebody else's and is left
 * alone; so is this very process with all it started, even when it was itself started in one of these runs.
 */
export async function endRecordedProcesses(
  processes: readonly (ProcessIdentity & { readonly runId: string })[],
): Promise<void> {
  const roots = processes
    .filter(({ startMark }) => !isFromEarlierBoot(startMark))
    .map((recorded) => ({ ...recorded, ownsGroup: false }));
  if (roots.length > 0) await watchTrees(roots).end(termGraceMs);
}

/** The same for runs whose processes may not have been recorded: what bears the mark of one of them. */
export async function endMarkedProcesses(runIds: readonly string[]): Promise<void> {
  const roots = runIds.map((runId) => ({ runId, pid: -1, startMark: "", ownsGroup: false }));
  if (roots.length > 0) await watchTrees(roots).end(termGraceMs);
}

/** What came of a root and is there now, the root included. */
export async function listTree(root: TreeRoot): Promise<readonly ProcessIdentity[]> {
  return await findTrees([root], await readProcessTable(), new Map());
}

/** The processes that came of some roots. What was found once stays found, whatever becomes of its parent and its group. */
export interface ProcessTrees {
  /** Takes note of what is there now: before something may end that alone ties the others to the root. */
  look(): Promise<void>;
  /**
   * Ends all: SIGTERM to everything at once, after the grace SIGKILL to what remains. Resolves when none is left; processes this user
   * has no right to signal are passed over. When nothing is there, it takes one look at the process table.
   */
  end(graceMs: number): Promise<void>;
}

/** Finds and ends what came of the roots, also in other groups and sessions. */
export function watchTrees(roots: readonly TreeRoot[]): ProcessTrees {
  const runIds = [...new Set(roots.map(({ runId }) => runId))];
  const seen = new Map<number, string>();
  const refused = new Set<number>();

  async function scan(): Promise<Scan> {
    const table = await readProcessTable();
    const found = await findTrees(roots, table, seen);
    const alive = found.filter(({ pid }) => !refused.has(pid));
    const news = alive.filter(({ pid, startMark }) => seen.get(pid) !== startMark);
    for (const { pid, startMark } of news) seen.set(pid, startMark);
    return { table, alive, news };
  }

  function signal(rows: readonly ProcessRow[], name: NodeJS.Signals, table: readonly ProcessRow[]): void {
    for (const pid of signalAll(rows, name, table)) refused.add(pid);
  }

  async function freeze(): Promise<Scan> {
    let now = await scan();
    signal(now.alive, "SIGSTOP", now.table);
    for (let round = 0; round < maxFreezeRounds && now.alive.length > 0; round += 1) {
      now = await scan();
      if (now.news.length === 0) break;
      signal(now.news, "SIGSTOP", now.table);
    }
    return now;
  }

  async function remains(groups: RunGroups | undefined, alive: readonly ProcessRow[]): Promise<boolean> {
    const pids = alive.map(({ pid }) => pid);
    const hasKilled = await groups?.kill(runIds, pids);
    return hasKilled === true || alive.length > 0;
  }

  async function end(graceMs: number): Promise<void> {
    const killAt = performance.now() + graceMs;
    // Stopped, nothing can start a process and end between the look and the signal.
    let now = await freeze();
    signal(now.alive, "SIGTERM", now.table);
    signal(now.alive, "SIGCONT", now.table);
    while (now.alive.length > 0 && performance.now() < killAt) {
      await untilGone(now.alive, Math.min(killAt - performance.now(), lookAgainMs));
      now = await scan();
      signal(now.news, "SIGTERM", now.table);
    }
    const groups = await runGroups();
    // What starts another one and leaves all the time may be in a group and yet never be seen.
    while (await remains(groups, now.alive)) {
      signal(now.alive, "SIGKILL", now.table);
      await untilGone(now.alive, lookAgainMs);
      now = await scan();
    }
    await groups?.remove(runIds);
  }

  return { look: async () => void (await scan()), end };
}

/** One look at the processes. `news`: what of `alive` an earlier look did not find. */
interface Scan {
  readonly table: readonly ProcessRow[];
  readonly alive: readonly ProcessRow[];
  readonly news: readonly ProcessRow[];
}

async function findTrees(
  roots: readonly TreeRoot[],
  table: readonly ProcessRow[],
  seen: ReadonlyMap<number, string>,
): Promise<readonly ProcessRow[]> {
  const oldest = Math.min(...roots.map(({ startMark }) => startTimeOf(startMark)));
  const ownLine = ownLineIn(table, roots);
  const candidates = table.filter((row) => !row.isZombie && !ownLine.has(row.pid) && row.startedAt >= oldest);
  const found = await findMarked(roots, table, candidates);
  for (const row of candidates) {
    if (seen.get(row.pid) === row.startMark || roots.some((root) => isOf(root, row, table))) found.add(row);
  }
  return [...withDescendants(found, candidates)];
}

/**
 * What bears a mark of the runs. A bot that one of them started bears it too, and so does, for a moment, what that bot starts: this is
 * found from its own root on.
 */
async function findMarked(
  roots: readonly TreeRoot[],
  table: readonly ProcessRow[],
  candidates: readonly ProcessRow[],
): Promise<Set<ProcessRow>> {
  const runIds = roots.map(({ runId }) => runId);
  const self = table.filter(({ pid }) => pid === process.pid);
  const looked = [...candidates, ...self];
  const members = await (await runGroups())?.members(runIds);
  const found = new Set(looked.filter(({ pid }) => members?.has(pid)));
  for (const row of await limitedTo(looked, runIds.map(limitMarkOf))) found.add(row);
  const marks = runIds.map((runId) => `${runIdVariable}=${runId}`);
  const others = looked.filter((row) => !found.has(row));
  for (const row of await startedWith(others, marks)) found.add(row);
  if (self.some((row) => found.has(row))) for (const row of withDescendants(self, table)) found.delete(row);
  return found;
}

/**
 * This process and what it was started through, such as `npx`, which would hand on the signal: left alone, unless that still hangs on
 * a root.
 */
function ownLineIn(table: readonly ProcessRow[], roots: readonly TreeRoot[]): ReadonlySet<number> {
  const line = new Set<number>();
  let row = table.find(({ pid }) => pid === process.pid);
  while (row !== undefined && !line.has(row.pid)) {
    line.add(row.pid);
    const { parent } = row;
    row = table.find(({ pid }) => pid === parent);
  }
  return roots.some(({ pid }) => line.has(pid)) ? new Set([process.pid]) : line;
}

/** Whether the process is the root, or in its group or session. */
function isOf(root: TreeRoot, row: ProcessRow, table: readonly ProcessRow[]): boolean {
  if (row.pid === root.pid) return row.startMark === root.startMark;
  if (row.group !== root.pid && row.session !== root.pid) return false;
  const leader = table.find(({ pid }) => pid === root.pid);
  return leader === undefined ? root.ownsGroup : leader.startMark === root.startMark;
}

function withDescendants(rows: Iterable<ProcessRow>, candidates: readonly ProcessRow[]): ReadonlySet<ProcessRow> {
  const found = new Set(rows);
  const byParent = new Map<number, ProcessRow[]>();
  for (const row of candidates) byParent.set(row.parent, [...(byParent.get(row.parent) ?? []), row]);
  // A set hands out what is added while it is walked.
  for (const { pid } of found) {
    for (const child of byParent.get(pid) ?? []) found.add(child);
  }
  return found;
}

/** Signals whole groups where the leader is among the targets, so that nothing slips through by forking. Returns who refused. */
function signalAll(
  targets: readonly ProcessRow[],
  signal: NodeJS.Signals,
  table: readonly ProcessRow[],
): ReadonlySet<number> {
  const ownGroup = table.find(({ pid }) => pid === process.pid)?.group;
  const groups = new Set(targets.filter(({ pid, group }) => pid === group && group !== ownGroup).map(({ pid }) => pid));
  const refused = new Set<number>();
  for (const row of targets) {
    if (groups.has(row.group) && row.pid !== row.group) continue;
    if (isAlive(row) && !sendSignal(groups.has(row.pid) ? -row.pid : row.pid, signal)) refused.add(row.pid);
  }
  return refused;
}

function sendSignal(target: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(target, signal);
  } catch (error) {
    // ESRCH: it is gone, as wanted.
    return !(error instanceof Error && "code" in error && error.code === "EPERM");
  }
}

async function untilGone(rows: readonly ProcessRow[], limitMs: number): Promise<void> {
  const end = performance.now() + limitMs;
  for (let pauseMs = 2; rows.some(isAlive) && performance.now() < end; pauseMs = Math.min(pauseMs * 1.5, 50)) {
    await delay(pauseMs);
  }
}
