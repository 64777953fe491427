import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect, it } from "vitest";
import type { EngineStatus } from "../../src/app/engines/engines.ts";
import { takeLocks } from "../../src/app/locks.ts";
import { openPairing, type PairingWait } from "../../src/app/pair.ts";
import type { PairedUser } from "../../src/bridge/store-port.ts";
import type { App } from "../../src/cli/app.ts";
import type { Questions } from "../../src/cli/questions.ts";
import { openStore } from "../../src/store/open-store.ts";
import { knowingBot, serveBotApi } from "../app/fake-bot-api.ts";
import { TOKEN } from "../config/factories.ts";
import { type Outcome, Terminal } from "./harness.ts";

const OWNER: PairedUser = { userId: 42, chatId: 42, name: "Ada", pairedAt: 1 };

const ENGINES: readonly EngineStatus[] = [
  { id: "mock", state: "ready" },
  { id: "claude", state: "ready", program: "/usr/bin/claude" },
  { id: "codex", state: "missing", problem: "codex was not found", installHint: "npm i -g @openai/codex" },
];

/** Answers from lists, and keeps what was said. */
class ScriptedQuestions implements Questions {
  readonly said: string[] = [];
  readonly offered: string[][] = [];
  readonly #secrets: string[];
  readonly #choices: string[];
  readonly #isConfirmed: boolean;

  constructor(script: { secrets?: string[]; choices?: string[]; confirm?: boolean }) {
    this.#secrets = script.secrets ?? [TOKEN];
    this.#choices = script.choices ?? ["claude", "assistant"];
    this.#isConfirmed = script.confirm ?? false;
  }

  begin(): void {}
  tell(title: string, text: string): void {
    this.said.push(`${title}\n${text}`);
  }
  end(message: string): void {
    this.said.push(message);
  }
  async secret(): Promise<string> {
    return this.#secrets.shift() ?? "";
  }
  async choose<Value extends string>(_message: string, choices: readonly { value: Value }[]): Promise<Value> {
    this.offered.push(choices.map(({ value }) => value));
    const wanted = this.#choices.shift();
    const chosen = choices.find(({ value }) => value === wanted);
    if (chosen === undefined) throw new Error(`${wanted} was not offered`);
    return chosen.value;
  }
  async confirm(): Promise<boolean> {
    return this.#isConfirmed;
  }
  async wait<Result>(_message: string, work: () => Promise<Result>): Promise<Result> {
    return await work();
  }
}

/** Everything real but the engines and the person in Telegram, who sends the code at once. */
const APP: Partial<App> = {
  loadEngines: async () => ({ all: ENGINES, runner: () => undefined, runners: [], environment: () => [] }),
  openStore: async (path) => openStore({ path, now: Date.now }),
  openPairing: async (store) => openPairing(store),
  takeLocks: async (scope) => takeLocks(scope),
  waitForPairing: async ({ store }: PairingWait) => (store.hasOpenPairing(Date.now()) ? OWNER : undefined),
};

async function setUp(terminal: Terminal, questions: Questions, app: Partial<App> = {}): Promise<Outcome> {
  const apiRoot = await serveBotApi(knowingBot(TOKEN));
  const env = { TAKOPI__TRANSPORTS__TELEGRAM__API_ROOT: apiRoot };
  return await terminal.run(["setup"], { app: { ...APP, ...app }, env, questions, isInteractive: true });
}

