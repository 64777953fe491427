// Command:  codex app-server; with mode = "exec", or where there is no app-server, codex exec --json -
// Protocol: JSON-RPC by line without a version, both ways: approvals and questions are its requests, follow-ups are turn/steer, a plan is
//           a turn in plan mode and the next turn what becomes of it. exec prints one JSON event a line and never asks.
// Resume:   thread/resume, or exec resume <id>; a process per run, one writer per session. Only UUIDs: a name may begin a new one.
// Quirks:   tokens count for the whole session; "Reconnecting..." is no end; sub-agents talk in threads of their own; a thread begun
//           with rights to write marks its directory as trusted, so that the sandbox goes with the turn. Measured with 0.169.0.
import { defineBackend, type EngineBackend } from "../../src/runner/backend.ts";
import { configSchema } from "./config.ts";
import { installHint } from "./failure.ts";
import { createCodexRunner } from "./runner.ts";

export const backend: EngineBackend = defineBackend({
  id: "codex",
  program: { command: "codex", installHint },
  environment: [
    "CODEX_*",
    "OPENAI_*",
    // Other providers of `model_providers`, whose keys may have any name; these are the usual ones.
    "AZURE_*",
    "AWS_*",
    "OLLAMA_*",
    "OPENROUTER_API_KEY",
    "GEMINI_API_KEY",
    "GOOGLE_API_KEY",
    "MISTRAL_API_KEY",
    "DEEPSEEK_API_KEY",
    "GROQ_API_KEY",
    "XAI_API_KEY",
  ],
  configSchema,
  createRunner: (config, { configDir }) => createCodexRunner({ config, configDir }),
});
