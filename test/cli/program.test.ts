import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { LocalRequest } from "../../src/app/start-local.ts";
import type { BotRequest } from "../../src/app/start-bot.ts";
import { MINIMAL, TOKEN } from "../config/factories.ts";
import { FakeBot } from "./fake-bot.ts";
import { Terminal } from "./harness.ts";

/** A bot that ends as soon as it was started, and what it was started with. */
function endingBot(): { requests: BotRequest[]; startBot: (request: BotRequest) => Promise<FakeBot> } {
  const requests: BotRequest[] = [];
  const startBot = async (request: BotRequest): Promise<FakeBot> => {
    requests.push(request);
    const bot = new FakeBot();
    bot.end();
    return bot;
  };
  return { requests, startBot };
}

function endingLocal(): { requests: LocalRequest[]; startLocal: (request: LocalRequest) => Promise<FakeBot> } {
  const requests: LocalRequest[] = [];
  const startLocal = async (request: LocalRequest): Promise<FakeBot> => {
    requests.push(request);
    const bot = new FakeBot();
    bot.end();
    return bot;
  };
  return { requests, startLocal };
}

describe("the command line", () => {
  it("prints the version of the package", async () => {
    const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
    expect(await new Terminal().run(["--version"])).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
  });

  it("prints help with examples", async () => {
    const { code, stdout } = await new Terminal().run(["--help"]);
    expect(code).toBe(0);
    expect(stdout).toContain("takopi setup              connect a Telegram bot");
    for (const command of ["local", "setup", "pair", "doctor", "config", "engines"]) expect(stdout).toContain(command);
  });

  it.each([
    { args: ["--nonsense"], message: "unknown option '--nonsense'" },
    { args: ["claude", "codex"], message: "too many arguments" },
    { args: ["local", "--port", "http"], message: "A port is a number from 0 to 65535." },
    { args: ["local", "--port", "70000"], message: "A port is a number from 0 to 65535." },
    { args: ["config", "get"], message: "missing required argument 'key'" },
    { args: ["confg"], message: `there is no command and no engine "confg". Did you mean config?` },
    { args: ["cluade"], message: `there is no command and no engine "cluade". Did you mean claude?` },
  ])("calls $args a wrong command line", async ({ args, message }) => {
    const { code, stderr } = await new Terminal().run(args);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });
});

describe("takopi without a configuration", () => {
  it("starts locally at once and says how to connect a real bot", async () => {
    const terminal = new Terminal();
    const { requests, startLocal } = endingLocal();
    const { code, stdout } = await terminal.run([], { app: { startLocal } });
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: "Chat with takopi here: http://127.0.0.1:3737\nEngine: claude\nConnect a real bot: takopi setup\n",
    });
    expect(requests).toMatchObject([{ cwd: terminal.home, dataDir: join(terminal.home, ".takopi", "local") }]);
    expect(requests[0]).not.toHaveProperty("loaded");
  });

  it("starts locally with the engine that was named", async () => {
    const { requests, startLocal } = endingLocal();
    await new Terminal().run(["mock"], { app: { startLocal } });
    expect(requests[0]?.engine).toBe("mock");
  });

  it("does not start locally when a file was named that is not there", async () => {
    const { code, stderr } = await new Terminal().run(["--config", "other.toml"]);
    expect(stderr).toMatch(/^takopi: there is no file .*other\.toml\. Create it: takopi setup --config other\.toml\n$/);
    expect(code).toBe(1);
  });
});

