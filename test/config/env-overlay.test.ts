import { describe, expect, it } from "vitest";
import { overlayEnv } from "../../src/config/env-overlay.ts";
import { load, MINIMAL, problemOf, TOKEN } from "./factories.ts";

describe("overlayEnv", () => {
  it("reads values as TOML literals, and as texts where they are none", () => {
    const env = {
      TAKOPI__A__NUMBER: "42",
      TAKOPI__A__FLAG: "true",
      TAKOPI__A__LIST: '["x", 1]',
      TAKOPI__A__TABLE: "{ b = 1 }",
      TAKOPI__A__QUOTED: '"42"',
      TAKOPI__A__WORD: "hello world",
      TAKOPI__A__PATH: "/home/me",
      TAKOPI__A__DATE: "2026-01-02",
      TAKOPI__A__TRICK: "1\nother = 2",
    };
    expect(overlayEnv({}, env).table).toEqual({
      a: {
        number: 42,
        flag: true,
        list: ["x", 1],
        table: { b: 1 },
        quoted: "42",
        word: "hello world",
        path: "/home/me",
        date: "2026-01-02",
        trick: "1\nother = 2",
      },
    });
  });

  it("passes over empty variables and those of other programs", () => {
    const env = { TAKOPI__A: "", TAKOPI_LOG_LEVEL: "debug", TAKOPIX__A: "1", PATH: "/bin" };
    expect(overlayEnv({}, env).table).toEqual({});
  });

  it("finds keys of the file whatever their case", () => {
    const { table } = overlayEnv({ projects: { MyApp: { path: "a" } } }, { TAKOPI__PROJECTS__MYAPP__PATH: "b" });
    expect(table).toEqual({ projects: { MyApp: { path: "b" } } });
  });

  it("refuses a name with an empty part", () => {
    expect(problemOf(MINIMAL, { TAKOPI__A____B: "1" })).toContain("TAKOPI__A____B: has an empty part between two `__`");
  });
});

describe("the environment over the file", () => {
  it("wins", () => {
    const loaded = load(`${MINIMAL}chat_id = 1\n`, {
      TAKOPI__TRANSPORTS__TELEGRAM__CHAT_ID: "2",
      TAKOPI__DEFAULT_ENGINE: "claude",
    });
    expect(loaded.config.transports.telegram.chat_id).toBe(2);
    expect(loaded.config.default_engine).toBe("claude");
  });

  it("is named in the problem instead of the file", () => {
    expect(problemOf(MINIMAL, { TAKOPI__TRANSPORTS__TELEGRAM__CHAT_ID: "me" })).toBe(
      `TAKOPI__TRANSPORTS__TELEGRAM__CHAT_ID: expected a number, got "me". Write: chat_id = 123456789`,
    );
  });

  it("may use the names of older versions", () => {
    expect(load("", { TAKOPI__BOT_TOKEN: TOKEN }).config.transports.telegram.bot_token).toBe(TOKEN);
  });
});
