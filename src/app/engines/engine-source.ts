import type { EngineSource } from "../../bridge/ports.ts";
import type { LoadedConfig } from "../../config/load-config.ts";
import { childEnvironment } from "../../runner/child-env.ts";
import { type Engines, loadEngines } from "./engines.ts";
import { StartError } from "../start-error.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** All engines of a configuration. */
export function enginesOf(loaded: LoadedConfig, env: Environment): Promise<Engines> {
  return loadEngines({
    configDir: loaded.dir,
    table: (id) => loaded.engineTable(id),
    plugins: loaded.config.plugins.runners,
    defined: loaded.config.engines,
    env,
  });
}

/** The engines as the bridge sees them; their children never see one of `secrets`. */
export function engineSource(engines: Engines, env: Environment, secrets: readonly string[]): EngineSource {
  return {
    runners: engines.runners,
    runner: (id) => engines.runner(id),
    whyUnavailable: (id) => engines.all.find((status) => status.id === id)?.problem ?? `there is no engine "${id}"`,
    environment: (id) => childEnvironment(env, engines.environment(id), secrets),
  };
}

/**
 * The engine of prompts that name none: what was asked for on the command line or in the file, else the first one that is installed,
 * else the mock where that is welcome. Throws `StartError` when there is none.
 */
export function chooseDefaultEngine(
  engines: Engines,
  wish: { readonly engine?: string; readonly configured?: string; readonly allowMock: boolean },
): string {
  const wanted = wish.engine ?? wish.configured;
  if (wanted !== undefined) return usableEngine(engines, wanted);
  const real = engines.all.filter((status) => status.state === "ready" && status.program !== undefined);
  const first = real.find((status) => status.isVariant !== true) ?? real[0];
  if (first !== undefined) return first.id;
  if (wish.allowMock) return "mock";
  throw new StartError("no engine was found on this machine: install one (takopi engines says how) and start again");
}

function usableEngine(engines: Engines, id: string): string {
  const status = engines.all.find((known) => known.id === id);
  if (status === undefined) {
    const known = engines.all.map((engine) => engine.id).join(", ");
    throw new StartError(`there is no engine "${id}": choose one of ${known}`, { isConfiguration: true });
  }
  const { state, problem = `${id} can't be used` } = status;
  if (state !== "ready") throw new StartError(problem, { isConfiguration: state === "misconfigured" });
  return id;
}