describe("takopi setup", () => {
  it("writes what was answered, readable by its owner only", async () => {
    const terminal = new Terminal();
    const questions = new ScriptedQuestions({});
    expect(await setUp(terminal, questions)).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(readFileSync(terminal.configPath, "utf8")).toBe(
      `default_engine = "claude"\n\n[transports.telegram]\nbot_token = "${TOKEN}"\nchat_id = 42\nsession_mode = "chat"\nshow_resume_line = false\n`,
    );
    expect(statSync(terminal.configPath).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(terminal.configPath)).mode & 0o777).toBe(0o700);
    expect(questions.offered).toEqual([
      ["claude", "mock"],
      ["assistant", "handoff"],
    ]);
    const said = questions.said.join("\n");
    expect(said).toContain("https://t.me/pocket_bot");
    expect(said).toContain("codex: npm i -g @openai/codex");
    expect(said).toMatch(/\n {4}[A-Z2-9]{8}\n/);
  });

  it("asks again for a token that does not work, and says why", async () => {
    const questions = new ScriptedQuestions({ secrets: ["hello", TOKEN.replace("123", "321"), TOKEN] });
    expect((await setUp(new Terminal(), questions)).code).toBe(0);
    const failures = questions.said.filter((text) => text.startsWith("That did not work"));
    expect(failures).toEqual([
      expect.stringContaining("does not look like a bot token"),
      expect.stringContaining("does not accept this token"),
    ]);
  });

  it("keeps every other key and the comments, and lets the new owner in", async () => {
    const terminal = new Terminal();
    terminal.writeConfig(
      `# mine\nwatch_config = true # soon\n[transports.telegram]\nallowed_user_ids = [7]\n[claude]\nmodel = "opus"\n`,
    );
    await setUp(terminal, new ScriptedQuestions({ choices: ["claude", "handoff"] }));
    const text = readFileSync(terminal.configPath, "utf8");
    expect(text).toContain(`# mine\nwatch_config = true # soon\n`);
    expect(text).toContain(`[claude]\nmodel = "opus"`);
    expect(text).toContain("allowed_user_ids = [7, 42]");
    expect(text).toContain(`session_mode = "stateless"\nshow_resume_line = true`);
  });

  it("sets a file aside that is not TOML, when told to", async () => {
    const terminal = new Terminal();
    terminal.writeConfig("what is this");
    expect(await setUp(terminal, new ScriptedQuestions({ confirm: false }))).toMatchObject({ code: 1 });
    expect(readFileSync(terminal.configPath, "utf8")).toBe("what is this");
    expect(await setUp(terminal, new ScriptedQuestions({ confirm: true }))).toMatchObject({ code: 0 });
    expect(readFileSync(`${terminal.configPath}.bak`, "utf8")).toBe("what is this");
  });

  it("knows the engines of plugins the file names", async () => {
    const terminal = new Terminal();
    terminal.writeConfig(`[plugins]\nrunners = ["./mine"]\n[mine]\nspeed = 1\n`);
    const outcome = await setUp(terminal, new ScriptedQuestions({}), {
      listEngineIds: async (plugins) => ["claude", ...plugins.map((plugin) => plugin.slice(2))],
    });
    expect(outcome).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  it("names mistakes it would not touch before it asks anything", async () => {
    const terminal = new Terminal();
    terminal.writeConfig("defualt_project = 1\n");
    const questions = new ScriptedQuestions({ secrets: [] });
    const { code, stderr } = await setUp(terminal, questions);
    expect(code).toBe(1);
    expect(stderr).toContain("defualt_project: there is no such key. Did you mean default_project?");
    expect(questions.said).toEqual([]);
  });

  it("replaces values of its own keys that were wrong", async () => {
    const terminal = new Terminal();
    terminal.writeConfig(`default_engine = "gone"\n[transports.telegram]\nbot_token = ""\nchat_id = "me"\n`);
    expect(await setUp(terminal, new ScriptedQuestions({}))).toMatchObject({ code: 0 });
    expect(readFileSync(terminal.configPath, "utf8")).toContain("chat_id = 42");
  });

  it("says what to do instead where nobody can be asked", async () => {
    const terminal = new Terminal();
    const { code, stderr } = await terminal.run(["setup"], { isInteractive: false });
    expect(code).toBe(1);
    expect(stderr).toContain("needs a terminal");
    expect(stderr).toContain("TAKOPI__TRANSPORTS__TELEGRAM__BOT_TOKEN");
    expect(existsSync(terminal.configPath)).toBe(false);
  });
});

describe("takopi pair", () => {
  it("prints a code that opens the pairing, and what to do with it", async () => {
    const terminal = new Terminal();
    const apiRoot = await serveBotApi(knowingBot(TOKEN));
    terminal.writeConfig(
      `[transports.telegram]\nbot_token = "${TOKEN}"\napi_root = "${apiRoot}"\nallowed_user_ids = [1]\n`,
    );
    const { code, stdout, stderr } = await terminal.run(["pair"], { app: APP });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^[A-Z2-9]{8}\n$/);
    expect(stderr).toContain("Send this code to @pocket_bot in a private chat within one hour.");
    expect(stderr).toContain("allowed_user_ids is set");
    const store = openStore({ path: terminal.configPath.replace(".toml", ".db"), now: Date.now });
    expect(store.hasOpenPairing(Date.now())).toBe(true);
    store.close();
  });

  it("needs a token", async () => {
    const { code, stderr } = await new Terminal().run(["pair"]);
    expect(stderr).toContain("bot_token: is missing. Run takopi setup");
    expect(code).toBe(78);
  });
});
