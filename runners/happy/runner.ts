import { createResumeCodec } from "../../src/runner/resume-line.ts";
import type { Capabilities, Runner } from "../../src/runner/runner.ts";
import type { HappyConfig } from "./config.ts";
import type { HappyRunnerOptions } from "./options.ts";

/** An agent on another machine, reached through a Happy server. */
export function createHappyRunner(options: HappyRunnerOptions): Runner {
  const { engine, config } = options;
  return {
    engine,
    capabilities: capabilitiesOf(config),
    // Happy's own command for an engine of that name; several machines need names of their own, or a line would not tell which is meant.
    ...createResumeCodec({
      engine,
      print: (value) => `${engine} resume ${value}`,
      pattern: new RegExp(`${escaped(engine)}\\s+resume\\s+(?<token>[A-Za-z0-9][\\w-]*)`, "u"),
    }),
    async *run(request, host) {
      // Socket.IO takes 20 MB and 100 ms: only bots that have such a machine pay for it.
      const { runHappy } = await import("./run.ts");
      yield* runHappy(request, host, options);
    },
    async listSessions(_cwd, host) {
      const { listSessions } = await import("./list-sessions.ts");
      return await listSessions(host, options);
    },
    async check(host) {
      const { checkMachine } = await import("./check.ts");
      return await checkMachine(options, host.env, host.signal);
    },
  };
}

/** Claude alone asks questions and shows plans. A prompt sent during a turn waits for its end, so that nothing steers. */
function capabilitiesOf({ agent }: HappyConfig): Capabilities {
  return {
    approvals: true,
    questions: agent === "claude",
    plans: agent === "claude",
    steer: false,
    interrupt: true,
    images: false,
    model: true,
    effort: effortOf(agent),
    sessions: true,
    fork: false,
    survives: false,
  };
}

function effortOf(agent: HappyConfig["agent"]): readonly string[] {
  if (agent === "claude") return ["low", "medium", "high", "max"];
  return agent === "codex" ? ["low", "medium", "high", "xhigh"] : [];
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/gu, "\\$&");
}
