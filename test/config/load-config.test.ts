import { chmodSync, existsSync, readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ConfigError } from "../../src/config/config-error.ts";
import { loadConfig, readEngineHints } from "../../src/config/load-config.ts";
import { configFile, ENGINE_IDS, load, MINIMAL, problemOf, temporaryDirectory, TOKEN } from "./factories.ts";

describe("loadConfig", () => {
  it("fills in the original's defaults, and splits finals", () => {
    expect(load(MINIMAL).config).toEqual({
      default_engine: "codex",
      transport: "telegram",
      watch_config: false,
      projects: {},
      chats: {},
      engines: {},
      limits: {
        max_parallel_runs: 16,
        max_age_s: 3600,
        remind_after_s: 600,
        silent_after_s: 600,
        daily_cost_usd: 50,
        keep_days: 90,
        survive_restart: true,
      },
      approvals: { policy: "auto", allow: [], engines: {} },
      secrets: { cover: true, names: [], allow: [] },
      health: {},
      plugins: { enabled: [], runners: [] },
      transports: {
        telegram: {
          bot_token: TOKEN,
          allowed_user_ids: [],
          api_root: "https://api.telegram.org",
          message_overflow: "split",
          session_mode: "stateless",
          show_resume_line: true,
          progress: "delete",
          forward_coalesce_s: 1,
          media_group_debounce_s: 1,
          voice_transcription: false,
          voice_max_bytes: 10_485_760,
          voice_transcription_model: "gpt-4o-mini-transcribe",
          topics: { enabled: false, scope: "auto" },
          files: {
            enabled: false,
            auto_put: true,
            auto_put_mode: "upload",
            uploads_dir: "incoming",
            allowed_user_ids: [],
            deny_globs: [".git/**", ".env", ".envrc", "*.pem", ".ssh/**"],
          },
        },
      },
    });
  });

  it("reads a configuration of the original without complaint", () => {
    const text = `
default_engine = "claude"
default_project = "Z80"
transport = "telegram"
[transports.telegram]
bot_token = "${TOKEN}"
chat_id = "-1001234567890"
allowed_user_ids = [42]
message_overflow = "trim"
session_mode = "chat"
show_resume_line = false
[transports.telegram.topics]
enabled = false
scope = "all"
[transports.telegram.files]
deny_globs = ["*.key"]
[codex]
extra_args = ["-c", "notify=[]"]
[claude]
model = "opus"
allowed_tools = ["Bash"]
[plugins]
enabled = []
[plugins.my-plugin]
anything = { goes = true }
[projects.z80]
path = "~/dev/z80"
worktrees_dir = "/tmp/trees"
default_engine = "codex"
worktree_base = "master"
chat_id = -100555
`;
    const loaded = load(text);
    expect(loaded.warnings).toEqual([]);
    expect(loaded.config.transports.telegram.chat_id).toBe(-1001234567890);
    expect(loaded.config.projects["z80"]?.path).toBe(join(homedir(), "dev/z80"));
    expect(loaded.engineTable("claude")).toEqual({ model: "opus", allowed_tools: ["Bash"] });
    expect(loaded.engineTable("pi")).toBeUndefined();
  });

  it("takes the health file relative to the directory of the file", () => {
    const { config, dir } = load(`${MINIMAL}[health]\nfile = "state/health.json"\nport = 8080\n`);
    expect(config.health).toEqual({ file: join(dir, "state", "health.json"), port: 8080 });
    expect(problemOf(`${MINIMAL}[health]\nport = 0\n`)).toContain("health.port: expected a port from 1 to 65535");
  });

  it("takes project paths relative to the directory of the file", () => {
    const loaded = load(`${MINIMAL}[projects.a]\npath = "code/a"\n[projects.b]\npath = "/srv/b"\n`);
    expect(loaded.config.projects["a"]?.path).toBe(join(loaded.dir, "code/a"));
    expect(loaded.config.projects["b"]?.path).toBe("/srv/b");
  });

  it("knows engines the user defines", () => {
    const loaded = load(`default_engine = "gemini"\n${MINIMAL}[engines.gemini]\nkind = "acp"\ncommand = ["gemini"]\n`);
    expect(loaded.engineTable("gemini")).toEqual({ kind: "acp", command: ["gemini"] });
  });

  it("tells what was written from what is a default", () => {
    const loaded = load(MINIMAL, { TAKOPI__LIMITS__MAX_AGE_S: "60" });
    expect(loaded.isSet("default_engine")).toBe(false);
    expect(loaded.isSet("limits.max_age_s")).toBe(true);
  });

  it("works without a file when the environment says everything", () => {
    const path = join(temporaryDirectory(), "takopi.toml");
    const loaded = loadConfig({ path, env: { TAKOPI__TRANSPORTS__TELEGRAM__BOT_TOKEN: TOKEN }, engineIds: ENGINE_IDS });
    expect(loaded.config.transports.telegram.bot_token).toBe(TOKEN);
    expect(existsSync(path)).toBe(false);
  });

  it("asks for the token only where Telegram is needed", () => {
    const path = configFile("");
    expect(() => loadConfig({ path, env: {}, engineIds: ENGINE_IDS })).toThrow(
      "takopi.toml: transports.telegram.bot_token: is missing. Run takopi setup",
    );
    const loaded = loadConfig({ path, env: {}, engineIds: ENGINE_IDS, tokenRequired: false });
    expect(loaded.config.transports.telegram.bot_token).toBe("");
  });

  it("reports a file it may not read", () => {
    const dir = temporaryDirectory();
    const load = (): unknown => loadConfig({ path: dir, env: {}, engineIds: [] });
    expect(load).toThrow(ConfigError);
    expect(load).toThrow("can't be read (EISDIR). Name the file, not its directory");
  });

  it("warns about each key that has no effect yet", () => {
    const text = `watch_config = true\n${MINIMAL}voice_transcription = true\nforward_coalesce_s = 0\n[transports.telegram.topics]\nenabled = true\n[transports.telegram.files]\nenabled = false\n`;
    expect(load(text).warnings).toEqual([
      "watch_config: not supported yet, ignored",
      "transports.telegram.voice_transcription: not supported yet, ignored",
      "transports.telegram.topics.enabled: not supported yet, ignored",
    ]);
  });

  it("warns about the table of an engine the original has and this version has not", () => {
    const loaded = loadConfig({ path: configFile(`${MINIMAL}[pi]\nmodel = "x"\n`), env: {}, engineIds: ["mock"] });
    expect(loaded.warnings).toEqual(["[pi]: this version has no such engine, ignored"]);
  });

  it("finds plugins and defined engines in a file that is not valid yet", () => {
    const path = configFile(`nonsense = 1\n[plugins]\nrunners = ["./mine", 3]\n[engines.gemini]\n`);
    expect(readEngineHints({ path, env: {} })).toEqual({ plugins: ["./mine"], defined: ["gemini"] });
    expect(readEngineHints({ path, env: { TAKOPI__PLUGINS__RUNNERS: '["pkg"]' } }).plugins).toEqual(["pkg"]);
  });
});

