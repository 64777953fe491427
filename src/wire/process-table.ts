import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { setImmediate } from "node:timers/promises";
import { promisify } from "node:util";
import type { ProcessIdentity } from "../domain/process.ts";

/** One process as the kernel shows it. */
export interface ProcessRow extends ProcessIdentity {
  readonly parent: number;
  readonly group: number;
  /** 0 where the system does not tell. */
  readonly session: number;
  /** When it was started, in a unit of the system's own; only good for comparing. */
  readonly startedAt: number;
  /** Gone but for its exit code, which nobody has asked for yet. */
  readonly isZombie: boolean;
}

const isLinux = process.platform === "linux";
const readsAtOnce = 32;
const run = promisify(execFile);

/** All processes of the machine, as far as this user may see them. */
export async function readProcessTable(): Promise<readonly ProcessRow[]> {
  return isLinux ? await readProc() : await readPs();
}

/**
 * Who a process that was started right now is. On Linux the mark is the boot id and the start time in clock ticks, read before this
 * function first waits, so that a process just spawned is still there to be asked; elsewhere it is what `ps` says.
 */
export async function identifyProcess(pid: number): Promise<ProcessIdentity> {
  const row = isLinux ? readRowNow(pid) : (await readPs()).find((candidate) => candidate.pid === pid);
  return { pid, startMark: row?.startMark ?? "unknown" };
}

/** Whether the process behind the row still runs. */
export function isAlive(row: ProcessRow): boolean {
  if (isLinux) {
    const now = readRowNow(row.pid);
    return now?.startMark === row.startMark && !now.isZombie;
  }
  try {
    return process.kill(row.pid, 0);
  } catch {
    return false;
  }
}

/** Whether a start mark is from before the machine was last started. Nothing with such a mark can be running. */
export function isFromEarlierBoot(startMark: string): boolean {
  return isLinux && !startMark.startsWith(`${bootId()}:`);
}

/** The `startedAt` of the process with this start mark; 0, before everything, when the mark tells nothing. */
export function startTimeOf(startMark: string): number {
  const startedAt = isLinux ? Number(startMark.split(":")[1]) : Date.parse(startMark);
  return Number.isNaN(startedAt) ? 0 : startedAt;
}

/** Those of the processes that were started with one of these variables (`NAME=value`). Linux only; elsewhere there are none. */
export async function startedWith(
  rows: readonly ProcessRow[],
  variables: readonly string[],
): Promise<readonly ProcessRow[]> {
  if (!isLinux) return [];
  const marks = variables.map((variable) => Buffer.from(`\0${variable}\0`));
  const found: ProcessRow[] = [];
  for (let start = 0; start < rows.length; start += readsAtOnce) {
    const slice = rows.slice(start, start + readsAtOnce);
    const environments = await Promise.all(slice.map(({ pid }) => readEnvironment(pid)));
    found.push(...slice.filter((_, index) => marks.some((mark) => environments[index]?.includes(mark))));
  }
  return found;
}

/** Read in the thread pool: the kernel makes a reader wait while the process changes its memory map. */
async function readEnvironment(pid: number): Promise<Buffer> {
  try {
    return Buffer.concat([Buffer.of(0), await readFile(`/proc/${pid}/environ`), Buffer.of(0)]);
  } catch {
    // Gone in the meantime, or another user's.
    return Buffer.alloc(0);
  }
}

/**
 * Reads in slices: reading one `stat` takes some 20 µs and never waits, a fifth of what handing it to the thread pool and back does,
 * and so a machine with a thousand processes does not hold up anything else for longer than a slice.
 */
async function readProc(): Promise<readonly ProcessRow[]> {
  const pids = (await readdir("/proc")).map(Number).filter(Number.isInteger);
  const rows: ProcessRow[] = [];
  for (const [index, pid] of pids.entries()) {
    if (index % readsAtOnce === readsAtOnce - 1) await setImmediate();
    const row = readRowNow(pid);
    if (row !== undefined) rows.push(row);
  }
  return rows;
}

function readRowNow(pid: number): ProcessRow | undefined {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return undefined;
  }
}

/** `/proc/PID/stat`: the name, in parentheses, may hold anything, so that only what follows the last `)` can be relied on. */
function parseStat(stat: string): ProcessRow {
  const [state, parent, group, session, ...others] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const startedAt = others[15] ?? "";
  return {
    pid: Number.parseInt(stat, 10),
    startMark: `${bootId()}:${startedAt}`,
    parent: Number(parent),
    group: Number(group),
    session: Number(session),
    startedAt: Number(startedAt),
    isZombie: state === "Z" || state === "X",
  };
}

let knownBootId: string | undefined;

function bootId(): string {
  knownBootId ??= readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
  return knownBootId;
}

async function readPs(): Promise<readonly ProcessRow[]> {
  const { stdout } = await run("ps", ["-axo", "pid=,ppid=,pgid=,stat=,lstart="], {
    env: { ...process.env, LC_ALL: "C" },
    maxBuffer: 16 << 20,
  });
  return stdout.split("\n").flatMap(parsePsLine);
}

/** `  501   1   501 Ss   Mon Aug  3 10:11:12 2026` */
function parsePsLine(line: string): readonly ProcessRow[] {
  const [, pid, parent, group, state, startMark] = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(.+?)\s*$/.exec(line) ?? [];
  if (startMark === undefined || state === undefined) return [];
  return [
    {
      pid: Number(pid),
      startMark,
      parent: Number(parent),
      group: Number(group),
      session: 0,
      startedAt: Date.parse(startMark),
      isZombie: state.startsWith("Z"),
    },
  ];
}
