import { describe, expect, it } from "vitest";
import { secretsOfEnvironment, secretsOfTable } from "../../src/config/own-secrets.ts";

describe("secretsOfEnvironment", () => {
  it.each([
    "OPENAI_API_KEY",
    "ANTHROPIC_AUTH_TOKEN",
    "GITHUB_TOKEN",
    "TOKEN",
    "AWS_SECRET_ACCESS_KEY",
    "PGPASSWORD",
    "MYSQL_PWD",
    "SESSION_SECRET",
    "signing_key_base64",
    "VAULT_PASS",
    "TAKOPI__TRANSPORTS__TELEGRAM__BOT_TOKEN",
  ])("takes the value of %s", (name) => {
    expect(secretsOfEnvironment({ [name]: "hunter22-and-more" }, [])).toEqual(["hunter22-and-more"]);
  });

  it.each(["PWD", "OLDPWD", "MAX_TOKENS", "KEYBOARD", "MONKEY", "PATH", "COMPASS", "TOKENIZERS_PARALLELISM"])(
    "does not take the value of %s",
    (name) => {
      expect(secretsOfEnvironment({ [name]: "hunter22-and-more" }, [])).toEqual([]);
    },
  );

  it.each([
    "",
    "short",
    "disabled",
    "password",
    "xxxxxxxxxx",
    "/run/secrets/db-password",
    "~/.ssh/id_rsa",
    "$OTHER_TOKEN",
    "https://vault.example/key",
  ])("takes %j for no secret", (value) => {
    expect(secretsOfEnvironment({ API_KEY: value }, [])).toEqual([]);
  });

  it("takes what looks like a path only at its first character", () => {
    const key = "/K7MDENGbPxRfiCYEXAMPLEKEYwJalrXUtnFEMI";
    expect(secretsOfEnvironment({ AWS_SECRET_ACCESS_KEY: key }, [])).toEqual([key]);
  });

  it("takes variables that the configuration names, whatever they hold", () => {
    expect(secretsOfEnvironment({ INTERNAL_LOGIN: "/odd/but/secret", OTHER: "hunter22" }, ["INTERNAL_LOGIN"])).toEqual([
      "/odd/but/secret",
    ]);
  });
});

describe("secretsOfTable", () => {
  it("takes texts under keys that are named like secrets, however deep", () => {
    const table = {
      transports: { telegram: { bot_token: "123456:secret-part", voice_transcription_api_key: "voice-key-1" } },
      list: [{ password: "hunter22" }],
      token_env: "GITHUB_TOKEN",
      token: "env:GITHUB_TOKEN",
      max_tokens: 8000,
      api_keys: { openai: "not named so" },
    };
    expect(secretsOfTable(table)).toEqual(["123456:secret-part", "voice-key-1", "hunter22"]);
  });
});
