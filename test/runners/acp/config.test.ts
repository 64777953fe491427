import { describe, expect, it } from "vitest";
import { configSchema } from "../../../runners/acp/config.ts";
import { backend } from "../../../runners/acp/index.ts";
import { knownAgent, knownAgents } from "../../../runners/acp/known-agents.ts";
import { launchOf } from "../../../runners/acp/launch.ts";
import { resumeCodecOf } from "../../../runners/acp/resume.ts";

describe("the table of an agent", () => {
  it("needs a command, a program or a list", () => {
    expect(configSchema.parse({ command: "my-agent" })).toEqual({
      command: ["my-agent"],
      env: {},
      start_timeout_s: 60,
    });
    expect(configSchema.parse({ command: ["gemini", "--acp"] }).command).toEqual(["gemini", "--acp"]);
    expect(configSchema.safeParse({}).success).toBe(false);
    expect(configSchema.safeParse({ command: [] }).success).toBe(false);
  });

  it("has no keys but its own, and a resume line that ends with the id", () => {
    const problemsOf = (more: object): boolean => configSchema.safeParse({ command: "a", ...more }).success;
    expect(problemsOf({ modle: "x" })).toBe(false);
    expect(problemsOf({ resume_line: "my-agent --resume" })).toBe(false);
    expect(problemsOf({ resume_line: "my-agent --resume={id}" })).toBe(true);
    expect(problemsOf({ start_timeout_s: 0 })).toBe(false);
  });
});

describe("the program", () => {
  it("may be named by a path, relative to the configuration or to the home", () => {
    const commandOf = (command: string): string =>
      launchOf({
        config: configSchema.parse({ command }),
        known: undefined,
        configDir: "/etc/takopi",
        env: { HOME: "/home/u" },
      }).command;
    expect(commandOf("bin/agent")).toBe("/etc/takopi/bin/agent");
    expect(commandOf("~/agent")).toBe("/home/u/agent");
    expect(commandOf("/opt/agent")).toBe("/opt/agent");
    expect(commandOf("agent")).toBe("agent");
  });

  it("gets what is known to be good for it, unless the table says otherwise", () => {
    const known = knownAgent("auggie", ["auggie"]);
    const envOf = (env: object): Readonly<Record<string, string>> =>
      launchOf({ config: configSchema.parse({ command: "auggie", env }), known, configDir: "/", env: {} }).env;
    expect(envOf({})).toEqual({ AUGMENT_DISABLE_AUTO_UPDATE: "1" });
    expect(envOf({ AUGMENT_DISABLE_AUTO_UPDATE: "0" })).toEqual({ AUGMENT_DISABLE_AUTO_UPDATE: "0" });
  });
});

describe("known agents", () => {
  it("are engines of their own, whose settings the schema takes", () => {
    expect(backend.variants?.map(({ id }) => id)).toEqual(knownAgents.map(({ id }) => id));
    for (const { settings } of backend.variants ?? []) expect(configSchema.safeParse(settings).success).toBe(true);
  });

  it("have ids and programs of their own, and no variable of takopi's", () => {
    expect(new Set(knownAgents.map(({ id }) => id)).size).toBe(knownAgents.length);
    expect(new Set(knownAgents.map(({ command }) => command[0])).size).toBe(knownAgents.length);
    for (const { environment } of knownAgents) expect(environment.join()).not.toMatch(/\bTAKOPI|(?:^|,)\*/u);
  });

  it("are known by their program, whatever the engine is called", () => {
    expect(knownAgent("mine", ["/opt/bin/gemini", "--acp"])?.id).toBe("gemini");
    expect(knownAgent("gemini", ["/opt/wrapper"])?.id).toBe("gemini");
    expect(knownAgent("mine", ["mine"])).toBeUndefined();
  });
});

describe("the resume line", () => {
  const lineOf = (engine: string, program: string, template?: string): string =>
    resumeCodecOf(engine, { known: knownAgent(engine, [program]), template }).formatResume({ engine, value: "a-1" });

  it("is the agent's own for the engine of its name, and no other", () => {
    expect(lineOf("gemini", "gemini")).toBe("gemini --resume a-1");
    expect(lineOf("copilot", "copilot")).toBe("copilot --resume=a-1");
    expect(lineOf("second", "gemini")).toBe("second --resume a-1");
    expect(lineOf("claude-agent-acp", "claude-agent-acp")).toBe("claude-agent-acp --resume a-1");
    expect(lineOf("opencode", "opencode")).toBe("opencode --session a-1");
    expect(lineOf("mine", "mine")).toBe("mine --resume a-1");
    expect(lineOf("mine", "mine", "mine go --on={id}")).toBe("mine go --on=a-1");
  });

  it("is read with a space or an equals sign, and with ids of any kind", () => {
    const codec = resumeCodecOf("copilot", { known: knownAgent("copilot", ["copilot"]), template: undefined });
    const token = { engine: "copilot", value: "1795226754446_EaidG_cli" };
    expect(codec.extractResume("`copilot --resume=1795226754446_EaidG_cli`")).toEqual(token);
    expect(codec.extractResume("copilot  --resume 1795226754446_EaidG_cli")).toEqual(token);
    expect(codec.isResumeLine("copilot --resume")).toBe(false);
  });
});
