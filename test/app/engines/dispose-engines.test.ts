import { expect, it } from "vitest";
import { disposeEngines } from "../../../src/app/engines/engines.ts";
import type { Runner } from "../../../src/runner/runner.ts";
import { ScriptedRunner } from "../../factories.ts";

function keeping(dispose: () => Promise<void>): Runner {
  return Object.assign(new ScriptedRunner(), { dispose });
}

it("disposeEngines waits for all engines that keep something, and one that fails keeps it from none", async () => {
  const ended: string[] = [];
  const broken = keeping(() => Promise.reject(new Error("no")));
  const slow = keeping(async () => {
    await new Promise((resolve) => setImmediate(resolve));
    ended.push("slow");
  });
  await expect(disposeEngines({ runners: [broken, new ScriptedRunner(), slow] })).resolves.toBeUndefined();
  expect(ended).toEqual(["slow"]);
});
