import { expect, it } from "vitest";
import type { Store } from "../../src/bridge/store-port.ts";
import { openStore } from "../../src/store/open-store.ts";
import { settled } from "../telegram/fake-clock.ts";
import { BridgeUnderTest } from "./bridge-under-test.ts";

it("a run whose start can't be written has its receipt, and starts once when it can", async () => {
  const journal = openStore({ path: ":memory:", now: () => 1_000_000 });
  let isFull = true;
  const store: Store = {
    ...journal,
    startRun: (runId, startedAt) => {
      if (isFull) throw new Error("the disk is full");
      return journal.startRun(runId, startedAt);
    },
  };
  const bridge = new BridgeUnderTest({ store });
  await bridge.open();
  expect(() => bridge.prompt("build it")).not.toThrow();
  await bridge.chat.shows(/^queued/);
  await bridge.clock.advance(3_000);
  expect(bridge.runner.requests).toEqual([]);
  isFull = false;
  await bridge.clock.advance(1_000);
  await settled();
  expect(bridge.runner.requests).toMatchObject([{ prompt: "build it" }]);
  await bridge.clock.advance(60_000);
  expect(bridge.runner.requests).toHaveLength(1);
});
