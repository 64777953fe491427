import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { MINIMAL, TOKEN } from "../config/factories.ts";
import { Terminal } from "./harness.ts";

describe("takopi config", () => {
  it("prints the path, also of a file that is not there", async () => {
    const terminal = new Terminal();
    expect(await terminal.run(["config", "path"])).toEqual({ code: 0, stdout: `${terminal.configPath}\n`, stderr: "" });
    expect((await terminal.run(["config", "path", "--config", "~/x.toml"])).stdout).toBe(`${terminal.home}/x.toml\n`);
  });

  it("checks the file", async () => {
    const terminal = new Terminal();
    terminal.writeConfig(`watch_config = true\n${MINIMAL}`);
    expect(await terminal.run(["config", "check"])).toEqual({
      code: 0,
      stdout: `! watch_config: not supported yet, ignored\n✓ ${terminal.configPath} is valid\n`,
      stderr: "",
    });
    terminal.writeConfig(`${MINIMAL}progres = "delete"\n`);
    expect(await terminal.run(["config", "check"])).toEqual({
      code: 78,
      stdout: "",
      stderr: "takopi.toml: transports.telegram.progres: there is no such key. Did you mean progress?\n",
    });
  });

  it("sets, gets and removes a value", async () => {
    const terminal = new Terminal();
    expect(await terminal.run(["config", "set", "transports.telegram.chat_id", "-100123"])).toMatchObject({ code: 0 });
    expect(await terminal.run(["config", "set", "default_engine", "claude"])).toMatchObject({ code: 0, stderr: "" });
    expect(readFileSync(terminal.configPath, "utf8")).toBe(
      `default_engine = "claude"\n\n[transports.telegram]\nchat_id = -100123\n`,
    );
    expect((await terminal.run(["config", "get", "transports.telegram.chat_id"])).stdout).toBe("-100123\n");
    expect((await terminal.run(["config", "get", "default_engine"])).stdout).toBe("claude\n");
    expect((await terminal.run(["config", "get", "transports"])).stdout).toBe("[telegram]\nchat_id = -100123\n");
    await terminal.run(["config", "unset", "transports.telegram.chat_id"]);
    expect(readFileSync(terminal.configPath, "utf8").trim()).toBe(`default_engine = "claude"`);
  });

  it("refuses to set what would not be valid", async () => {
    const terminal = new Terminal();
    const { code, stderr } = await terminal.run(["config", "set", "transports.telegram.session_mode", "loud"]);
    expect(code).toBe(78);
    expect(stderr).toContain(`expected one of "stateless", "chat", got "loud"`);
    expect(existsSync(terminal.configPath)).toBe(false);
  });

  it("lists all values with the secrets masked", async () => {
    const terminal = new Terminal();
    terminal.writeConfig(`${MINIMAL}chat_id = 5\n[claude]\nmodel = "opus"\n`);
    const { stdout } = await terminal.run(["config", "list"]);
    expect(stdout).toBe(
      `transports.telegram.bot_token = [redacted]\ntransports.telegram.chat_id = 5\nclaude.model = "opus"\n`,
    );
    expect((await terminal.run(["config", "get", "transports.telegram.bot_token"])).stdout).toBe(`${TOKEN}\n`);
  });

  it.each([
    { args: ["get", "default_engine"], code: 1, message: "default_engine is not set in" },
    { args: ["unset", "default_engine"], code: 1, message: "default_engine is not set in" },
    { args: ["get", "a..b"], code: 2, message: `"a..b" is not a key` },
    { args: ["set", "a b", "1"], code: 2, message: `"a b" is not a key` },
    { args: ["frobnicate"], code: 2, message: "unknown command 'frobnicate'" },
  ])("fails clearly at $args", async ({ args, code, message }) => {
    const terminal = new Terminal();
    terminal.writeConfig(MINIMAL);
    const outcome = await terminal.run(["config", ...args]);
    expect(outcome.stderr).toContain(message);
    expect(outcome.code).toBe(code);
  });

  it("says so when there is no file to list", async () => {
    const { code, stderr } = await new Terminal().run(["config", "list"]);
    expect(stderr).toContain("Create it: takopi setup");
    expect(code).toBe(1);
  });
});