describe("takopi with a configuration", () => {
  it("starts the bot until it is interrupted", async () => {
    const terminal = new Terminal();
    terminal.writeConfig(MINIMAL);
    const bot = new FakeBot();
    const startBot = async (): Promise<FakeBot> => {
      setImmediate(() => terminal.interrupt());
      return bot;
    };
    const { code, stdout } = await terminal.run([], { app: { startBot } });
    expect({ code, stdout, stops: bot.stops }).toEqual({
      code: 0,
      stdout: "takopi is listening as @pocket_bot with claude. Stop it with Ctrl-C.\n",
      stops: 1,
    });
  });

  it("takes the configuration from the environment alone", async () => {
    const { requests, startBot } = endingBot();
    const env = { TAKOPI__TRANSPORTS__TELEGRAM__BOT_TOKEN: TOKEN };
    await new Terminal().run([], { app: { startBot }, env });
    expect(requests[0]?.loaded.config.transports.telegram.bot_token).toBe(TOKEN);
  });

  it.each([
    { args: [], finalNotify: undefined },
    { args: ["--final-notify"], finalNotify: true },
    { args: ["--no-final-notify"], finalNotify: false },
  ])("passes on $args", async ({ args, finalNotify }) => {
    const terminal = new Terminal();
    terminal.writeConfig(MINIMAL);
    const { requests, startBot } = endingBot();
    await terminal.run(args, { app: { startBot } });
    expect(requests[0]?.finalNotify).toBe(finalNotify);
  });

  it("starts with an engine that only the configuration knows", async () => {
    const terminal = new Terminal();
    terminal.writeConfig(`${MINIMAL}[engines.gemini]\nkind = "acp"\n`);
    const { requests, startBot } = endingBot();
    expect(await terminal.run(["gemini"], { app: { startBot } })).toMatchObject({ code: 0 });
    expect(requests[0]?.engine).toBe("gemini");
  });

  it("tells a mistyped command from a mistake in the configuration", async () => {
    const terminal = new Terminal();
    terminal.writeConfig(`chatty = true\n${MINIMAL}`);
    expect(await terminal.run(["docter"])).toMatchObject({ code: 2, stderr: expect.stringContaining("doctor") });
    expect(await terminal.run(["claude"])).toMatchObject({ code: 78, stderr: expect.stringContaining("chatty") });
  });

  it("gives the engines and projects to the local bot too", async () => {
    const terminal = new Terminal();
    terminal.writeConfig(`default_engine = "claude"\n`);
    const { requests, startLocal } = endingLocal();
    await terminal.run(["local", "--port", "8080"], { app: { startLocal } });
    expect(requests).toMatchObject([{ port: 8080, loaded: { config: { default_engine: "claude" } } }]);
  });

  it("writes warnings to the log", async () => {
    const terminal = new Terminal();
    terminal.writeConfig(`watch_config = true\n${MINIMAL}`);
    const { stderr } = await terminal.run([], { app: { startBot: endingBot().startBot } });
    expect(stderr).toMatch(/warn {2}watch_config: not supported yet, ignored/);
  });

  it("keeps the secrets of engines out of the log", async () => {
    const terminal = new Terminal();
    terminal.writeConfig(`${MINIMAL}[claude.env]\nMY_API_KEY = "correct horse battery"\n`);
    const startBot = async ({ log }: BotRequest): Promise<FakeBot> => {
      log.info(`started with correct horse battery and ${TOKEN}`);
      const bot = new FakeBot();
      bot.end();
      return bot;
    };
    const { stderr } = await terminal.run([], { app: { startBot } });
    expect(stderr).toContain("started with [redacted] and [redacted]");
  });
});

describe("errors", () => {
  it("are the problems of the configuration, one per line, with the exit code for that", async () => {
    const terminal = new Terminal();
    terminal.writeConfig(`${MINIMAL}chat_id = "me"\n`);
    expect(await terminal.run([])).toEqual({
      code: 78,
      stdout: "",
      stderr: `takopi.toml: transports.telegram.chat_id: expected a number, got "me". Write: chat_id = 123456789\n`,
    });
  });

  it("are one sentence without a stack and without secrets", async () => {
    const terminal = new Terminal();
    terminal.writeConfig(MINIMAL);
    const startBot = () => Promise.reject(new Error(`the server refused ${TOKEN}`));
    expect(await terminal.run([], { app: { startBot } })).toEqual({
      code: 1,
      stdout: "",
      stderr: "takopi: the server refused [redacted]\n",
    });
  });

  it("come with the stack and the causes when asked", async () => {
    const terminal = new Terminal();
    terminal.writeConfig(MINIMAL);
    const error = new Error("outside", { cause: new Error(`inside ${TOKEN}`) });
    const { stderr } = await terminal.run(["--debug"], { app: { startBot: () => Promise.reject(error) } });
    expect(stderr).toContain("at ");
    expect(stderr).toContain("caused by Error: inside [redacted]");
    expect(stderr).not.toContain(TOKEN);
  });
});
