import type { Capabilities, Runner } from "../../src/runner/runner.ts";
import type { PiConfig } from "./config.ts";
import { resumeCodec } from "./resume.ts";
import { engine } from "./state.ts";
import type { PiRunnerOptions } from "./options.ts";

/** Pi's CLI, one process per run. */
export function createPiRunner(options: PiRunnerOptions): Runner {
  return {
    engine,
    capabilities: capabilitiesOf(options.config),
    ...resumeCodec,
    async *run(request, host) {
      const { runPi } = await import("./run.ts");
      yield* runPi({ request, host, options });
    },
    async listSessions(cwd, host) {
      const { listSessions } = await import("./list-sessions.ts");
      return await listSessions(cwd, host, options.config);
    },
  };
}

function capabilitiesOf({ mode, ask_before }: PiConfig): Capabilities {
  const isTwoWay = mode === "rpc";
  return {
    approvals: ask_before.length > 0,
    questions: isTwoWay,
    plans: false,
    steer: isTwoWay,
    interrupt: isTwoWay,
    images: true,
    model: true,
    effort: ["off", "minimal", "low", "medium", "high", "xhigh", "max"],
    sessions: true,
    fork: false,
    survives: true,
  };
}
