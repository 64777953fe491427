import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import type { StatusAnswer } from "../../src/app/status/ask-status.ts";
import { FakeMachine } from "../app/fake-machine.ts";
import { MINIMAL } from "../config/factories.ts";
import { type Outcome, Terminal } from "./harness.ts";

const notRunning: StatusAnswer = { kind: "not_running" };

let machine: FakeMachine;
let terminal: Terminal;
/** What asking the bot gives, call by call; the last one repeats. */
let answers: StatusAnswer[];

beforeEach(() => {
  machine = new FakeMachine("linux");
  machine.answers.set("loginctl", { ok: true, output: "yes\n" });
  machine.answers.set("systemctl --user is-active", { ok: false, output: "inactive\n" });
  terminal = new Terminal();
  terminal.writeConfig(MINIMAL);
  answers = [notRunning, { kind: "silent", pid: 8, problem: "it is starting" }];
});

async function service(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  const askStatus = async (): Promise<StatusAnswer> =>
    (answers.length > 1 ? answers.shift() : answers[0]) ?? notRunning;
  const app = { askStatus, supervisorMachine: async () => machine };
  return await terminal.run(["service", ...args], { app, env });
}

function unit(): string {
  return [...machine.files.values()].join("");
}

describe("takopi service install", () => {
  it("installs, waits for the bot and says what is there", async () => {
    const { code, stdout } = await service(["install"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^✓ takopi-[a-z0-9-]+ is installed: \/home\/ada\/\.config\/systemd\/user\/takopi-.*\.service\n/,
    );
    expect(stdout).toContain(`It works in ${terminal.home} unless a message names a project.`);
    expect(stdout).toContain("! It does not answer yet. See what it says: takopi service logs\n");
    expect(unit()).toContain(`"--config" "${terminal.configPath}"`);
    expect(machine.pauses).toBe(30);
  });

  it("puts no secret into the unit, and says which of this terminal's settings a service lacks", async () => {
    const env = { ANTHROPIC_API_KEY: "sk-ant-secret", HTTPS_PROXY: "http://me:pw@proxy", EDITOR: "vi" };
    const { stdout } = await service(["install"], env);
    expect(stdout).toContain(
      "! It does not have ANTHROPIC_API_KEY, HTTPS_PROXY of this terminal: write NAME=value lines",
    );
    expect(stdout).toContain(join(terminal.home, ".takopi", "service.env"));
    for (const secret of ["sk-ant-secret", "me:pw", "bot_token"]) expect(unit() + stdout).not.toContain(secret);
  });

  it("refuses while another takopi runs that it does not know", async () => {
    answers = [{ kind: "silent", pid: 4711, problem: "it offers no status" }];
    expect(await service(["install"])).toMatchObject({
      code: 1,
      stderr:
        "takopi: takopi is running already as process 4711: stop it first (Ctrl-C in its terminal), then try again\n",
    });
    expect(machine.files.size).toBe(0);
  });

  it("brings a running one up to date", async () => {
    machine.answers.set("systemctl --user is-active", { ok: true, output: "active\n" });
    answers = [{ kind: "silent", pid: 4711, problem: "it offers no status" }];
    expect(await service(["install"])).toMatchObject({ code: 0 });
  });

  it("needs a configuration in a file, and a right one", async () => {
    terminal = new Terminal();
    const env = { TAKOPI__TRANSPORTS__TELEGRAM__BOT_TOKEN: "1:x" };
    expect((await service(["install"], env)).stderr).toMatch(/there is no file .*Write it first: takopi setup\n$/);
    terminal.writeConfig("nonsense = 1\n");
    expect(await service(["install"])).toMatchObject({ code: 78, stderr: expect.stringContaining("nonsense") });
    terminal.writeConfig("");
    expect((await service(["install"], env)).stderr).toContain("bot_token: is missing");
    expect(machine.files.size).toBe(0);
  });

  it("says what to do where no supervisor answers", async () => {
    machine.answers.set("systemctl --user show-environment", { ok: false, output: "Failed to connect to bus" });
    const { code, stderr } = await service(["install"]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^takopi: no systemd of your own answers here, as in containers/);
  });
});

describe("takopi service", () => {
  it("uninstall removes what was installed, once", async () => {
    await service(["install"]);
    expect((await service(["uninstall"])).stdout).toMatch(/^✓ stopped, and removed .*\.service\. Its configuration/);
    expect(machine.files.size).toBe(0);
    expect(await service(["uninstall"])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("nothing was installed"),
    });
  });

  it("status says whether it is there and runs", async () => {
    expect(await service(["status"])).toMatchObject({
      code: 1,
      stderr: "takopi: not installed. Install it: takopi service install\n",
    });
    await service(["install"]);
    expect((await service(["status"])).stdout).toMatch(
      /^✗ takopi-\S+ is installed and does not run; takopi service logs says why\n/,
    );
  });

  it("logs prints the latest lines", async () => {
    expect(await service(["logs", "-n", "5"])).toMatchObject({ code: 0, stdout: "12:00:00 info  hello\n" });
    expect(machine.ran.at(-1)).toMatch(/^journalctl --user --unit takopi-\S+ --lines 5 --no-pager$/);
    expect(await service(["logs", "-n", "many"])).toMatchObject({ code: 2 });
  });
});
