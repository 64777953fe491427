import { readFileSync } from "node:fs";
import { beforeEach, describe, expect, it } from "vitest";
import { findSupervisor } from "../../../src/app/supervisor/find-supervisor.ts";
import { nameFor, supervisedBot } from "../../../src/app/supervisor/supervised-bot.ts";
import type { SupervisedBot, Supervisor } from "../../../src/app/supervisor/supervisor.ts";
import { SupervisorError } from "../../../src/app/supervisor/supervisor-error.ts";
import { FakeMachine } from "../fake-machine.ts";

const GOLDEN = new URL("../../../fixtures/supervisor/takopi.service", import.meta.url);
const FILE = "/home/ada/.config/systemd/user/takopi.service";
const CONFIG = "/home/ada/.takopi/takopi.toml";

let machine: FakeMachine;
let supervisor: Supervisor;
let bot: SupervisedBot;

beforeEach(async () => {
  machine = new FakeMachine("linux");
  machine.answers.set("loginctl", { ok: true, output: "yes\n" });
  supervisor = await findSupervisor(machine);
  bot = supervisedBot(machine, { config: CONFIG, cwd: "/home/ada/code" });
  machine.ran.length = 0;
});

describe("installing", () => {
  it("writes the unit, enables it and starts it", async () => {
    expect(await supervisor.install(bot)).toEqual({ change: "installed", file: FILE, hints: [] });
    expect(machine.files.get(FILE)).toBe(readFileSync(GOLDEN, "utf8"));
    expect(machine.ran).toEqual([
      "systemctl --user daemon-reload",
      "systemctl --user enable takopi",
      "systemctl --user start takopi",
      "loginctl show-user ada --property=Linger --value",
    ]);
  });

  it("again changes nothing and only sees to it that it runs", async () => {
    await supervisor.install(bot);
    machine.ran.length = 0;
    expect(await supervisor.install(bot)).toMatchObject({ change: "unchanged" });
    expect(machine.ran).toContain("systemctl --user start takopi");
  });

  it("with another PATH brings it up to date and restarts it, which leaves runs working", async () => {
    await supervisor.install(bot);
    machine.ran.length = 0;
    const changed = { ...bot, path: ["/new/bin"] };
    expect(await supervisor.install(changed)).toMatchObject({ change: "updated" });
    expect(machine.files.get(FILE)).toContain('Environment="PATH=/new/bin"');
    expect(machine.files.get(FILE)).toContain("RestartKillSignal=SIGUSR2");
    expect(machine.ran).toContain("systemctl --user restart takopi");
    expect(machine.ran).not.toContain("systemctl --user start takopi");
  });

  it("leaves a unit alone that somebody else wrote", async () => {
    machine.files.set(FILE, "[Unit]\nDescription=mine\n");
    await expect(supervisor.install(bot)).rejects.toThrow(`${FILE} was not written by takopi and is left alone`);
    await expect(supervisor.uninstall("takopi")).rejects.toThrow(SupervisorError);
    expect(machine.files.get(FILE)).toBe("[Unit]\nDescription=mine\n");
    expect(machine.ran).toEqual([]);
  });

  it("says how to keep it running after the logout", async () => {
    machine.answers.set("loginctl", { ok: true, output: "no\n" });
    const { hints } = await supervisor.install(bot);
    expect(hints).toEqual([expect.stringContaining("loginctl enable-linger ada")]);
  });

  it("passes on what systemd has against it", async () => {
    machine.answers.set("systemctl --user enable", { ok: false, output: "Unit is masked." });
    await expect(supervisor.install(bot)).rejects.toThrow("systemctl --user enable takopi failed: Unit is masked.");
  });

  it("writes paths that mean something to systemd so that they mean themselves", async () => {
    const odd = { ...bot, config: `/home/ada/50% "more" $HOME\\x/takopi.toml`, cwd: "/home/ada/100%" };
    await supervisor.install(odd);
    const text = machine.files.get(FILE) ?? "";
    expect(text).toContain(`"--config" "/home/ada/50%% \\"more\\" $$HOME\\\\x/takopi.toml"\n`);
    expect(text).toContain("WorkingDirectory=/home/ada/100%%\n");
  });
});

describe("an installed unit", () => {
  beforeEach(async () => {
    await supervisor.install(bot);
    machine.ran.length = 0;
  });

  it("is removed after it was stopped", async () => {
    expect(await supervisor.uninstall("takopi")).toBe(FILE);
    expect(machine.files.size).toBe(0);
    expect(machine.ran).toEqual(["systemctl --user disable --now takopi", "systemctl --user daemon-reload"]);
    expect(await supervisor.uninstall("takopi")).toBeUndefined();
  });

  it("is restarted, and only when it is there", async () => {
    await supervisor.restart("takopi");
    expect(machine.ran).toEqual(["systemctl --user restart takopi"]);
    await expect(supervisor.restart("takopi-other")).rejects.toThrow("takopi service install");
  });

  it.each([
    ["active\n", true],
    ["activating\n", true],
    ["failed\n", false],
  ])("that is %j runs: %j", async (output, isRunning) => {
    machine.answers.set("systemctl --user is-active", { ok: isRunning, output });
    expect(await supervisor.state("takopi")).toEqual({ file: FILE, isRunning });
  });

  it("has a log", async () => {
    const lines: string[] = [];
    const options = { lines: 5, isFollowing: true, onLine: (line: string) => void lines.push(line) };
    await supervisor.logs("takopi", { ...options, signal: new AbortController().signal });
    expect(machine.ran).toEqual(["journalctl --user --unit takopi --lines 5 --no-pager --follow"]);
    expect(lines).toEqual(["12:00:00 info  hello"]);
  });
});

describe("where no supervisor is", () => {
  it("says what to do in a container", async () => {
    const bare = new FakeMachine("linux");
    bare.answers.set("systemctl", { ok: false, output: "Failed to connect to bus: No medium found" });
    await expect(findSupervisor(bare)).rejects.toThrow(
      /^no systemd of your own answers here, as in containers and after su: .* start "\/opt\/node\/bin\/node \/opt\/takopi\/dist\/src\/main\.js"/,
    );
  });

  it("says what to do on Windows", async () => {
    await expect(findSupervisor(new FakeMachine("win32"))).rejects.toThrow(
      /knows systemd and launchd, and this is win32/,
    );
  });
});

describe("what is kept running", () => {
  it("has the PATH of this terminal, without what is not a directory of its own, and with Node's", () => {
    const odd = new FakeMachine("linux", { PATH: ":/usr/bin:./node_modules/.bin:/usr/bin:/bin" });
    expect(supervisedBot(odd, { config: CONFIG, cwd: "/" }).path).toEqual(["/usr/bin", "/bin", "/opt/node/bin"]);
  });

  it("is called takopi, and by its configuration when that is another one", () => {
    expect(nameFor("/home/ada", CONFIG)).toBe("takopi");
    expect(nameFor("/home/ada", "/home/ada/Work Stuff/takopi.toml")).toMatch(/^takopi-work-stuff-[0-9a-f]{4}$/);
    expect(nameFor("/home/ada", "/home/ada/.takopi/team.toml")).toMatch(/^takopi-team-[0-9a-f]{4}$/);
    expect(nameFor("/home/ada", "/a/x/takopi.toml")).not.toBe(nameFor("/home/ada", "/b/x/takopi.toml"));
  });
});
