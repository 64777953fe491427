import { createResumeCodec } from "../../src/runner/resume-line.ts";
import type { Capabilities, ResumeCodec, Runner } from "../../src/runner/runner.ts";
import type { CodexConfig } from "./config.ts";
import { SessionGrants } from "../../src/runner/session-grants.ts";
import { defaultPatience } from "./patience.ts";
import { sessionIdPattern } from "./session-id.ts";
import { engine } from "./state.ts";
import type { CodexRunnerOptions } from "./options.ts";

const execCapabilities: Capabilities = {
  approvals: false,
  questions: false,
  plans: false,
  steer: false,
  interrupt: false,
  images: true,
  model: true,
  effort: ["minimal", "low", "medium", "high", "xhigh"],
  sessions: true,
  fork: false,
  survives: true,
};

const capabilities: Readonly<Record<CodexConfig["mode"], Capabilities>> = {
  exec: execCapabilities,
  app_server: {
    ...execCapabilities,
    approvals: true,
    questions: true,
    plans: true,
    steer: true,
    interrupt: true,
  },
};

const resumeCodec: ResumeCodec = createResumeCodec({
  engine,
  print: (value) => `codex resume ${value}`,
  pattern: new RegExp(`codex\\s+resume\\s+(?<token>${sessionIdPattern})`, "u"),
});

/** Codex's CLI, one process per run. */
export function createCodexRunner(options: CodexRunnerOptions): Runner {
  const patience = { ...defaultPatience, ...options.patience };
  const shared = { ...options, patience, grants: new SessionGrants(), own: new Set<string>() };
  return {
    engine,
    capabilities: capabilities[options.config.mode],
    ...resumeCodec,
    async *run(request, host) {
      const { runCodex } = await import("./run.ts");
      yield* runCodex(request, host, shared);
    },
    async listSessions(cwd, host) {
      const { listSessions } = await import("./list-sessions.ts");
      return await listSessions({ ...shared, cwd, host });
    },
  };
}
