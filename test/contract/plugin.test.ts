import { fileURLToPath } from "node:url";
import { completedOf } from "../factories.ts";
import { describePlugin } from "./describe-plugin.ts";

describePlugin({
  plugin: "./pi-like.mjs",
  dir: fileURLToPath(new URL("../../fixtures/plugins", import.meta.url)),
  config: { command: "./pi-like-program.mjs" },
  cases: {
    prompts: { succeed: "hello", fail: "fail", hang: "hang" },
    echo: { received: (events) => completedOf(events).answer },
  },
});
