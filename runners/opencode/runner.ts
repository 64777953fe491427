import { createResumeCodec } from "../../src/runner/resume-line.ts";
import type { Capabilities, ResumeCodec, Runner } from "../../src/runner/runner.ts";
import type { RunnerOptions } from "./options.ts";
import { engine } from "./state.ts";

/** The server takes prompts and answers at any time. */
const served: Capabilities = {
  approvals: true,
  questions: true,
  plans: true,
  steer: true,
  interrupt: true,
  images: true,
  model: true,
  // A model has some of these `variants`; OpenCode passes over one it has not (1.18.33).
  effort: ["minimal", "low", "medium", "high", "xhigh", "max"],
  sessions: true,
  fork: false,
  survives: false,
};

/** `opencode run` refuses whatever would have to be asked, and hears nothing after its prompt, which is why nobody needs to be there. */
const printed: Capabilities = {
  ...served,
  approvals: false,
  questions: false,
  plans: false,
  steer: false,
  interrupt: false,
  survives: true,
};

const resumeCodec: ResumeCodec = createResumeCodec({
  engine,
  print: (value) => `opencode --session ${value}`,
  pattern: /opencode(?:\s+run)?\s+(?:--session|-s)(?:\s+|=)(?<token>ses_[A-Za-z0-9]+)/u,
});

/** OpenCode's CLI, one process per run. */
export function createOpencodeRunner(options: RunnerOptions): Runner {
  const isServed = options.config.mode === "serve";
  return {
    engine,
    capabilities: isServed ? served : printed,
    ...resumeCodec,
    async *run(request, host) {
      const { runOpencode } = await import("./run.ts");
      yield* runOpencode(request, host, options);
    },
    async listSessions(cwd, host) {
      const { listSessions } = await import("./list-sessions.ts");
      return await listSessions(cwd, host, options);
    },
  };
}
