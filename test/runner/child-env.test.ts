import { describe, expect, it } from "vitest";
import { childEnvironment } from "../../src/runner/child-env.ts";

describe("childEnvironment", () => {
  it("passes the common names and nothing that was not asked for", () => {
    const parent = { PATH: "/bin", LC_ALL: "C", https_proxy: "http://p", AWS_SECRET_ACCESS_KEY: "s", PATHS: "x" };
    expect(childEnvironment(parent, [])).toEqual({ PATH: "/bin", LC_ALL: "C", https_proxy: "http://p" });
  });

  it("passes exact names and prefixes the engine asks for", () => {
    const parent = { ANTHROPIC_API_KEY: "k", ANTHROPIC_MODEL: "m", OPENAI_API_KEY: "o", OPENAI_ORG: "x" };
    expect(childEnvironment(parent, ["ANTHROPIC_*", "OPENAI_API_KEY"])).toEqual({
      ANTHROPIC_API_KEY: "k",
      ANTHROPIC_MODEL: "m",
      OPENAI_API_KEY: "o",
    });
  });

  it("never passes the bot's own settings, even when asked for", () => {
    const parent = { TAKOPI__TRANSPORTS__TELEGRAM__BOT_TOKEN: "t", TAKOPI_RUN_ID: "r" };
    expect(childEnvironment(parent, ["TAKOPI__*", "TAKOPI_*", "*"])).toEqual({ TAKOPI_RUN_ID: "r" });
  });

  it("never passes a value that contains a secret", () => {
    const parent = { HOME: "/home/me", EDITOR: "curl https://api/bot123:abc/x", LANG: "C" };
    expect(childEnvironment(parent, [], ["123:abc", ""])).toEqual({ HOME: "/home/me", LANG: "C" });
  });

  it("leaves out what is not set, and where git is while it runs a hook", () => {
    const parent = { HOME: undefined, GIT_DIR: "/repo/.git", GIT_AUTHOR_NAME: "me" };
    expect(childEnvironment(parent, [])).toEqual({ GIT_AUTHOR_NAME: "me" });
  });
});
