import { fileURLToPath } from "node:url";
import { loadPluginBackend } from "../../src/runner/discover-backends.ts";
import type { Runner } from "../../src/runner/runner.ts";
import { enforceContract } from "../../src/runner/enforce-contract.ts";
import { SessionLocks } from "../../src/runner/session-locks.ts";
import { completedOf } from "../factories.ts";
import { describeRunner } from "./runner-contract.ts";

const plugins = fileURLToPath(new URL("../../fixtures/plugins", import.meta.url));

// A plugin as small as this one leaves the ends of aborted runs to the enforcer, as it would in the program.
describeRunner({
  name: "a user's plugin in one file, enforced",
  createRunner: createPluginRunner,
  cases: {
    prompts: { succeed: "hello", fail: "fail", hang: "hang" },
    echo: { received: (events) => completedOf(events).answer },
  },
});

async function createPluginRunner(): Promise<Runner> {
  const loaded = await loadPluginBackend("./pi-like.mjs", plugins);
  if (loaded.kind === "broken") throw new Error(loaded.problem);
  const config = { command: `${plugins}/pi-like-program.mjs` };
  const runner = loaded.backend.createRunner(config, { engine: "pi-like", configDir: plugins });
  return enforceContract(runner, new SessionLocks());
}
