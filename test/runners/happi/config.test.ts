import { describe, expect, it } from "vitest";
import { configSchema } from "../../../runners/happi/config.ts";
import { launchOf } from "../../../runners/happi/launch.ts";
import type { ProgramLaunch } from "../../../src/runner/open-program.ts";
import { createHappiRunner } from "../../../runners/happi/runner.ts";
import { createCover } from "../../../runners/happi/secret.ts";

function problemsOf(more: object): readonly string[] {
  const { error } = configSchema.safeParse({ command: "runtime", ...more });
  return (error?.issues ?? []).map(({ path, message }) => `${path.join(".")}: ${message}`);
}

describe("the table of a runtime", () => {
  it("needs no more than a command, a program or a list", () => {
    expect(configSchema.parse({ command: "runtime" })).toEqual({
      command: ["runtime"],
      cmd: "anthropic.messages.create",
      history: "messages",
      args: [],
      env: {},
    });
    expect(configSchema.parse({ command: ["python3", "rt.py"] }).command).toEqual(["python3", "rt.py"]);
    expect(configSchema.safeParse({}).error?.issues[0]?.message).toContain("is needed: the program with its arguments");
    expect(problemsOf({ command: [] })).toEqual([expect.stringContaining("command: is needed")]);
  });

  it("takes any JSON as flags and further arguments", () => {
    const more = { flags: { provider: "x", max_tokens: 9, deep: { a: [1, true] } }, args: ["second", { third: 3 }] };
    expect(configSchema.parse({ command: "runtime", ...more })).toMatchObject(more);
    expect(problemsOf({ flags: { when: new Date() } })).toHaveLength(1);
  });

  it.each([
    [{ modle: "x" }, 'Unrecognized key: "modle"'],
    [{ cmd: "two words" }, "cmd: words with dots between them, such as anthropic.messages.create"],
    [{ history: "all" }, "history: Invalid option"],
    [{ history_turns: 0 }, "history_turns: Too small"],
    [{ auth: { token: "env:KEY" } }, 'auth.scheme: is needed: how the runtime is to use the token, such as "bearer"'],
    [{ auth: { scheme: "bearer" } }, "auth.token: is needed: env:NAME, keychain:SERVICE, or the token itself"],
    [{ history: "prompt", model: "x" }, 'model: goes along only with history = "messages"'],
  ])("refuses %o with a reason", (more, reason) => {
    expect(problemsOf(more)).toEqual([expect.stringContaining(reason)]);
  });

  it("lets a model be chosen only where it can be sent", () => {
    const canChoose = (history: string): boolean => {
      const config = configSchema.parse({ command: "runtime", history });
      return createHappiRunner({ engine: "happi", config, configDir: "/" }).capabilities.model;
    };
    expect(["messages", "prompt", "none"].map(canChoose)).toEqual([true, false, false]);
  });
});

describe("the program", () => {
  const launched = (command: readonly string[], env = {}): ProgramLaunch =>
    launchOf({
      config: configSchema.parse({ command, env }),
      configDir: "/etc/takopi",
      env: { HOME: "/home/u", PATH: "/bin" },
    });

  it("may be named by a path, relative to the configuration or to the home", () => {
    expect(launched(["bin/runtime"]).command).toBe("/etc/takopi/bin/runtime");
    expect(launched(["~/runtime"]).command).toBe("/home/u/runtime");
    expect(launched(["/opt/runtime"]).command).toBe("/opt/runtime");
    expect(launched(["python3", "~/rt.py", "-v"])).toMatchObject({ command: "python3", args: ["/home/u/rt.py", "-v"] });
  });

  it("gets the variables of the table before its own", () => {
    expect(launched(["runtime"], { KEY: "v", PATH: "/opt" }).env).toEqual({ HOME: "/home/u", PATH: "/opt", KEY: "v" });
  });
});

describe("the token", () => {
  const covered = (token: string, text: string, env = {}): string =>
    createCover(configSchema.parse({ command: "runtime", auth: { scheme: "bearer", token } }), env)(text);

  it("is covered wherever it appears, also as JSON writes it", () => {
    expect(covered("hunter2", "hunter2 and hunter2")).toBe("••• and •••");
    expect(covered('a"b', JSON.stringify({ said: 'key a"b' }))).toBe('{"said":"key •••"}');
    expect(covered("env:KEY", "key s3cret of KEY", { KEY: "s3cret" })).toBe("key ••• of KEY");
  });

  it("that only the runtime can look up changes nothing", () => {
    expect(covered("env:KEY", "KEY is not set")).toBe("KEY is not set");
    expect(covered("env:KEY", "KEY is empty", { KEY: "" })).toBe("KEY is empty");
    expect(covered("keychain:work", "keychain:work is locked")).toBe("keychain:work is locked");
    expect(createCover(configSchema.parse({ command: "runtime" }), {})("nothing")).toBe("nothing");
  });
});
