import { describe, expect, it } from "vitest";
import { ConfigError } from "../../src/config/config-error.ts";
import { load, MINIMAL, problemOf, TOKEN } from "./factories.ts";

interface Case {
  readonly name: string;
  readonly text: string;
  readonly message: string;
}

const CASES: readonly Case[] = [
  {
    name: "a value of the wrong type, with an example",
    text: `${MINIMAL}chat_id = "abc"`,
    message: `takopi.toml: transports.telegram.chat_id: expected a number, got "abc". Write: chat_id = 123456789`,
  },
  {
    name: "a chat id that is true",
    text: `${MINIMAL}chat_id = true`,
    message: `takopi.toml: transports.telegram.chat_id: expected a number, got true. Write: chat_id = 123456789`,
  },
  {
    name: "a chat id with a fraction",
    text: `${MINIMAL}chat_id = 1.5`,
    message: `takopi.toml: transports.telegram.chat_id: expected a number, got 1.5. Write: chat_id = 123456789`,
  },
  {
    name: "one bad item as its whole list",
    text: `${MINIMAL}allowed_user_ids = [1, "me", -3]`,
    message: `takopi.toml: transports.telegram.allowed_user_ids: expected a list of user ids, got [1,"me",-3]. Write: allowed_user_ids = [123456789]`,
  },
  {
    name: "a list of deciders with nobody in it",
    text: `${MINIMAL}decide_user_ids = []`,
    message: `takopi.toml: transports.telegram.decide_user_ids: expected a list of at least one user id; without the key everybody who may chat may decide, got []. Write: decide_user_ids = [123456789]`,
  },
  {
    name: "a word that is not one of the choices",
    text: `${MINIMAL}session_mode = "chatty"`,
    message: `takopi.toml: transports.telegram.session_mode: expected one of "stateless", "chat", got "chatty". Write: session_mode = "stateless"`,
  },
  {
    name: "a negative duration",
    text: `${MINIMAL}forward_coalesce_s = -1`,
    message: `takopi.toml: transports.telegram.forward_coalesce_s: expected seconds, zero or more, got -1. Write: forward_coalesce_s = 1.0`,
  },
  {
    name: "an address without a scheme",
    text: `${MINIMAL}api_root = "localhost:8081"`,
    message: `takopi.toml: transports.telegram.api_root: expected an http or https address, got "localhost:8081". Write: api_root = "https://api.telegram.org"`,
  },
  {
    name: "an absolute upload directory",
    text: `${MINIMAL}[transports.telegram.files]\nuploads_dir = "/tmp"`,
    message: `takopi.toml: transports.telegram.files.uploads_dir: expected a relative path, got "/tmp". Write: uploads_dir = "incoming"`,
  },
  {
    name: "an upload directory outside of the project",
    text: `${MINIMAL}[transports.telegram.files]\nuploads_dir = "a/../../b"`,
    message: `takopi.toml: transports.telegram.files.uploads_dir: expected a relative path, got "a/../../b". Write: uploads_dir = "incoming"`,
  },
  {
    name: "an empty token",
    text: `[transports.telegram]\nbot_token = "  "`,
    message: `takopi.toml: transports.telegram.bot_token: expected the token from @BotFather, got an empty text. Write: bot_token = "123456789:the-token-from-BotFather"`,
  },
  {
    name: "another transport",
    text: `transport = "slack"\n${MINIMAL}`,
    message: `takopi.toml: transport: expected one of "telegram", got "slack". Write: transport = "telegram"`,
  },
  {
    name: "a limit out of range",
    text: `${MINIMAL}[limits]\nmax_parallel_runs = 0`,
    message: `takopi.toml: limits.max_parallel_runs: expected a whole number from 1 to 1000, got 0. Write: max_parallel_runs = 16`,
  },
  {
    name: "a text where a table belongs",
    text: `projects = "all"\n${MINIMAL}`,
    message: `takopi.toml: projects: expected a table, written [projects], got "all"`,
  },
  {
    name: "a project without a path",
    text: `${MINIMAL}[projects.a]\nworktree_base = "main"`,
    message: `takopi.toml: projects.a.path: is missing. Write: path = "~/code/my-project"`,
  },
  {
    name: "a key that is nearly one",
    text: `${MINIMAL}chatid = 3`,
    message: `takopi.toml: transports.telegram.chatid: there is no such key. Did you mean chat_id?`,
  },
  {
    name: "a key that is nothing, with all there are",
    text: `${MINIMAL}[transports.telegram.topics]\nxyz = 3`,
    message: `takopi.toml: transports.telegram.topics.xyz: there is no such key. Known: enabled, scope`,
  },
  {
    name: "an unknown key of a project",
    text: `${MINIMAL}[projects.a]\npath = "x"\nworktree_dir = "y"`,
    message: `takopi.toml: projects.a.worktree_dir: there is no such key. Did you mean worktrees_dir?`,
  },
  {
    name: "an unknown key at the top",
    text: `default_engin = "claude"\n${MINIMAL}`,
    message: `takopi.toml: default_engin: there is no such key. Did you mean default_engine?`,
  },
  {
    name: "the table of no engine",
    text: `${MINIMAL}[cluade]\nmodel = "x"`,
    message: `takopi.toml: cluade: there is no such table and no such engine. Did you mean claude?`,
  },
  {
    name: "an engine that is not a table",
    text: `claude = "opus"\n${MINIMAL}`,
    message: `takopi.toml: claude: expected the table of this engine. Write: [claude]`,
  },
  {
    name: "a key under plugins that is no plugin's table",
    text: `${MINIMAL}[plugins]\nrunner = ["x"]`,
    message: `takopi.toml: plugins.runner: there is no such key. Did you mean runners?`,
  },
  {
    name: "a default engine nobody knows",
    text: `default_engine = "claud"\n${MINIMAL}`,
    message: `takopi.toml: default_engine: there is no engine "claud". Did you mean claude?`,
  },
  {
    name: "the default engine of a project nobody knows",
    text: `${MINIMAL}[projects.a]\npath = "x"\ndefault_engine = "zzz"`,
    message: `takopi.toml: projects.a.default_engine: there is no engine "zzz". Known: claude, codex, mock, opencode, pi`,
  },
  {
    name: "a default project that is not there",
    text: `default_project = "alpha"\n${MINIMAL}[projects.alpaca]\npath = "x"`,
    message: `takopi.toml: default_project: there is no project "alpha". Did you mean alpaca?`,
  },
  {
    name: "a default project where there is none at all",
    text: `default_project = "a"\n${MINIMAL}`,
    message: `takopi.toml: default_project: there is no project "a". Add a table [projects.a] with its path`,
  },
  {
    name: "aliases that differ only by case",
    text: `${MINIMAL}[projects.A]\npath = "x"\n[projects.a]\npath = "y"`,
    message: `takopi.toml: projects.a: there is also a project "A", and aliases do not differ by case. Rename one of them`,
  },
  {
    name: "an alias that is an engine",
    text: `${MINIMAL}[projects.Claude]\npath = "x"`,
    message: `takopi.toml: projects.Claude: "Claude" is the name of an engine. Give the project another alias`,
  },
  {
    name: "an alias that is a chat command",
    text: `${MINIMAL}[projects.new]\npath = "x"`,
    message: `takopi.toml: projects.new: "new" is the name of a chat command. Give the project another alias`,
  },
  {
    name: "a project in the main chat",
    text: `${MINIMAL}chat_id = -5\n[projects.a]\npath = "x"\nchat_id = -5`,
    message: `takopi.toml: projects.a.chat_id: -5 is already the main chat. Use another chat`,
  },
  {
    name: "two projects in one chat",
    text: `${MINIMAL}[projects.a]\npath = "x"\nchat_id = -5\n[projects.b]\npath = "x"\nchat_id = -5`,
    message: `takopi.toml: projects.b.chat_id: -5 is already the chat of project "a". Use another chat`,
  },
  {
    name: "an engine of the user without a kind",
    text: `${MINIMAL}[engines.gemini]\ncommand = "gemini"`,
    message: `takopi.toml: engines.gemini.kind: is missing. Write what it speaks: kind = "acp", "happi", "heddle" or "happy"`,
  },
  {
    name: "an engine of the user with an impossible name",
    text: `${MINIMAL}[engines.Gem]\nkind = "acp"`,
    message: `takopi.toml: engines.Gem: "Gem" can't be the name of an engine. Use a to z, 0 to 9, - and _, at most 32, beginning with a letter`,
  },
  {
    name: "an engine of the user named like a command",
    text: `${MINIMAL}[engines.doctor]\nkind = "acp"`,
    message: `takopi.toml: engines.doctor: "doctor" means something else already. Choose another name`,
  },
  {
    name: "two tables for one engine",
    text: `${MINIMAL}[claude]\nmodel = "a"\n[engines.claude]\nmodel = "b"`,
    message: `takopi.toml: engines.claude: there is also a table [claude]. Keep one of them`,
  },
];

