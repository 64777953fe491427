import type { Capabilities, Runner } from "../../src/runner/runner.ts";
import { SessionGrants } from "../../src/runner/session-grants.ts";
import { knownAgent, type KnownAgent } from "./known-agents.ts";
import { resumeCodecOf } from "./resume.ts";
import type { AcpRunnerOptions } from "./options.ts";

/** An agent that speaks the Agent Client Protocol, one process per run. */
export function createAcpRunner(options: AcpRunnerOptions): Runner {
  const { engine, config } = options;
  const known = knownAgent(engine, config.command);
  const capabilities = capabilitiesOf(known);
  const grants = new SessionGrants();
  return {
    engine,
    capabilities,
    ...(capabilities.sessions && {
      listSessions: async (cwd, host) => {
        const { listSessions } = await import("./list-sessions.ts");
        return await listSessions(cwd, host, { ...options, known });
      },
    }),
    ...resumeCodecOf(engine, { known, template: config.resume_line }),
    async *run(request, host) {
      const { runAgent } = await import("./run.ts");
      yield* runAgent(request, host, { ...options, known, grants });
    },
  };
}

/**
 * What an agent can do is known for sure only once it runs; these are what the protocol has, and what was measured. An agent nobody
 * asked counts as one that lists its sessions: it names none if it turns out that it does not.
 */
function capabilitiesOf(known: KnownAgent | undefined): Capabilities {
  const quirks = known?.quirks ?? {};
  return {
    approvals: true,
    questions: quirks.questions === true,
    plans: quirks.plans !== undefined,
    steer: false,
    interrupt: true,
    images: quirks.dropsImages !== true,
    model: true,
    effort: quirks.effort ?? [],
    sessions: known?.sessions ?? true,
    fork: false,
    survives: true,
  };
}
