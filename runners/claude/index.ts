// Command:  claude -p --input-format=stream-json --output-format=stream-json --verbose --permission-prompt-tool=stdio --replay-user-messages
// Protocol: JSON lines both ways; the prompt is a `user` line, permissions are `control_request` / `control_response`; a
//           `user` line sent during a turn is repeated when the model gets it.
// Resume:   --resume=<session id>, one process per run. Two processes on one session would lose a turn. Sessions are files.
// Quirks:   stdin stays open until the last result, else permissions are denied; `init` and `result` come once per turn, and work in
//           the background adds turns; `subtype: "success"` with `is_error` is a failure. Measured with 1.0.128 to 2.1.329.
import { defineBackend, type EngineBackend } from "../../src/runner/backend.ts";
import { configSchema } from "./config.ts";
import { installHint } from "./failure.ts";
import { createClaudeRunner } from "./runner.ts";

export const backend: EngineBackend = defineBackend({
  id: "claude",
  program: { command: "claude", installHint },
  environment: [
    "ANTHROPIC_*",
    "CLAUDE_*",
    "IS_SANDBOX",
    // Claude in other clouds.
    "AWS_*",
    "GOOGLE_*",
    "GCLOUD_*",
    "CLOUD_ML_REGION",
    "VERTEX_*",
    "AZURE_*",
    // Limits of the CLI and its tools, and what it sends home.
    "API_TIMEOUT_MS",
    "BASH_DEFAULT_TIMEOUT_MS",
    "BASH_MAX_TIMEOUT_MS",
    "BASH_MAX_OUTPUT_LENGTH",
    "MAX_THINKING_TOKENS",
    "MAX_MCP_OUTPUT_TOKENS",
    "MCP_TIMEOUT",
    "MCP_TOOL_TIMEOUT",
    "DISABLE_TELEMETRY",
    "DISABLE_ERROR_REPORTING",
    "DISABLE_AUTOUPDATER",
    "DISABLE_PROMPT_CACHING",
  ],
  configSchema,
  createRunner: (config, { configDir }) => createClaudeRunner({ config, configDir }),
});
