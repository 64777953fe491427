import { describe, expect, it } from "vitest";
import { launchOf } from "../../../runners/pi/arguments.ts";
import { configSchema } from "../../../runners/pi/config.ts";
import { backend } from "../../../runners/pi/index.ts";
import { runRequest } from "../../factories.ts";

describe("the [pi] table", () => {
  it("has few defaults: pi has its own", () => {
    const ask_before = ["bash", "edit", "write"];
    expect(configSchema.parse({})).toEqual({ command: ["pi"], mode: "rpc", ask_before, extra_args: [] });
  });

  it("asks for nothing where that is said, or where it can't", () => {
    expect(configSchema.parse({ ask_before: [] })).toMatchObject({ ask_before: [] });
    expect(configSchema.parse({ mode: "print" })).toMatchObject({ ask_before: [] });
  });

  it.each(["--session", "-c", "--print", "--mode", "--"])("refuses %s among the extra arguments", (arg) => {
    expect(() => configSchema.parse({ extra_args: [arg] })).toThrow(/is set by takopi itself/u);
  });

  it.each([
    { modle: "x" },
    { mode: "text" },
    { command: [] },
    { effort: "low", thinking: "high" },
    { mode: "print", ask_before: ["bash"] },
    { ask_before: ["bash,write"] },
  ])("refuses %j", (table) => {
    expect(configSchema.safeParse(table).success).toBe(false);
  });

  it("may be parsed again after it was parsed", () => {
    const once = configSchema.parse({ command: "pi", model: "x" });
    expect(configSchema.parse(once)).toEqual(once);
    expect(backend.createRunner(once, { engine: "pi", configDir: "/" }).engine).toBe(backend.id);
  });

  it.each([
    ["pi", "pi"],
    ["/opt/pi", "/opt/pi"],
    ["bin/pi", "/etc/takopi/bin/pi"],
    ["~/bin/pi", "/home/me/bin/pi"],
  ])("starts %s as %s", (command, started) => {
    const config = configSchema.parse({ command });
    const options = { config, configDir: "/etc/takopi", env: { HOME: "/home/me" }, imagePaths: [] };
    expect(launchOf(runRequest(), options).command).toBe(started);
  });
});
