import { describe, expect, it } from "vitest";
import { describeExit, resolveProgram, spawnFailure } from "../../src/runner/program.ts";
import { startSubprocess } from "../../src/wire/subprocess.ts";

describe("the program of a command", () => {
  it.each([
    ["acme", "acme"],
    ["/usr/bin/acme", "/usr/bin/acme"],
    ["./acme", "/etc/takopi/acme"],
    ["tools/acme", "/etc/takopi/tools/acme"],
    ["~/bin/acme", "/home/u/bin/acme"],
  ])("%s is %s", (program, expected) => {
    expect(resolveProgram(program, { configDir: "/etc/takopi", home: "/home/u" })).toBe(expected);
  });

  it("in a home nobody knows is looked for beside the config", () => {
    expect(resolveProgram("~/acme", { configDir: "/etc/takopi", home: undefined })).toBe("/etc/takopi/~/acme");
  });
});

describe("a program that can't be started", () => {
  it("is to be installed when it is not there, and only then", async () => {
    const request = { command: "/no/such/program", args: [], env: {}, runId: "program-test" };
    const missing = await startSubprocess({ ...request, cwd: "/" }).catch((error: unknown) => error);
    const elsewhere = await startSubprocess({ ...request, cwd: "/no/such/place" }).catch((error: unknown) => error);
    expect(spawnFailure(missing, "Install it.").error).toMatch(/\nInstall it\.$/u);
    expect(spawnFailure(elsewhere, "Install it.").error).not.toContain("Install it.");
    expect(spawnFailure("odd", "Install it.")).toEqual({ error: "odd" });
  });
});

describe("the end of a program", () => {
  it("is said in words", () => {
    expect(describeExit({ kind: "exited", code: 3 })).toBe("exit code 3");
    expect(describeExit({ kind: "signalled", signal: "SIGKILL" })).toBe("signal SIGKILL");
  });
});
