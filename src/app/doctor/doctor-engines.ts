import type { LoadedConfig } from "../../config/load-config.ts";
import type { Check } from "./doctor-check.ts";
import type { EngineStatus } from "../engines/engines.ts";
import { enginesOf } from "../engines/engine-source.ts";
import { type Engines, engineVersion } from "../engines/engines.ts";
import { programPlace } from "../engines/program-place.ts";
import { childEnvironment } from "../../runner/child-env.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** What a service manager gives its services, so that an engine found only with the user's own PATH is lost there. */
const SERVICE_PATH = "/usr/local/bin:/usr/bin:/bin";

const CHECK_MS = 10_000;

/** Whether the engines are there, answer, and would also be found by a bot started as a service. */
export async function* checkEngines(loaded: LoadedConfig, env: Env): AsyncGenerator<Check, void, undefined> {
  const engines = await enginesOf(loaded, env);
  const { all: found } = engines;
  const { all: asService } = await enginesOf(loaded, { ...env, PATH: SERVICE_PATH });
  const isWanted = (status: EngineStatus): boolean => wantedEngines(loaded).has(status.id);
  for (const status of found) {
    if (status.state === "ready") {
      yield (await checkElsewhere(engines, status.id, env)) ?? (await checkReady(status, env));
      if (asService.find((other) => other.id === status.id)?.state !== "ready") yield serviceWarning(status);
    } else if (isWanted(status)) {
      yield { state: "problem", text: `${status.id}: ${status.problem ?? status.state}` };
    }
  }
  const others = found.filter((status) => status.state !== "ready" && !isWanted(status)).map((status) => status.id);
  if (others.length > 0)
    yield { state: "warning", text: `engines that are not ready: ${others.join(", ")}; see takopi engines` };
  const hasProgram = found.some((status) => status.state === "ready" && status.program !== undefined);
  if (!hasProgram && wantedEngines(loaded).size === 0) {
    yield { state: "problem", text: "no engine was found on this machine: install one, takopi engines says how" };
  }
}

/** The engines prompts go to when nobody names one, as far as the user chose them. */
function wantedEngines({ config, isSet }: LoadedConfig): ReadonlySet<string> {
  const ofProjects = Object.values(config.projects).map((project) => project.default_engine);
  const chosen = [isSet("default_engine") ? config.default_engine : undefined, ...ofProjects];
  return new Set(chosen.filter((id) => id !== undefined));
}

/** Engines that have no program here know themselves what they need. */
async function checkElsewhere(engines: Engines, id: string, env: Env): Promise<Check | undefined> {
  const host = { env: childEnvironment(env, engines.environment(id)), signal: AbortSignal.timeout(CHECK_MS) };
  return await engines.runner(id)?.check?.(host);
}

async function checkReady(status: EngineStatus, env: Env): Promise<Check> {
  if (status.program === undefined) return { state: "ok", text: `${status.id}: ${programPlace(status)}` };
  const version = await engineVersion(status, env);
  if (version !== undefined) return { state: "ok", text: `${status.id} ${version}: ${status.program}` };
  // Nobody knows what a program of the user's own choice takes: it may do its work all the same.
  if (status.installHint === undefined) {
    return { state: "warning", text: `${status.id}: ${status.program} does not answer to --version; it need not` };
  }
  return { state: "problem", text: `${status.id}: ${status.program} does not answer; try it in a terminal` };
}

function serviceWarning({ id, program }: EngineStatus): Check {
  const elsewhere = `for any other, write command = "${program ?? id}" under [${id}]`;
  const text = `${id} is not on the PATH of a service (${SERVICE_PATH}): takopi service install takes your PATH along; ${elsewhere}`;
  return { state: "warning", text };
}
