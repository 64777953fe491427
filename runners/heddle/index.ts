// Command:  heddle-headless, in the run's directory; one worker for each session, kept between its runs (workers.ts).
// Protocol: JSON lines: init, send, cancel, status, shutdown in; init_ok, event, result out; versions of one major fit together.
// Resume:   none in the protocol: a session lives as long as its worker. After that a new one gets the earlier turns as context.
// Quirks:   0.2.0 queues all but a cancel behind a running send, hears no cancel while a command runs, and 0.5.0 then leaves what the
//           command had started; permissions can't be answered; tool calls have no ids. Measured with 0.2.0, read in 0.5.0.
import { defineBackend, type EngineBackend } from "../../src/runner/backend.ts";
import { configSchema } from "./config.ts";
import { installHint } from "./failure.ts";
import { createHeddleRunner } from "./runner.ts";

export const backend: EngineBackend = defineBackend({
  id: "heddle",
  program: { command: "heddle-headless", installHint },
  environment: ["HEDDLE_*", "OPENROUTER_API_KEY"],
  configSchema,
  createRunner: (config, { engine, configDir }) => createHeddleRunner({ engine, config, configDir }),
});
