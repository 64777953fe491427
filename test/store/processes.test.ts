import { expect, it } from "vitest";
import { toRunId } from "../../src/domain/run.ts";
import { accept, ending, memoryStore, queuedRun } from "./factories.ts";

it("processes stay recorded beyond the end of their run, until they are forgotten", () => {
  const store = memoryStore();
  const run = accept(store, queuedRun("a", { state: "running" }));
  accept(store, queuedRun("b", { state: "running" }));
  const child = { runId: run.id, pid: 4711, startMark: "8812" };
  store.recordProcess(child);
  store.recordProcess(child);
  store.recordProcess({ ...child, startMark: "9900" });
  store.recordProcess({ runId: toRunId("b"), pid: 4712, startMark: "1" });
  store.endRun(ending(run, { state: "interrupted" }));
  expect(store.recordedProcesses()).toHaveLength(3);
  expect(store.recordedProcesses()).toContainEqual(child);
  store.forgetProcesses(run.id);
  expect(store.recordedProcesses()).toEqual([{ runId: "b", pid: 4712, startMark: "1" }]);
});
