import type { Capabilities, Runner } from "../../src/runner/runner.ts";
import type { HappiConfig } from "./config.ts";
import { resumeCodecOf } from "./resume.ts";
import type { HappiRunnerOptions } from "./options.ts";

/** A HAPPI runtime, one process per run. */
export function createHappiRunner(options: HappiRunnerOptions): Runner {
  const { engine, config } = options;
  return {
    engine,
    capabilities: capabilitiesOf(config),
    ...resumeCodecOf(engine),
    async *run(request, host) {
      const { runRuntime } = await import("./run.ts");
      yield* runRuntime(request, host, options);
    },
  };
}

/** Input is closed before the first event comes: nothing can be asked, said or stopped in between. */
function capabilitiesOf({ history }: HappiConfig): Capabilities {
  return {
    approvals: false,
    questions: false,
    plans: false,
    steer: false,
    interrupt: false,
    images: false,
    model: history === "messages",
    effort: [],
    sessions: false,
    fork: false,
    survives: false,
  };
}