describe("migration", () => {
  const OLD = `# my bot\nbot_token = "${TOKEN}" # secret\nchat_id = 42\n\n[transports.telegram.topics] # forum\nmode = "per_project_chat"\n`;

  it("moves old keys to their new names, in memory and in the file, and keeps a backup", () => {
    const path = configFile(OLD);
    const loaded = loadConfig({ path, env: {}, engineIds: ENGINE_IDS });
    expect(loaded.config.transports.telegram).toMatchObject({
      bot_token: TOKEN,
      chat_id: 42,
      topics: { scope: "projects" },
    });
    expect(loaded.warnings).toHaveLength(3);
    expect(readFileSync(`${path}.bak`, "utf8")).toBe(OLD);
    expect(readFileSync(path, "utf8")).toBe(
      `# my bot\n\n[transports.telegram.topics] # forum\nscope = "projects"\n\n[transports.telegram]\nbot_token = "${TOKEN}"\nchat_id = 42\n`,
    );
    expect(loadConfig({ path, env: {}, engineIds: ENGINE_IDS }).warnings).toEqual([]);
  });

  it("leaves the file readable by its owner only", () => {
    const path = configFile(OLD);
    chmodSync(path, 0o644);
    loadConfig({ path, env: {}, engineIds: ENGINE_IDS });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(`${path}.bak`).mode & 0o777).toBe(0o600);
  });

  it("prefers the new key where both are there", () => {
    expect(load(`chat_id = 1\n${MINIMAL}chat_id = 2\n`).config.transports.telegram.chat_id).toBe(2);
  });

  it("leaves a value it can't translate to the schema", () => {
    const text = `${MINIMAL}[transports.telegram.topics]\nmode = "sometimes"\n`;
    expect(problemOf(text)).toContain("transports.telegram.topics.mode: there is no such key");
  });

  it("writes nothing when there is nothing to move", () => {
    const path = configFile(MINIMAL);
    loadConfig({ path, env: {}, engineIds: ENGINE_IDS });
    expect(existsSync(`${path}.bak`)).toBe(false);
  });
});
