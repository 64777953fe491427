// Command:  whatever `[engines.<id>] kind = "acp"` says, such as ["gemini", "--acp"]; known agents need no table (known-agents.ts).
// Protocol: the Agent Client Protocol, version 1: JSON-RPC 2.0, one message a line, both sides ask. One process per run.
// Resume:   session/resume, else session/load with the history it tells dropped; the line is the agent's own where it is known.
//           Sessions through session/list: an agent that does not announce it has none, and where that is known nobody asks.
// Asking:   permissions, plans and questions; what is allowed "for the session" agents forget with their process, and SessionGrants remembers.
//           A prompt at a time: the protocol has no way to give a running turn more text.
// Quirks:   every agent does something otherwise: each is where it matters, with the version it was seen in, or in known-agents.ts.
//           Measured with gemini 0.61, qwen 0.24, copilot 1.0, cline 3.0, opencode 1.18, kilo 7.7, and the adapters of Claude, Codex, Pi.
import { defineBackend, type EngineBackend, type EngineVariant } from "../../src/runner/backend.ts";
import { configSchema } from "./config.ts";
import { commonKeys, knownAgents, type KnownAgent } from "./known-agents.ts";
import { createAcpRunner } from "./runner.ts";

export const backend: EngineBackend = defineBackend({
  id: "acp",
  environment: commonKeys,
  configSchema,
  variants: knownAgents.map(variantOf),
  createRunner: (config, { engine, configDir }) => createAcpRunner({ engine, config, configDir }),
});

function variantOf({ id, command, install, environment }: KnownAgent): EngineVariant {
  return { id, program: { command: command[0], installHint: install }, environment, settings: { command } };
}