describe("ConfigError", () => {
  it.each(CASES)("names $name", ({ text, message }) => {
    expect(problemOf(text)).toBe(message);
  });

  it("reports every problem, one per line", () => {
    const message = problemOf(`watch = true\n${MINIMAL}chat_id = []\nprogress = "hide"\n`);
    expect(message.split("\n")).toHaveLength(3);
  });

  it("shows line, column and the line of a syntax error", () => {
    const message = problemOf(`default_engine = "claude"\n[transports.telegram]\nchat_id = = 5\n`);
    expect(message).toMatch(/^takopi\.toml:3:11: .+\. The line says: chat_id = = 5$/);
  });

  it("never shows the token, not even in a line that does not parse", () => {
    expect(problemOf(`bot_token = ${TOKEN}\n`)).not.toContain("AAexample");
    expect(problemOf(`x ${TOKEN}\n`)).not.toContain("AAexample");
    expect(problemOf(`[transports.telegram]\nbot_token = ["${TOKEN}"]\n`)).not.toContain("AAexample");
    expect(problemOf(MINIMAL, { TAKOPI__TRANSPORTS__TELEGRAM__BOT_TOKEN: `["${TOKEN}"]` })).not.toContain("AAexample");
  });

  it("carries the problems as data", () => {
    try {
      load(`${MINIMAL}chat_id = "x"`);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError);
      expect(error).toMatchObject({
        problems: [
          {
            key: "transports.telegram.chat_id",
            message: `expected a number, got "x"`,
            hint: "Write: chat_id = 123456789",
          },
        ],
      });
    }
  });
});
