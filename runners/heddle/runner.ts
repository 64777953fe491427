import type { Capabilities, Runner } from "../../src/runner/runner.ts";
import { defaultPatience } from "./patience.ts";
import { resumeCodecOf } from "./resume.ts";
import { Workers } from "./workers.ts";
import type { HeddleRunnerOptions } from "./options.ts";

const capabilities: Capabilities = {
  approvals: false,
  questions: false,
  plans: false,
  steer: false,
  interrupt: true,
  images: false,
  model: true,
  effort: [],
  // The protocol can't open a session again: one lives as long as its worker, and is told anew to another after that.
  sessions: false,
  fork: false,
  survives: false,
};

/** Heddle's headless worker, one process per session. */
export function createHeddleRunner(options: HeddleRunnerOptions): Runner {
  const { engine, config } = options;
  const patience = { ...defaultPatience, ...options.patience };
  const workers = new Workers({ maxIdle: config.max_idle_workers, idleMs: config.idle_timeout_s * 1000 });
  return {
    engine,
    capabilities,
    ...resumeCodecOf(engine),
    async *run(request, host) {
      const { runHeddle } = await import("./run.ts");
      yield* runHeddle({ ...options, patience, workers, request, host });
    },
    dispose: async () => await workers.close(),
  };
}
