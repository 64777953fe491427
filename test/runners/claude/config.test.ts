import { describe, expect, it } from "vitest";
import { launchOf, modeAfterPlan } from "../../../runners/claude/arguments.ts";
import { configSchema } from "../../../runners/claude/config.ts";
import { backend } from "../../../runners/claude/index.ts";
import { runRequest } from "../../factories.ts";

describe("the [claude] table", () => {
  it("has the defaults of the original, except that commands and edits are asked for", () => {
    expect(configSchema.parse({})).toEqual({
      command: ["claude"],
      allowed_tools: ["Read"],
      dangerously_skip_permissions: false,
      use_api_billing: false,
      extra_args: [],
    });
  });

  it.each(["--resume=x", "-c", "--print", "--input-format=text", "--"])(
    "refuses %s among the extra arguments",
    (arg) => {
      expect(() => configSchema.parse({ extra_args: [arg] })).toThrow(/is set by takopi itself/u);
    },
  );

  it.each([{ dangerously_skip_permissions: "yes" }, { modle: "opus" }, { permission_mode: "yolo" }, { command: [] }])(
    "refuses %j",
    (table) => {
      expect(configSchema.safeParse(table).success).toBe(false);
    },
  );

  it("may be parsed again after it was parsed", () => {
    const once = configSchema.parse({ command: "claude" });
    expect(configSchema.parse(once)).toEqual(once);
    expect(backend.createRunner(once, { engine: "claude", configDir: "/" }).engine).toBe(backend.id);
  });

  it.each([
    ["claude", "claude"],
    ["/opt/claude", "/opt/claude"],
    ["bin/claude", "/etc/takopi/bin/claude"],
    ["~/.claude/local/claude", "/home/me/.claude/local/claude"],
  ])("starts %s as %s", (command, started) => {
    const options = { config: configSchema.parse({ command }), configDir: "/etc/takopi", env: { HOME: "/home/me" } };
    expect(launchOf(runRequest(), options).command).toBe(started);
  });

  it("may put words before the arguments", () => {
    const config = configSchema.parse({
      command: ["nice", "-n", "5", "claude"],
      dangerously_skip_permissions: true,
      allowed_tools: [],
    });
    const { command, args } = launchOf(runRequest(), { config, configDir: "/", env: {} });
    expect([command, ...args.slice(0, 4)]).toEqual(["nice", "-n", "5", "claude", "-p"]);
    expect(args).toContain("--dangerously-skip-permissions");
    expect(args.join(" ")).not.toContain("--allowedTools");
  });
});

describe("the permission mode", () => {
  const argsOf = (table: Readonly<Record<string, unknown>>, plan: boolean): readonly string[] => {
    const request = runRequest({ options: { plan } });
    const { args } = launchOf(request, { config: configSchema.parse(table), configDir: "/", env: {} });
    return args.filter((arg) => /permission-mode|skip-permissions/u.test(arg));
  };

  it("is that of the table", () => {
    expect(argsOf({}, false)).toEqual([]);
    expect(argsOf({ permission_mode: "dontAsk" }, false)).toEqual(["--permission-mode=dontAsk"]);
    expect(argsOf({ dangerously_skip_permissions: true }, false)).toEqual(["--dangerously-skip-permissions"]);
  });

  it.each([
    [{}, [], undefined],
    [{ permission_mode: "plan" }, [], undefined],
    [{ permission_mode: "acceptEdits" }, [], "acceptEdits"],
    [{ extra_args: ["--permission-mode=auto"] }, ["--permission-mode=auto"], undefined],
    [{ permission_mode: "bypassPermissions" }, ["--allow-dangerously-skip-permissions"], "bypassPermissions"],
    [{ dangerously_skip_permissions: true }, ["--allow-dangerously-skip-permissions"], "bypassPermissions"],
    [{ extra_args: ["--dangerously-skip-permissions"] }, ["--allow-dangerously-skip-permissions"], "bypassPermissions"],
  ])("of a run that plans is plan, with %j; the table's counts when the plan is approved", (table, others, after) => {
    expect(argsOf(table, true)).toEqual([...others, "--permission-mode=plan"]);
    expect(modeAfterPlan(configSchema.parse(table))).toBe(after);
  });
});
