import { describe, expect, it } from "vitest";
import { redact, redactValue } from "../../../src/app/secrets/redact.ts";

const SECRETS: readonly { readonly name: string; readonly secret: string }[] = [
  { name: "bot token", secret: "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw0" },
  { name: "key of an API", secret: "sk-ant-api03-abcdefghijklmnop_qrst" },
  { name: "GitHub token", secret: "ghp_abcdefghijklmnopqrstuvwxyz0123456789" },
  { name: "fine-grained GitHub token", secret: "github_pat_11ABCDEFG0abcdefghijkl_mnopqrstuvwxyz" },
  { name: "AWS key id", secret: "AKIAIOSFODNN7EXAMPLE" },
  { name: "Slack token", secret: "xoxb-123456789012-abcdefABCDEF" },
  {
    name: "private key",
    secret: "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk\nAAAA\n-----END OPENSSH PRIVATE KEY-----",
  },
  { name: "cut private key", secret: "-----BEGIN RSA PRIVATE KEY-----\nMIIEow" },
];

describe("redact", () => {
  it.each(SECRETS)("masks a $name wherever it stands", ({ secret }) => {
    expect(redact(secret, [])).toBe("[redacted]");
    expect(redact(`see "${secret}`, [])).toBe(`see "[redacted]`);
  });

  it("masks the token in the address of a request", () => {
    const url = "https://api.telegram.org/bot123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw0/getMe";
    expect(redact(url, [])).toBe("https://api.telegram.org/bot[redacted]/getMe");
  });

  it("masks what follows Bearer and keeps the word", () => {
    expect(redact("Authorization: Bearer abc.def-123_x=", [])).toBe("Authorization: Bearer [redacted]");
    expect(redact("authorization: bearer abcdefgh", [])).toBe("authorization: bearer [redacted]");
  });

  it("masks the secrets it was given, the longer before the shorter", () => {
    expect(redact("pass hunter22 and hunter22-long", ["hunter22", "hunter22-long"])).toBe(
      "pass [redacted] and [redacted]",
    );
  });

  it("does not take short or empty values for secrets", () => {
    expect(redact("a quick fox", ["", "a", "fox"])).toBe("a quick fox");
  });

  it.each([
    "12:34 started 3 runs",
    "session 0b9f2c1e-7d7a-4a0b-9b0e-2f6f2d7f9a11",
    "commit 3f786850e387550fdab836ed7e6dc881de23001b",
    "task-skipping is risky",
    "the bearer of news",
  ])("leaves %j alone", (text) => {
    expect(redact(text, [])).toBe(text);
  });
});

describe("redactValue", () => {
  const token = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw0";

  it("reaches every text of nested data, keys included", () => {
    const value = { list: [{ deep: `x ${token}` }], [token]: 1, map: new Map([["k", token]]), n: 3, none: null };
    expect(JSON.stringify(redactValue(value, []))).not.toContain(token);
    expect(redactValue(value, [])).toMatchObject({ list: [{ deep: "x [redacted]" }], n: 3, none: null });
  });

  it("masks values under keys that are named like secrets", () => {
    expect(redactValue({ api_key: "short", password: "p", tokens: 12 }, [])).toEqual({
      api_key: "[redacted]",
      password: "[redacted]",
      tokens: 12,
    });
  });

  it("reaches the message, stack, causes and fields of errors", () => {
    const error = new Error(`outer ${token}`, { cause: new Error(`inner ${token}`) });
    const shown = redactValue({ error: Object.assign(error, { url: `/bot${token}/x` }) }, []);
    expect(JSON.stringify(shown)).not.toContain(token);
    expect(shown).toMatchObject({
      error: { message: "outer [redacted]", url: "/bot[redacted]/x", cause: { message: "inner [redacted]" } },
    });
  });

  it("survives data that contains itself, and numbers JSON does not have", () => {
    const value: Record<string, unknown> = { big: 1n };
    value["self"] = value;
    expect(redactValue(value, [])).toEqual({ big: "1", self: "[circular]" });
  });
});
