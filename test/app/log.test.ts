import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { LogOptions } from "../../src/app/log.ts";
import { createLog, logOptionsFromEnv } from "../../src/app/log.ts";
import type { Log } from "../../src/bridge/ports.ts";
import { TOKEN } from "../config/factories.ts";

function written(options: Partial<LogOptions>, use: (log: Log) => void): string {
  let text = "";
  use(createLog({ level: "debug", format: "json", write: (line) => (text += line), ...options }));
  return text;
}

describe("createLog", () => {
  it("writes one JSON object per line", () => {
    const text = written({}, (log) => log.info("run started", { engine: "claude", step: 2 }));
    expect(text.endsWith("\n")).toBe(true);
    expect(JSON.parse(text)).toEqual({
      level: "info",
      time: expect.any(Number),
      msg: "run started",
      engine: "claude",
      step: 2,
    });
  });

  it("writes lines for people", () => {
    const text = written({ format: "pretty" }, (log) => log.warn("slow", { engine: "claude", note: "two words" }));
    expect(text).toMatch(/^\d\d:\d\d:\d\d warn {2}slow engine=claude note="two words"\n$/);
  });

  it("shows an error in one line and its stack below", () => {
    const text = written({ format: "pretty" }, (log) => log.error("failed", { error: new Error("no space") }));
    expect(text).toMatch(/error failed error="no space"\nError: no space\n {4}at /);
  });

  it("leaves out what is below its level", () => {
    const text = written({ level: "warn" }, (log) => {
      log.debug("d");
      log.info("i");
      log.warn("w");
    });
    expect(JSON.parse(text)).toMatchObject({ msg: "w" });
  });

  it("never writes a secret: not in the message, a field, or an error", () => {
    const use = (log: Log): void => {
      const error = new Error(`refused ${TOKEN} and my-own-secret`, { cause: new Error(TOKEN) });
      log.error(`token ${TOKEN}`, { error, url: `/bot${TOKEN}/getMe`, list: ["my-own-secret"] });
    };
    for (const format of ["json", "pretty"] as const) {
      const text = written({ format, secrets: ["my-own-secret"] }, use);
      expect(text).toContain("[redacted]");
      expect(text).not.toContain(TOKEN);
      expect(text).not.toContain("my-own-secret");
    }
  });

  it("writes prompts and answers only when debugging", () => {
    const use = (log: Log): void => {
      log.debug("detail", { prompt: "hello" });
      log.info("accepted", { prompt: "hello", run: "r1" });
    };
    const [detail, accepted] = written({}, use).trim().split("\n");
    expect(JSON.parse(detail ?? "")).toMatchObject({ prompt: "hello" });
    expect(JSON.parse(accepted ?? "")).toEqual({ level: "info", time: expect.any(Number), msg: "accepted", run: "r1" });
  });

  it("appends to a file that only its owner can read", () => {
    const dir = mkdtempSync(join(tmpdir(), "takopi-log-"));
    onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
    const file = join(dir, "deep", "takopi.log");
    for (const word of ["first", "second"]) written({ file }, (log) => log.info(`${word} ${TOKEN}`));
    const lines = readFileSync(file, "utf8").trim().split("\n");
    expect(lines.map((line) => JSON.parse(line).msg)).toEqual(["first [redacted]", "second [redacted]"]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });
});

describe("logOptionsFromEnv", () => {
  it("reads level, format and file", () => {
    const env = { TAKOPI_LOG_LEVEL: "WARNING", TAKOPI_LOG_FORMAT: "json", TAKOPI_LOG_FILE: "/tmp/x.log" };
    expect(logOptionsFromEnv(env)).toEqual({ level: "warn", format: "json", file: "/tmp/x.log" });
  });

  it("has defaults for what is missing or makes no sense", () => {
    expect(logOptionsFromEnv({ TAKOPI_LOG_LEVEL: "loud", TAKOPI_LOG_FILE: "" })).toEqual({
      level: "info",
      format: "pretty",
    });
  });
});
