// Command:  whatever `[engines.<id>] kind = "happi"` says, such as ["python3", "/opt/happi/runtime.py"]; no table, no engine.
// Protocol: HAPPI (happi.md), any 1.x: one process per request, one JSON envelope in, stdin closed, JSON lines out (schema.ts).
// Resume:   HAPPI has no sessions: the id is ours, and the earlier turns are sent along from Takopi's own journal (envelope.ts).
// Quirks:   the seed page and spec 1.3 disagree on exit codes, versions, error ids and usage, so that only the terminal event counts.
//           Measured with the public happi/1.3 runtime and the Bash and Python starters of the page.
import { defineBackend, type EngineBackend } from "../../src/runner/backend.ts";
import { configSchema } from "./config.ts";
import { createHappiRunner } from "./runner.ts";

export const backend: EngineBackend = defineBackend({
  id: "happi",
  // Keys and addresses of the services a runtime may call.
  environment: [
    "HAPPI_*",
    "ANTHROPIC_*",
    "OPENAI_*",
    "GEMINI_*",
    "GOOGLE_*",
    "OPENROUTER_*",
    "MISTRAL_*",
    "GROQ_*",
    "DEEPSEEK_*",
    "XAI_*",
    "OLLAMA_*",
  ],
  configSchema,
  createRunner: (config, { engine, configDir }) => createHappiRunner({ engine, config, configDir }),
});
