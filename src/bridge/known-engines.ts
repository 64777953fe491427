import type { EngineId } from "../domain/event.ts";
import type { Runner } from "../runner/runner.ts";
import type { EngineSource } from "./ports.ts";

/** The engines a prompt can go to at once, in the order of their names. */
export function readyEngines(engines: EngineSource): readonly EngineId[] {
  return engines.runners.map(({ engine }) => engine).filter((id) => engines.runner(id) !== undefined);
}

/** The runner of an engine, also where its program is missing: it reads resume lines, and says what the engine could do. */
export function knownRunner({ runners }: EngineSource, engine: EngineId): Runner | undefined {
  return runners.find((runner) => runner.engine === engine);
}
