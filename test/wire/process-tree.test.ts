import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { identifyProcess } from "../../src/wire/process-table.ts";
import { endMarkedProcesses, endRecordedProcesses, listTree } from "../../src/wire/process-tree.ts";
import { limitMarkOf } from "../../src/wire/run-mark.ts";
import { isRunning, marked, nextLine, readLines, withProgram } from "./programs.ts";

test("a recorded process ends with a descendant in a session of its own", async () => {
  await withProgram("leave-child.mjs", ["ignore", "bare", "stay"], async (child, runId) => {
    const grandchild = Number(await nextLine(child.lines[Symbol.asyncIterator]()));
    await endRecordedProcesses([{ ...child.identity, runId }]);
    expect([child.identity.pid, grandchild].map(isRunning)).toEqual([false, false]);
    expect(await child.exited).toEqual({ kind: "signalled", signal: "SIGTERM" });
  });
});

test("what a recorded process left behind ends although the process itself is gone", async () => {
  await withProgram("leave-child.mjs", ["ignore", "marked", "leave"], async (child, runId) => {
    const [grandchild] = await readLines(child);
    await child.exited;
    expect(marked(runId)).toEqual([Number(grandchild)]);
    await endRecordedProcesses([{ ...child.identity, runId }]);
    expect(marked(runId)).toEqual([]);
  });
});

test("a process that ignores SIGTERM is killed", async () => {
  await withProgram("ignore-signals.mjs", ["SIGTERM"], async (child, runId) => {
    await nextLine(child.lines[Symbol.asyncIterator]());
    await endRecordedProcesses([{ ...child.identity, runId }]);
    expect(await child.exited).toEqual({ kind: "signalled", signal: "SIGKILL" });
  });
});

test("a pid that now belongs to another process is left alone", async () => {
  await withProgram("forever.mjs", [], async (child) => {
    await nextLine(child.lines[Symbol.asyncIterator]());
    const { pid, startMark } = child.identity;
    const [bootId = "", ticks = ""] = startMark.split(":");
    const startMarks = [`${bootId}:${Number(ticks) - 1}`, `${bootId}:0`, `another-boot:${ticks}`, "unknown", ""];
    await endRecordedProcesses(startMarks.map((mark) => ({ pid, startMark: mark, runId: "test-gone" })));
    expect(isRunning(pid)).toBe(true);
  });
});

test("this process is left alone even when it is recorded itself", async () => {
  const identity = await identifyProcess(process.pid);
  await endRecordedProcesses([{ ...identity, runId: "test-self" }]);
  expect(await identifyProcess(process.pid)).toEqual(identity);
});

test("what this process started is left alone although both bear the mark of a run that is ended", async () => {
  await withProgram("forever.mjs", [], async (child) => {
    await nextLine(child.lines[Symbol.asyncIterator]());
    for (const pid of [process.pid, child.identity.pid]) await limitRealtime(pid, `${limitMarkOf("test-outer")}:`);
    try {
      await endMarkedProcesses(["test-outer"]);
      expect(isRunning(child.identity.pid)).toBe(true);
    } finally {
      await limitRealtime(process.pid, "unlimited:");
    }
    await endMarkedProcesses(["test-outer"]);
    expect(isRunning(child.identity.pid)).toBe(false);
  });
});

test("nothing recorded means nothing to do", async () => {
  await expect(endRecordedProcesses([])).resolves.toBeUndefined();
});

test("the tree of a process names it and what came of it, also in a session of its own", async () => {
  await withProgram("leave-child.mjs", ["ignore", "bare", "stay"], async (child, runId) => {
    const grandchild = Number(await nextLine(child.lines[Symbol.asyncIterator]()));
    const tree = await listTree({ ...child.identity, runId, ownsGroup: true });
    expect(tree.map(({ pid }) => pid).toSorted((a, b) => a - b)).toEqual(
      [child.identity.pid, grandchild].toSorted((a, b) => a - b),
    );
  });
});

async function limitRealtime(pid: number, limits: string): Promise<void> {
  await promisify(execFile)("prlimit", [`--pid=${pid}`, `--rttime=${limits}`]);
}
