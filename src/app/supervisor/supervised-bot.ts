import { createHash } from "node:crypto";
import { basename, dirname, isAbsolute, join } from "node:path";
import type { SupervisorMachine } from "./machine.ts";
import type { SupervisedBot } from "./supervisor.ts";

/** What is to be kept running for a configuration, as it would run in this terminal. */
export function supervisedBot(
  machine: SupervisorMachine,
  { config, cwd }: { readonly config: string; readonly cwd: string },
): SupervisedBot {
  return { name: nameFor(machine.home, config), config, cwd, path: searchPath(machine) };
}

/** `takopi` for `~/.takopi/takopi.toml`; for other files a name that tells them apart. */
export function nameFor(home: string, config: string): string {
  if (config === join(home, ".takopi", "takopi.toml")) return "takopi";
  const file = basename(config, ".toml");
  const word = (file === "takopi" ? basename(dirname(config)) : file).toLowerCase().replace(/[^a-z0-9]+/g, "-");
  const mark = createHash("sha256").update(config).digest("hex").slice(0, 4);
  return ["takopi", ...word.split("-").filter((part) => part !== ""), mark].join("-");
}

/** Engines are often programs for Node, which then has to be found too. */
function searchPath({ env, node }: SupervisorMachine): readonly string[] {
  const dirs = [...(env["PATH"] ?? "").split(":"), dirname(node)];
  return [...new Set(dirs.filter((dir) => isAbsolute(dir) && !/[\r\n:]/.test(dir)))];
}
