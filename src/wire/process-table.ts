import { execFile } from "node:child_process";
import { close, closeSync, open, openSync, read, readFileSync, readSync } from "node:fs";
import { readdir } from "node:fs/promises";
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
const environmentsAtOnce = 4;
const environmentBytes = 16 * 1024;
/** Those of the last look. New ones for every look, several for each run, would be collected late and leave memory in pieces. */
const spareBuffers: Buffer[] = [];
const run = promisify(execFile);
/** Those of `node:fs/promises` take twice the time for the environments of all processes, and leave seven times as much to collect. */
const files = { open: promisify(open), read: promisify(read), close: promisify(close) };

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

/** Whether this very process still runs. */
export async function isRunning({ pid, startMark }: ProcessIdentity): Promise<boolean> {
  const row = isLinux ? readRowNow(pid) : (await readPs()).find((candidate) => candidate.pid === pid);
  return row?.startMark === startMark && !row.isZombie;
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
  const waiting = rows.values();
  const readSome = async (): Promise<void> => {
    const buffer = spareBuffers.pop() ?? Buffer.allocUnsafeSlow(environmentBytes);
    for (const row of waiting) if (await hasMark(row.pid, marks, buffer)) found.push(row);
    if (spareBuffers.length < environmentsAtOnce) spareBuffers.push(buffer);
  };
  await Promise.all(Array.from({ length: Math.min(environmentsAtOnce, rows.length) }, readSome));
  return found;
}

/** Those of the processes that have one of these values for their soft limit of realtime, in microseconds. Linux only. */
export async function limitedTo(
  rows: readonly ProcessRow[],
  values: readonly string[],
): Promise<readonly ProcessRow[]> {
  if (!isLinux) return [];
  const found: ProcessRow[] = [];
  for (const [index, row] of rows.entries()) {
    if (index % readsAtOnce === readsAtOnce - 1) await setImmediate();
    const limit = readLimitNow(row.pid);
    if (limit !== undefined && values.includes(limit)) found.push(row);
  }
  return found;
}

function readLimitNow(pid: number): string | undefined {
  try {
    return /^Max realtime timeout\s+(\d+)/m.exec(readNow(`/proc/${pid}/limits`))?.[1];
  } catch {
    // Gone in the meantime.
    return undefined;
  }
}

/**
 * Reads in the thread pool, because the kernel makes a reader wait while the process changes its memory map; and piece by piece into a
 * buffer of the caller's: read as a whole, the environments of a hundred processes for each of fifty runs that end at once are 90 MB.
 */
async function hasMark(pid: number, marks: readonly Buffer[], buffer: Buffer): Promise<boolean> {
  const longest = Math.max(...marks.map((mark) => mark.length));
  let file: number | undefined;
  try {
    file = await files.open(`/proc/${pid}/environ`, "r");
    // Every variable is to have a NUL before it, also the first, and one after it, also the last.
    let kept = buffer.write("\0", "latin1");
    for (;;) {
      const { bytesRead } = await files.read(file, buffer, kept, buffer.length - kept - 1, null);
      const end = bytesRead === 0 ? kept + buffer.write("\0", kept, "latin1") : kept + bytesRead;
      const piece = buffer.subarray(0, end);
      if (marks.some((mark) => piece.includes(mark))) return true;
      if (bytesRead === 0) return false;
      // A mark may begin in this piece and end in the next.
      kept = Math.min(end, longest);
      buffer.copyWithin(0, end - kept, end);
    }
  } catch {
    // Gone in the meantime, or another user's.
    return false;
  } finally {
    if (file !== undefined) await files.close(file);
  }
}

/**
 * Reads in slices: reading one `stat` takes some 10 µs and never waits, a fraction of what handing it to the thread pool and back does,
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
    return parseStat(readNow(`/proc/${pid}/stat`));
  } catch {
    return undefined;
  }
}

/** `readFileSync` would take 64 KB for each file whose size the system does not tell. */
const shortFile = Buffer.allocUnsafeSlow(4096);

function readNow(path: string): string {
  const file = openSync(path, "r");
  try {
    return shortFile.toString("latin1", 0, readSync(file, shortFile, 0, shortFile.length, null));
  } finally {
    closeSync(file);
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
