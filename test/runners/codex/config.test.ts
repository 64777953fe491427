import { describe, expect, it } from "vitest";
import { configSchema } from "../../../runners/codex/config.ts";
import { backend } from "../../../runners/codex/index.ts";
import { launchAppServer } from "../../../runners/codex/launch.ts";
import { fakeCodex } from "./fake-codex.ts";

describe("the [codex] table", () => {
  it("has the defaults of the original", () => {
    expect(configSchema.parse({})).toEqual({ command: ["codex"], mode: "app_server", extra_args: ["-c", "notify=[]"] });
  });

  it.each([
    "--json",
    "--output-schema=x",
    "--output-last-message",
    "-o",
    "--color=always",
    "--skip-git-repo-check",
    "-C",
    "--",
  ])("refuses %s among the extra arguments", (arg) => {
    expect(() => configSchema.parse({ mode: "exec", extra_args: [arg] })).toThrow(/is set by takopi itself/u);
  });

  it("refuses a profile there, which has a key of its own", () => {
    expect(() => configSchema.parse({ mode: "exec", extra_args: ["-p", "fast"] })).toThrow(/set profile =/u);
  });

  it("takes flags of exec only where they mean something, and what -c sets in both", () => {
    const extra_args = ["--search", "-c", "--json"];
    expect(configSchema.parse({ mode: "exec", extra_args }).extra_args).toEqual(extra_args);
    expect(() => configSchema.parse({ extra_args })).toThrow(/--search means nothing to codex app-server/u);
    expect(configSchema.parse({ extra_args: ["-c", "a=1", "--enable", "x", "--config=b=2"] }).extra_args).toHaveLength(
      5,
    );
  });

  it.each([
    { mode: "fast" },
    { sandbox: "none" },
    { approval_policy: "always" },
    { modle: "x" },
    { profile: "../x" },
    { command: [] },
  ])("refuses %j", (table) => {
    expect(configSchema.safeParse(table).success).toBe(false);
  });

  it("may be parsed again after it was parsed", () => {
    const parsed = configSchema.parse({ command: "codex" });
    expect(configSchema.parse(parsed)).toEqual(parsed);
    expect(backend.createRunner(parsed, { engine: "codex", configDir: "/" }).engine).toBe(backend.id);
  });

  it.each([
    ["codex", "codex"],
    ["/opt/codex", "/opt/codex"],
    ["bin/codex", "/etc/takopi/bin/codex"],
    ["~/.local/codex", "/home/me/.local/codex"],
  ])("starts %s as %s", (command, started) => {
    const options = { config: configSchema.parse({ command }), configDir: "/etc/takopi", env: { HOME: "/home/me" } };
    expect(launchAppServer(options).command).toBe(started);
  });
});

describe("capabilities", () => {
  it("of exec are those of a program that only listens", () => {
    const { capabilities } = fakeCodex({ config: { mode: "exec" } });
    expect(capabilities).toMatchObject({
      approvals: false,
      questions: false,
      plans: false,
      sessions: true,
      steer: false,
      interrupt: false,
      images: true,
    });
    expect(fakeCodex().capabilities).toMatchObject({
      approvals: true,
      questions: true,
      plans: true,
      sessions: true,
      steer: true,
      interrupt: true,
    });
  });
});

describe("resume lines", () => {
  it("have the id of a session, not a name", () => {
    const runner = fakeCodex();
    expect(runner.isResumeLine("codex resume 01a1fbcf-df83-7692-a225-989261006f8f")).toBe(true);
    expect(runner.isResumeLine("codex resume my-session")).toBe(false);
    expect(runner.isResumeLine("codex resume --last")).toBe(false);
  });
});
