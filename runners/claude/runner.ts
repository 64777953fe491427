import { createResumeCodec } from "../../src/runner/resume-line.ts";
import type { Capabilities, ResumeCodec, Runner } from "../../src/runner/runner.ts";
import { SessionGrants } from "../../src/runner/session-grants.ts";
import type { ClaudeRunnerOptions, ClaudeSetup } from "./options.ts";
import { engine } from "./state.ts";

const capabilities: Capabilities = {
  approvals: true,
  questions: true,
  plans: true,
  steer: true,
  interrupt: true,
  images: true,
  model: true,
  effort: ["low", "medium", "high", "xhigh", "max"],
  sessions: true,
  fork: false,
  survives: true,
};

const resumeCodec: ResumeCodec = createResumeCodec({
  engine,
  print: (value) => `claude --resume ${value}`,
  pattern: /claude\s+(?:--resume|-r)(?:\s+|=)(?<token>[^`\s]+)/u,
});

/** Claude Code's CLI, one process per run. */
export function createClaudeRunner(options: ClaudeRunnerOptions): Runner {
  const setup: ClaudeSetup = { ...options, grants: new SessionGrants(), own: new Set() };
  return {
    engine,
    capabilities,
    ...resumeCodec,
    async *run(request, host) {
      const { runClaude } = await import("./run.ts");
      yield* runClaude(request, host, setup);
    },
    async listSessions(cwd, host) {
      const { listSessions } = await import("./list-sessions.ts");
      return await listSessions({ cwd, host, own: setup.own });
    },
  };
}
