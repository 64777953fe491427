import { readFileSync } from "node:fs";
import { beforeEach, describe, expect, it } from "vitest";
import { findSupervisor } from "../../../src/app/supervisor/find-supervisor.ts";
import { supervisedBot } from "../../../src/app/supervisor/supervised-bot.ts";
import type { SupervisedBot, Supervisor } from "../../../src/app/supervisor/supervisor.ts";
import { FakeMachine } from "../fake-machine.ts";

const GOLDEN = new URL("../../../fixtures/supervisor/takopi.plist", import.meta.url);
const FILE = "/home/ada/Library/LaunchAgents/takopi.plist";

let machine: FakeMachine;
let supervisor: Supervisor;
let bot: SupervisedBot;

beforeEach(async () => {
  machine = new FakeMachine("darwin");
  machine.answers.set("launchctl print", { ok: false, output: "Could not find service" });
  supervisor = await findSupervisor(machine);
  bot = supervisedBot(machine, { config: "/home/ada/.takopi/takopi.toml", cwd: "/home/ada/R&D" });
});

describe("an agent of launchd", () => {
  it("is written and loaded", async () => {
    expect(await supervisor.install(bot)).toEqual({ change: "installed", file: FILE, hints: [] });
    expect(machine.files.get(FILE)).toBe(readFileSync(GOLDEN, "utf8"));
    expect(machine.ran.slice(1)).toEqual(["launchctl enable gui/1000/takopi", `launchctl bootstrap gui/1000 ${FILE}`]);
  });

  it("that is loaded is brought up to date by an end that leaves runs working, and loaded anew", async () => {
    await supervisor.install(bot);
    machine.ran.length = 0;
    machine.answers.set("launchctl print", { ok: true, output: "state = waiting" });
    expect(await supervisor.install({ ...bot, path: ["/new/bin"] })).toMatchObject({ change: "updated" });
    expect(machine.ran.filter((line) => !line.includes(" print "))).toEqual([
      "launchctl kill SIGUSR2 gui/1000/takopi",
      "launchctl bootout gui/1000/takopi",
      "launchctl enable gui/1000/takopi",
      `launchctl bootstrap gui/1000 ${FILE}`,
    ]);
  });

  it("is restarted after its process has ended, which is waited for", async () => {
    await supervisor.install(bot);
    machine.ran.length = 0;
    machine.answers.set("launchctl print", { ok: true, output: "\tpid = 4711\n" });
    await supervisor.restart("takopi");
    expect(machine.pauses).toBe(40);
    expect(machine.ran[0]).toBe("launchctl kill SIGUSR2 gui/1000/takopi");
    expect(machine.ran.at(-1)).toBe("launchctl kickstart gui/1000/takopi");
  });

  it("is removed, and only when it is ours", async () => {
    await supervisor.install(bot);
    expect(await supervisor.uninstall("takopi")).toBe(FILE);
    expect(machine.ran.at(-1)).toBe("launchctl bootout gui/1000/takopi");
    machine.files.set(FILE, "<plist/>");
    await expect(supervisor.uninstall("takopi")).rejects.toThrow("was not written by takopi");
  });

  it("has a log file", async () => {
    const options = { lines: 7, isFollowing: false, onLine: () => {}, signal: new AbortController().signal };
    await supervisor.logs("takopi", options);
    expect(machine.ran.at(-1)).toBe("tail -n 7 /home/ada/Library/Logs/takopi.log");
  });
});
