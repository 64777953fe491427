// Command: none, it runs inside this program and needs neither account nor network.
// Protocol: none; the first word of a prompt chooses what is played, see script.ts.
// Resumes: by id, kept in memory; `mock --resume mock-0123456789ab`. Ids of an earlier process are accepted.
// Quirks: `crash` and `nostart` break the contract of runners on purpose, for the enforcer to deal with.
// Speed: `[mock] speed = 0` plays without pauses.
import { randomBytes } from "node:crypto";
import type { EngineId, ResumeToken } from "../../src/domain/event.ts";
import { defineBackend, type EngineBackend } from "../../src/runner/backend.ts";
import { createResumeCodec } from "../../src/runner/resume-line.ts";
import type { Capabilities, Runner } from "../../src/runner/runner.ts";
import { playRun } from "./run.ts";
import { mockConfigSchema, type MockConfig } from "./schema.ts";

const capabilities: Capabilities = {
  approvals: true,
  questions: true,
  plans: true,
  steer: true,
  interrupt: true,
  images: false,
  model: true,
  effort: ["low", "medium", "high"],
  sessions: false,
  fork: false,
  survives: false,
};

export const backend: EngineBackend = defineBackend<MockConfig>({
  id: "mock",
  environment: [],
  configSchema: mockConfigSchema,
  createRunner: (config, { engine }) => createMockRunner(engine, config),
});

function createMockRunner(engine: EngineId, config: MockConfig): Runner {
  const promptCounts = new Map<string, number>();
  return {
    engine,
    capabilities,
    ...createResumeCodec({
      engine,
      print: (value) => `mock --resume ${value}`,
      pattern: /mock\s+--resume\s+(?<token>[^`\s]+)/,
    }),
    run(request, host) {
      const resume = request.resume ?? newSession(engine);
      const promptCount = countPrompt(promptCounts, resume, request.resume === undefined);
      return playRun({ engine, config, request, host, resume, promptCount });
    },
  };
}

function newSession(engine: EngineId): ResumeToken {
  return { engine, value: `mock-${randomBytes(6).toString("hex")}` };
}

function countPrompt(counts: Map<string, number>, { value }: ResumeToken, isNew: boolean): number | undefined {
  const before = isNew ? 0 : counts.get(value);
  if (before === undefined) return undefined;
  counts.set(value, before + 1);
  return before + 1;
}
