import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { AuditEntry, Store } from "../../src/bridge/store-port.ts";
import { openStore } from "../../src/store/open-store.ts";
import { openAudit } from "../../src/store/read-audit.ts";
import { accept, queuedRun } from "../store/factories.ts";
import { type Outcome, Terminal } from "./harness.ts";

const HOUR_MS = 3_600_000;

/** A home directory with the journal of a bot that has it open. */
class Audited {
  readonly terminal: Terminal = new Terminal();
  readonly store: Store;

  constructor(folder = "") {
    const dir = join(this.terminal.home, ".takopi", folder);
    mkdirSync(dir, { recursive: true });
    this.store = openStore({ path: join(dir, "takopi.db"), now: Date.now });
    onTestFinished(() => this.store.close());
  }

  note(verb: string, more: Partial<AuditEntry> = {}): void {
    this.store.audit({ at: Date.now(), actor: "42", verb, ...more });
  }

  async run(...args: readonly string[]): Promise<Outcome> {
    return await this.terminal.run(["audit", ...args], { app: { openAudit: async (path) => openAudit(path) } });
  }
}

describe("takopi audit", () => {
  it("prints when, who and what, the newest last, while the bot has the journal open", async () => {
    const audited = new Audited();
    accept(audited.store, queuedRun("run1"));
    audited.note("prompt", { subject: "run1", detail: { engine: "claude" } });
    audited.note("refuse", { actor: "9", detail: { why: "may not use this bot", updates: 17, name: "Eve" } });
    const { code, stdout } = await audited.run();
    const time = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d`;
    const [first = "", second = ""] = stdout.split("\n");
    expect(first).toMatch(new RegExp(`^${time}  Ada \\(42\\)  prompted · run1 · engine claude$`));
    expect(second).toMatch(new RegExp(`^${time}  Eve \\(9\\)  was refused · why may not use this bot · updates 17$`));
    expect(code).toBe(0);
  });

  it("shows a week, or as much as it is asked for", async () => {
    const audited = new Audited();
    audited.note("cancel", { at: Date.now() - 8 * 24 * HOUR_MS, subject: "old" });
    audited.note("cancel", { at: Date.now() - 2 * HOUR_MS, subject: "recent" });
    expect((await audited.run()).stdout).not.toContain("old");
    expect((await audited.run("--since", "2w")).stdout).toContain("old");
    expect((await audited.run("--since", "90m")).stdout).toBe("");
    expect(await audited.run("--since", "yesterday")).toMatchObject({ code: 2, stderr: expect.stringContaining("7d") });
  });

  it("shows one person, or the bot", async () => {
    const audited = new Audited();
    audited.note("cancel");
    audited.note("start", { actor: "bot" });
    expect((await audited.run("--person", "42")).stdout).toMatch(/cancelled\n$/);
    expect((await audited.run("--person", "bot")).stdout).toMatch(/ {2}bot {2}started\n$/);
  });

  it("prints JSON for programs", async () => {
    const audited = new Audited();
    audited.note("decide", { at: Date.now(), subject: "run1", detail: { decision: { kind: "deny" } } });
    const { stdout } = await audited.run("--json");
    expect(JSON.parse(stdout)).toMatchObject({
      at: expect.stringMatching(/^\d{4}-.*Z$/),
      actor: "42",
      verb: "decide",
      subject: "run1",
      detail: { decision: { kind: "deny" } },
    });
  });

  it("keeps one row one line, whatever people call themselves", async () => {
    const audited = new Audited();
    audited.note("refuse", { detail: { name: "\u001b[2J\nEve\u202e (1) prompted\u2028x\u009b31m" } });
    const { stdout } = await audited.run();
    expect(stdout.split("\n")).toHaveLength(2);
    // eslint-disable-next-line no-control-regex -- that they are gone is the point
    expect(stdout.trimEnd()).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u202e]/);
  });

  it("goes on with what happens until it is interrupted", async () => {
    const audited = new Audited();
    audited.note("cancel", { subject: "before" });
    let seen = "";
    const done = audited.terminal.run(["audit", "--follow"], {
      app: {
        openAudit: async (path) => {
          const reader = openAudit(path);
          const rows: typeof reader.rows = (query) => {
            const found = reader.rows(query);
            seen += found.map(({ subject }) => subject).join();
            if (seen === "before") audited.note("cancel", { subject: "after" });
            if (seen === "beforeafter") audited.terminal.interrupt();
            return found;
          };
          return { ...reader, rows };
        },
      },
    });
    const { code, stdout } = await done;
    expect(stdout).toMatch(/before\n.*after\n$/);
    expect(code).toBe(0);
  });

  it("reads the journal of a local bot where there is no other", async () => {
    const audited = new Audited("local");
    audited.note("start");
    expect((await audited.run()).stdout).toContain("42  started");
  });

  it("says so where there is no journal", async () => {
    const terminal = new Terminal();
    const { code, stderr } = await terminal.run(["audit"], { app: { openAudit: async (path) => openAudit(path) } });
    expect(stderr).toMatch(/There is no journal .*takopi\.db yet/);
    expect(code).toBe(1);
  });
});
