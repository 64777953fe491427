// Command:  none here. The agents run on other machines, each under a `happy daemon` (npm install -g happy).
// Protocol: Happy's: HTTP for prompts and records, Socket.IO for what happens, calls of the machine's programs through the server; all
//           of it encrypted end to end (client/, which is also the package export takopi/happy).
// Resume:   the Happy session id. A stopped session is started again on its machine; `happy resume <id>` does the same in a terminal.
// Quirks:   the CLI loses the end of quick turns (client/turn-verdict.ts); a machine gives up on sessions that come up late
//           (client/start-session.ts); resumed sessions show no signs of life. Measured with happy 1.2.5.
import { defineBackend, type EngineBackend } from "../../src/runner/backend.ts";
import { configSchema } from "./config.ts";
import { createHappyRunner } from "./runner.ts";

export const backend: EngineBackend = defineBackend({
  id: "happy",
  environment: ["HAPPY_SERVER_URL", "HAPPY_TOKEN", "HAPPY_SECRET", "HAPPY_HOME_DIR"],
  configSchema,
  createRunner: (config, { engine, configDir }) => createHappyRunner({ engine, config, configDir }),
});
