// Command:  opencode serve --hostname=127.0.0.1 --port=0, one server per run, behind a random password; with mode = "run": opencode run --format=json
// Protocol: HTTP for the prompt, aborts and answers; server-sent events for everything it says. With "run": JSON lines on stdout.
// Resume:   the session id (`ses_…`) in the path of every request, in the directory the session was made in.
// Quirks:   `always` is forgotten with the server, so that approvals are written into the session's own rules; a refusal without a
//           message ends the run; an unknown agent is an error without an end; commands see the password. Measured with 1.18.33.
import { defineBackend, type EngineBackend } from "../../src/runner/backend.ts";
import { configSchema } from "./config.ts";
import { installHint } from "./failure.ts";
import { createOpencodeRunner } from "./runner.ts";

export const backend: EngineBackend = defineBackend({
  id: "opencode",
  program: { command: "opencode", installHint },
  environment: [
    "OPENCODE_*",
    // Keys and addresses of the providers it knows.
    "ANTHROPIC_*",
    "OPENAI_*",
    "OPENROUTER_*",
    "GOOGLE_*",
    "GEMINI_*",
    "VERTEX_*",
    "AWS_*",
    "AZURE_*",
    "CLOUDFLARE_*",
    "GITHUB_TOKEN",
    "GITLAB_*",
    "GROQ_*",
    "MISTRAL_*",
    "DEEPSEEK_*",
    "XAI_*",
    "TOGETHER_*",
    "FIREWORKS_*",
    "CEREBRAS_*",
    "DEEPINFRA_*",
    "MOONSHOT_*",
    "ZHIPU_*",
    "ZAI_*",
    "MINIMAX_*",
    "DASHSCOPE_*",
    "NVIDIA_*",
    "HF_TOKEN",
    "OLLAMA_*",
    "LMSTUDIO_*",
    "EXA_API_KEY",
  ],
  configSchema,
  createRunner: (config, { configDir }) => createOpencodeRunner({ config, configDir }),
});
