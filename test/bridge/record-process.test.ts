import { expect, it } from "vitest";
import type { Store } from "../../src/bridge/store-port.ts";
import { openStore } from "../../src/store/open-store.ts";
import { completed, token } from "../factories.ts";
import { settled } from "../telegram/fake-clock.ts";
import { Asking } from "./decisions/asking.ts";

/** A run whose journal takes no process while it is full. */
async function withFullJournal(): Promise<Asking & { free: () => void }> {
  const journal = openStore({ path: ":memory:", now: () => 1_000_000 });
  let isFull = true;
  const store: Store = {
    ...journal,
    recordProcess: (process) => {
      if (isFull) throw new Error("the disk is full");
      journal.recordProcess(process);
    },
  };
  return Object.assign(await Asking.begin({ store }), { free: () => (isFull = false) });
}

it("a process that can't be recorded at once is recorded later, and nothing is thrown into its run", async () => {
  const { bridge, run, free } = await withFullJournal();
  expect(() => run.host.processStarted({ pid: 4711, startMark: "then" })).not.toThrow();
  expect(bridge.store.recordedProcesses()).toEqual([]);
  free();
  await bridge.clock.advance(1_000);
  expect(bridge.store.recordedProcesses()).toMatchObject([{ pid: 4711, startMark: "then" }]);
});

it("a process is not recorded any more when its run is over", async () => {
  const { bridge, run, free } = await withFullJournal();
  run.host.processStarted({ pid: 4711, startMark: "then" });
  run.emit(completed("done", { resume: token("s1") }));
  run.end();
  await bridge.chat.shows(/^done/);
  await settled();
  free();
  await bridge.clock.advance(2_000);
  expect(bridge.store.recordedProcesses()).toEqual([]);
});
