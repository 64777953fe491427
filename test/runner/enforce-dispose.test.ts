import { expect, it } from "vitest";
import { enforceContract } from "../../src/runner/enforce-contract.ts";
import type { Runner } from "../../src/runner/runner.ts";
import { SessionLocks } from "../../src/runner/session-locks.ts";
import { ScriptedRunner } from "../factories.ts";

/** A runner that keeps something between runs, as an instance with state of its own. */
class KeepingRunner extends ScriptedRunner {
  isDisposed = false;

  dispose(): Promise<void> {
    this.isDisposed = true;
    return Promise.resolve();
  }
}

it("enforceContract lets a runner end what it keeps", async () => {
  const inner = new KeepingRunner();
  await enforceContract(inner, new SessionLocks()).dispose?.();
  expect(inner.isDisposed).toBe(true);
});

it("enforceContract adds nothing to end where a runner keeps nothing", () => {
  const runner: Runner = enforceContract(new ScriptedRunner(), new SessionLocks());
  expect("dispose" in runner).toBe(false);
});
