import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { StatusAnswer } from "../../src/app/status/ask-status.ts";
import type { StatusReport } from "../../src/app/status/status-report.ts";
import { Terminal } from "./harness.ts";

const MINUTE = 60_000;
const STARTED = 1_700_000_000_000;

const quiet: StatusReport = {
  format: 1,
  version: "0.1.0",
  pid: 4711,
  startedAt: STARTED,
  uptimeMs: 124 * MINUTE,
  bot: "pocket_bot",
  config: "/home/ada/.takopi/takopi.toml",
  isWell: true,
  problems: [],
  telegram: { state: "well", silentMs: 4_000, lastAnswerAt: STARTED + 124 * MINUTE - 4_000 },
  running: [],
  queued: [],
  held: 0,
  decisions: [],
  outbox: { waiting: 0 },
  journalBytes: 1_258_291,
  rssBytes: 64_000_000,
  engines: ["claude", "mock"],
};

const busy: StatusReport = {
  ...quiet,
  isWell: false,
  problems: ["Telegram has not answered for 5m 02s: no connection to Telegram (ENOTFOUND)"],
  telegram: {
    state: "deaf",
    silentMs: 302_000,
    lastAnswerAt: STARTED + 124 * MINUTE - 302_000,
    reason: "no connection to Telegram (ENOTFOUND)",
  },
  running: [
    {
      id: "a",
      engine: "claude",
      project: "app",
      branch: "fix",
      session: "ecbe6e4d-e19a",
      label: "working",
      elapsedMs: 187_000,
      steps: 7,
      silentMs: 12_000,
      startedBy: "Ada",
      thread: "5",
    },
    { id: "b", engine: "codex", label: "waiting for you", elapsedMs: 60_000, steps: 0, startedBy: "Bob", thread: "-6" },
  ],
  queued: [{ id: "c", engine: "claude", label: "queued", elapsedMs: 5_000, steps: 0, startedBy: "Ada", thread: "5" }],
  held: 1,
  decisions: [{ runId: "b", kind: "approval", tool: "Bash", waitingMs: 50_000 }],
  outbox: { waiting: 3, oldestMs: 290_000 },
  lastError: { at: STARTED + 120 * MINUTE, message: "a delivery broke (disk full)" },
};

async function status(answers: readonly StatusAnswer[], args: readonly string[] = []) {
  const asked: string[] = [];
  const askStatus = async ({ dir }: { readonly dir: string }): Promise<StatusAnswer> => {
    asked.push(dir);
    return answers[asked.length - 1] ?? { kind: "not_running" };
  };
  const terminal = new Terminal();
  const outcome = await terminal.run(["status", ...args], { app: { askStatus } });
  return { ...outcome, asked, terminal };
}

describe("takopi status", () => {
  it("is short when all is well", async () => {
    const { code, stdout } = await status([{ kind: "report", report: quiet }]);
    expect(code).toBe(0);
    expect(stdout).toBe(`✓ takopi 0.1.0 · @pocket_bot · all is well
  up 2h 04m · process 4711 · 61.0 MB · /home/ada/.takopi/takopi.toml

  Telegram    answered 4s ago
  Work        nothing runs
  Journal     1.2 MB
  Engines     claude, mock
`);
  });

  it("says first what is wrong, then everything that goes on", async () => {
    const { code, stdout } = await status([{ kind: "report", report: busy }]);
    expect(code).toBe(3);
    expect(stdout).toBe(`✗ takopi 0.1.0 · @pocket_bot · something is wrong
  up 2h 04m · process 4711 · 61.0 MB · /home/ada/.takopi/takopi.toml
  ✗ Telegram has not answered for 5m 02s: no connection to Telegram (ENOTFOUND)

  Telegram    last answered 5m 02s ago, no connection to Telegram (ENOTFOUND)
  Work        2 runs, 1 queued, 1 held until somebody says Run or Discard
  ▸ claude app @fix · working · 3m 07s · step 7 · last word 12s ago · session ecbe6e4d · for Ada
  ▸ codex · waiting for you · 1m 00s · for Bob
  · claude · queued · 5s · for Ada
  ? approval of Bash waits for Bob for 50s
  Outbox      3 messages waiting, the oldest for 4m 50s
  Last error  4m 00s ago: a delivery broke (disk full)
  Journal     1.2 MB
  Engines     claude, mock
`);
  });

  it("tells of an outage that is over", async () => {
    const lastOutage = { from: STARTED + 10 * MINUTE, to: STARTED + 100 * MINUTE };
    const report = { ...quiet, telegram: { ...quiet.telegram, lastOutage } };
    const { stdout } = await status([{ kind: "report", report }]);
    expect(stdout).toContain("Telegram    answered 4s ago; was offline for 1h 30m until 24m 00s ago\n");
  });

  it("prints JSON for programs", async () => {
    const { code, stdout } = await status([{ kind: "report", report: busy }], ["--json"]);
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toEqual({ isRunning: true, ...busy });
  });

  it("asks for the local bot where no other runs", async () => {
    const { code, asked, terminal } = await status([{ kind: "not_running" }, { kind: "report", report: quiet }]);
    expect(code).toBe(0);
    expect(asked).toEqual([join(terminal.home, ".takopi"), join(terminal.home, ".takopi", "local")]);
  });

  it("says how to start one that is not running", async () => {
    expect(await status([])).toMatchObject({ code: 1, stdout: "", stderr: "takopi: not running. Start it: takopi\n" });
    expect(await status([], ["--json"])).toMatchObject({ code: 1, stdout: '{"isRunning":false}\n', stderr: "" });
  });

  it("says what to do with one that does not answer", async () => {
    const silent = { kind: "silent", pid: 7, problem: "it does not answer" } as const;
    expect(await status([silent])).toMatchObject({
      code: 3,
      stderr:
        "takopi: it seems to run as process 7, but it does not answer. Look at its log, or stop it and start it again: takopi\n",
    });
    expect(JSON.parse((await status([silent], ["--json"])).stdout)).toEqual({
      isRunning: true,
      isWell: false,
      problems: ["it does not answer"],
      pid: 7,
    });
  });
});
