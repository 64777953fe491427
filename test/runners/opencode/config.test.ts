import { describe, expect, it } from "vitest";
import { runLaunch, serveLaunch } from "../../../runners/opencode/arguments.ts";
import { configSchema } from "../../../runners/opencode/config.ts";
import { backend } from "../../../runners/opencode/index.ts";
import { fakeOpencode, opencodeRequest } from "./fake-opencode.ts";

describe("the [opencode] table", () => {
  it("serves by default", () => {
    expect(configSchema.parse({})).toEqual({ command: ["opencode"], mode: "serve", extra_args: [] });
  });

  it.each(["--port=80", "--hostname=0.0.0.0", "--mdns", "--session=x", "--format=default", "--"])(
    "refuses %s among the extra arguments",
    (arg) => {
      expect(() => configSchema.parse({ extra_args: [arg] })).toThrow(/is set by takopi itself/u);
    },
  );

  it.each([{ mode: "acp" }, { modle: "a/b" }, { model: "no-provider" }, { command: [] }, { agent: "" }])(
    "refuses %j",
    (table) => {
      expect(configSchema.safeParse(table).success).toBe(false);
    },
  );

  it("may be parsed again after it was parsed", () => {
    const once = configSchema.parse({ command: "opencode", model: "openrouter/z-ai/glm" });
    expect(configSchema.parse(once)).toEqual(once);
    expect(backend.createRunner(once, { engine: "opencode", configDir: "/" }).engine).toBe(backend.id);
  });

  it.each([
    ["opencode", "opencode"],
    ["/opt/opencode", "/opt/opencode"],
    ["bin/opencode", "/etc/takopi/bin/opencode"],
    ["~/.opencode/bin/opencode", "/home/me/.opencode/bin/opencode"],
  ])("starts %s as %s", (command, started) => {
    const options = { config: configSchema.parse({ command }), configDir: "/etc/takopi", env: { HOME: "/home/me" } };
    expect(serveLaunch({ ...options, password: "secret" }).command).toBe(started);
  });
});

describe("what is started", () => {
  const env = { OPENCODE_SERVER_PASSWORD: "theirs", OPENCODE_SERVER_USERNAME: "me", OPENCODE_DISABLE_AUTOUPDATE: "0" };

  it("is a server on this machine alone, behind its own password, which is not in the arguments", () => {
    const config = configSchema.parse({ command: ["nice", "opencode"], extra_args: ["--pure"] });
    const { command, args, env: given } = serveLaunch({ config, configDir: "/", env, password: "secret" });
    expect([command, ...args]).toEqual([
      "nice",
      "opencode",
      "serve",
      "--hostname=127.0.0.1",
      "--port=0",
      "--mdns=false",
      "--pure",
    ]);
    expect(given).toEqual({
      OPENCODE_SERVER_PASSWORD: "secret",
      OPENCODE_SERVER_USERNAME: "opencode",
      OPENCODE_DISABLE_AUTOUPDATE: "0",
    });
  });

  it("with mode = run has the choices of the run over those of the config, joined to their flags", () => {
    const config = configSchema.parse({ mode: "run", model: "a/b", agent: "plan" });
    const request = opencodeRequest({
      prompt: "--help",
      resume: { engine: "opencode", value: "ses_1" },
      options: { model: "--auto", effort: "high" },
      attachments: [{ path: "/tmp/-x.png", mediaType: "image/png" }],
    });
    expect(runLaunch(request, { config, configDir: "/", env: {} })).toEqual({
      command: "opencode",
      args: [
        "run",
        "--format=json",
        "--thinking",
        "--session=ses_1",
        "--model=--auto",
        "--variant=high",
        "--agent=plan",
        "--file=/tmp/-x.png",
      ],
      env: { OPENCODE_DISABLE_AUTOUPDATE: "1" },
    });
  });
});

describe("the runner", () => {
  it("can only do what its mode can", () => {
    expect(fakeOpencode().capabilities).toMatchObject({
      approvals: true,
      questions: true,
      steer: true,
      interrupt: true,
    });
    expect(fakeOpencode({ config: { mode: "run" } }).capabilities).toMatchObject({
      approvals: false,
      questions: false,
      steer: false,
      interrupt: false,
      images: true,
    });
  });

  it.each([
    "opencode --session ses_a1B2",
    "opencode -s ses_a1B2",
    "`opencode run --session ses_a1B2`",
    "opencode run -s=ses_a1B2",
  ])("reads %s", (line) => {
    expect(fakeOpencode().extractResume(line)).toEqual({ engine: "opencode", value: "ses_a1B2" });
  });

  it.each(["opencode --session abc", "opencode --session ses_a-b", "opencode ses_a1B2", "opencode --session"])(
    "does not take %s for a resume line",
    (line) => {
      expect(fakeOpencode().isResumeLine(line)).toBe(false);
    },
  );

  it("prints its own form", () => {
    expect(fakeOpencode().formatResume({ engine: "opencode", value: "ses_a1B2" })).toBe("opencode --session ses_a1B2");
  });
});
