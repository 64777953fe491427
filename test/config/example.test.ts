import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { load } from "./factories.ts";

const EXAMPLE = readFileSync(new URL("../../takopi.toml.example", import.meta.url), "utf8");

/** Settings in the example that are switched off: a comment that reads like a table header or a key with its value. */
const COMMENTED_SETTING = /^# (?=\[[a-z0-9."-]+\]$|[a-z_]+ = )/gm;

it("loads the example as it is", () => {
  const loaded = load(EXAMPLE);
  expect(loaded.warnings).toEqual([]);
  expect(loaded.config).toMatchObject({
    default_engine: "claude",
    transports: { telegram: { chat_id: 123456789, session_mode: "chat" } },
  });
});

it("loads the example with everything in it switched on", () => {
  const loaded = load(EXAMPLE.replace(COMMENTED_SETTING, ""));
  expect(loaded.warnings).toEqual([]);
  expect(loaded.config.projects["my-project"]?.worktree_base).toBe("main");
  expect(loaded.config.projects["my-project"]?.admin_user_ids).toEqual([123456789]);
  expect(loaded.config.chats["-1001234567891"]?.decide_user_ids).toEqual([123456789]);
  expect(loaded.engineTable("gemini")).toMatchObject({ kind: "acp" });
  expect(loaded.config.health.port).toBe(8080);
  expect(loaded.config.plugins.runners).toEqual(["./my-runner"]);
  expect(loaded.config.transports.telegram.api_root).toBe("http://127.0.0.1:8081");
});
