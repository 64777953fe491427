// Command:  pi --mode rpc (or, with mode = "print": pi --print --mode json, the prompt on stdin)
// Protocol: JSON lines; commands with ids in, responses and events out. Our extension (gate.ts) asks before tools, where wanted.
// Resume:   --session <id, beginning of an id, or path of the file>, one process per run.
// Quirks:   1.x says `agent_settled` in the end; 0.73.1 says nothing, so it is asked for its state. The exit code is 0 also when the
//           model failed. A session id of another directory makes pi ask on stdin. Measured with 0.73.1 (@mariozechner) and 1.5.2.
import { defineBackend, type EngineBackend } from "../../src/runner/backend.ts";
import { configSchema } from "./config.ts";
import { installHint } from "./failure.ts";
import { createPiRunner } from "./runner.ts";

export const backend: EngineBackend = defineBackend({
  id: "pi",
  program: { command: "pi", installHint },
  environment: [
    "PI_*",
    "CI",
    // The providers pi knows (its documentation, docs/providers.md of 1.5.2).
    "ANTHROPIC_*",
    "OPENAI_*",
    "AZURE_*",
    "GEMINI_API_KEY",
    "GOOGLE_*",
    "GCLOUD_*",
    "AWS_*",
    "CLOUDFLARE_*",
    "AI_GATEWAY_API_KEY",
    "CEREBRAS_API_KEY",
    "COPILOT_GITHUB_TOKEN",
    "DEEPSEEK_API_KEY",
    "FIREWORKS_API_KEY",
    "GROQ_API_KEY",
    "HF_TOKEN",
    "KIMI_API_KEY",
    "MINIMAX_*",
    "MISTRAL_API_KEY",
    "MOONSHOT_API_KEY",
    "OPENCODE_API_KEY",
    "OPENROUTER_API_KEY",
    "XAI_API_KEY",
    "XIAOMI_*",
    "ZAI_*",
  ],
  configSchema,
  createRunner: (config, { configDir }) => createPiRunner({ config, configDir }),
});
