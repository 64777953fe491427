import { expect, it } from "vitest";
import type { Store } from "../../src/bridge/store-port.ts";
import { openStore } from "../../src/store/open-store.ts";
import { started, token } from "../factories.ts";
import { FakeClock, settled } from "../telegram/fake-clock.ts";
import { BridgeUnderTest } from "./bridge-under-test.ts";

/** The journal of a bot that died while it worked; the next `times` calls of `call` fail. */
async function leftBehind(): Promise<{
  dead: BridgeUnderTest;
  fail: (call: "resolveSending" | "endRun" | "withholdSteered" | "forgetProcesses", times: number) => void;
}> {
  const journal = openStore({ path: ":memory:", now: () => 1_000_000 });
  const failures = new Map<string, number>();
  const guarded = (call: string): void => {
    const left = failures.get(call) ?? 0;
    failures.set(call, left - 1);
    if (left > 0) throw new Error("the disk is full");
  };
  const store: Store = {
    ...journal,
    resolveSending: () => (guarded("resolveSending"), journal.resolveSending()),
    endRun: (ending) => (guarded("endRun"), journal.endRun(ending)),
    withholdSteered: (told) => (guarded("withholdSteered"), journal.withholdSteered(told)),
    forgetProcesses: (runId) => (guarded("forgetProcesses"), journal.forgetProcesses(runId)),
  };
  const dead = new BridgeUnderTest({ store });
  await dead.open();
  dead.prompt("work");
  const run = await dead.runner.nextRun();
  run.host.processStarted({ pid: 42, startMark: "then" });
  run.emit(started(token("s1")));
  await dead.chat.shows(/^starting/);
  await settled();
  return { dead, fail: (call, times) => void failures.set(call, times) };
}

it.each(["resolveSending", "endRun", "withholdSteered", "forgetProcesses"] as const)(
  "recovery goes on where it was when %s could not be written for a while",
  async (call) => {
    const { dead, fail } = await leftBehind();
    fail(call, 2);
    const clock = new FakeClock(dead.clock.now());
    const opened = dead.restarted({ clock });
    await clock.advance(3_000);
    const bridge = await opened;
    expect(bridge.ended).toMatchObject([{ pid: 42 }]);
    expect(bridge.store.recordedProcesses()).toEqual([]);
    await bridge.chat.shows(/^interrupted/);
    expect(bridge.chat.texts().filter((text) => text.startsWith("interrupted"))).toHaveLength(1);
  },
);
