import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import { enforceContract } from "../../src/runner/enforce-contract.ts";
import { SessionLocks } from "../../src/runner/session-locks.ts";
import { collect, completed, createTestHost, runRequest, ScriptedRunner, started } from "../factories.ts";

it("enforceContract keeps nothing of a run in memory whose runner went on listening for its abort", async () => {
  const left: WeakRef<object>[] = [];
  const inner = new ScriptedRunner({
    script: async function* (_request, { signal }) {
      const child = { output: "much" };
      left.push(new WeakRef(child));
      signal.addEventListener("abort", () => (child.output = ""), { once: true });
      yield* [started(), completed()];
    },
  });
  const runner = enforceContract(inner, new SessionLocks());
  for (let run = 0; run < 3; run += 1) await collect(runner.run(runRequest(), createTestHost()));
  await collectGarbage();
  expect(left).toHaveLength(3);
  expect(left.filter((child) => child.deref() !== undefined)).toEqual([]);
});

/** What weak references were asked for in this turn of the event loop stays until its end. */
async function collectGarbage(): Promise<void> {
  setFlagsFromString("--expose-gc");
  const collectAll: unknown = runInNewContext("gc");
  if (typeof collectAll !== "function") throw new Error("there is no gc here");
  await setImmediate();
  collectAll();
}
