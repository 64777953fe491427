import { spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { TakopiEvent } from "../../src/domain/event.ts";
import type { FollowUp, Runner, SessionSummary } from "../../src/runner/runner.ts";
import { collect, completedOf } from "../factories.ts";
import { openClaudeLab, type ClaudeLab } from "./claude-lab.ts";

/** Of util-linux: gives a program a terminal. */
const inTerminal = "script";

let lab: ClaudeLab;

beforeEach(async () => {
  lab = await openClaudeLab();
});

afterEach(async () => {
  await lab.close();
});

async function list(runner: Runner): Promise<readonly SessionSummary[]> {
  return (await runner.listSessions?.(lab.cwd, lab.host())) ?? [];
}

describe("the sessions of Claude Code's own CLI", () => {
  it("are listed with their titles, newest first, and go on by their tokens", async () => {
    const runner = lab.runner();
    for (const prompt of ["First of all", "Then\nthis"]) await collect(runner.run(lab.request(prompt), lab.host()));
    const sessions = await list(runner);
    expect(sessions).toMatchObject([
      { title: "Then this", cwd: lab.cwd, isOpen: false },
      { title: "First of all", cwd: lab.cwd, isOpen: false },
    ]);
    const [, resume] = sessions.map(({ token }) => token);
    if (resume === undefined) throw new Error("no session to continue");
    const events = await collect(runner.run(lab.request("Go on", { resume }), lab.host()));
    expect(completedOf(events)).toMatchObject({ ok: true, answer: "You said: Go on", resume });
    expect((await list(runner)).map(({ title }) => title)).toEqual(["First of all", "Then this"]);
  });

  it("are open while another program works in them, and only then", async () => {
    const [here, elsewhere] = [lab.runner(), lab.runner()];
    const run = elsewhere.run(lab.request("SLOW(1) story"), lab.host());
    const seen: unknown[] = [];
    for await (const event of run) {
      if (event.type !== "started") continue;
      await expect.poll(() => list(here), { timeout: 20_000 }).toMatchObject([{ isOpen: true }]);
      seen.push((await list(elsewhere))[0]?.isOpen);
    }
    seen.push((await list(here))[0]?.isOpen);
    expect(seen).toEqual([false, false]);
  });

  it("count when they were begun in a terminal, which has them open until it is closed", async () => {
    await skipOnboarding();
    const command = `exec ${lab.program} --name "From a terminal" "Hello"`;
    const env = { ...lab.env, TERM: "xterm-256color" };
    const terminal = spawn(inTerminal, ["-qfc", command, "/dev/null"], { cwd: lab.cwd, env, detached: true });
    const closed = new Promise((resolve) => terminal.once("exit", resolve));
    const runner = lab.runner();
    try {
      const listed = [{ title: "From a terminal", isOpen: true }];
      await expect.poll(() => list(runner), { timeout: 40_000, interval: 200 }).toMatchObject(listed);
    } finally {
      if (terminal.pid !== undefined) process.kill(-terminal.pid, "SIGTERM");
      await closed;
    }
    const after = async (): Promise<boolean | undefined> => (await list(runner))[0]?.isOpen;
    await expect.poll(after, { timeout: 20_000 }).toBe(false);
  });

  /** The CLI asks for a theme, the key and trust in the directory when it is new to a terminal. */
  async function skipOnboarding(): Promise<void> {
    const config = {
      hasCompletedOnboarding: true,
      theme: "dark",
      customApiKeyResponses: { approved: [lab.env["ANTHROPIC_API_KEY"]?.slice(-20)], rejected: [] },
      projects: { [lab.cwd]: { hasTrustDialogAccepted: true, hasCompletedProjectOnboarding: true } },
    };
    await mkdir(join(lab.home, ".claude"), { recursive: true });
    await writeFile(join(lab.home, ".claude/.claude.json"), JSON.stringify(config));
  }
});

describe("what the user sends during a run of Claude Code's own CLI", () => {
  async function steer(prompt: string, isTime: (event: TakopiEvent) => boolean): Promise<readonly unknown[]> {
    const seen: unknown[] = [];
    let send: (followUp: FollowUp) => void = () => {};
    const sent = new Promise<FollowUp>((resolve) => (send = resolve));
    const followUps = (async function* () {
      yield await sent;
    })();
    for await (const event of lab.runner().run(lab.request(prompt), lab.host({ followUps }))) {
      if (isTime(event)) send({ text: "and be brief", taken: () => void seen.push("taken") });
      if (event.type === "action") seen.push(event.phase);
      if (event.type === "completed") seen.push(event.ok, event.answer);
    }
    return seen;
  }

  it("has a turn of its own behind the answer that is being written", async () => {
    expect(await steer("SLOW(2) story", (event) => event.type === "started")).toEqual([
      "taken",
      true,
      "You said: SLOW(2) story\n\nYou said: and be brief",
    ]);
  });

  it("reaches the model behind the tool that runs, in the same turn", async () => {
    const prompt = `BASH(node -e "setTimeout(process.exit,2000)")`;
    const seen = await steer(prompt, (event) => event.type === "action" && event.phase === "started");
    expect(seen.slice(0, 4)).toEqual(["started", "completed", "taken", true]);
    expect(lab.model.texts.some((text) => text.includes("and be brief"))).toBe(true);
  });
});
