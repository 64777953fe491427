import { access, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { ApprovalScope, Decision } from "../../src/domain/decision.ts";
import type { ResumeToken } from "../../src/domain/event.ts";
import type { Runner, RunRequest } from "../../src/runner/runner.ts";
import { collect, completedOf, type TestHost } from "../factories.ts";
import { openClaudeLab, type ClaudeLab } from "./claude-lab.ts";

// Some of these need several runs, each of which takes seconds to start on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

let lab: ClaudeLab;
let outside: string;

beforeAll(async () => {
  lab = await openClaudeLab();
  outside = await mkdtemp(join(tmpdir(), "takopi-claude-outside-"));
});

afterAll(async () => {
  await lab.close();
  await rm(outside, { recursive: true, force: true });
});

const asking = { allowed_tools: ["Read"] };
const approve = (scope: ApprovalScope): Decision => ({ kind: "approve", scope });

interface Asked extends TestHost {
  readonly answer: string;
  readonly ok: boolean;
  readonly resume: ResumeToken;
  readonly titles: readonly string[];
  /** What the model read as results of its tools. */
  readonly outputs: readonly unknown[];
}

/** Runs a prompt, answering what is asked with the decisions in their order; the last one counts for all the rest. */
async function ask(
  prompt: string,
  decisions: readonly Decision[],
  { runner = lab.runner(asking), ...more }: Partial<RunRequest> & { readonly runner?: Runner } = {},
): Promise<Asked> {
  const left = [...decisions];
  const host = lab.host({ decide: () => (left.length > 1 ? left.shift() : left[0]) ?? approve("once") });
  const events = await collect(runner.run(lab.request(prompt, more), host));
  const { answer, ok, resume } = completedOf(events);
  if (resume === undefined) throw new Error("the run has no session");
  expect(host.taken).toEqual(host.requests.map(({ id }) => id));
  const actions = events.flatMap((event) => (event.type === "action" ? [event.action] : []));
  const outputs = actions.flatMap(({ detail }) => detail["output"] ?? []);
  return { ...host, answer, ok, resume, titles: actions.map(({ title }) => title), outputs };
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}

describe("approvals for Claude Code's own CLI", () => {
  it("show the command, or the change of the file", async () => {
    const path = join(lab.cwd, "change.txt");
    await writeFile(path, "goodbye\n");
    const { requests } = await ask(`BASH(touch shown.txt) WRITE(${path})`, [approve("once")]);
    expect(requests).toMatchObject([
      { kind: "approval", tool: "Bash", input: { command: "touch shown.txt", cwd: lab.cwd } },
      { kind: "approval", tool: "Write", input: { path, diff: expect.stringContaining("-goodbye\n+hello\n") } },
    ]);
  });

  it("that are denied keep the tool from running, and tell the model why", async () => {
    const { ok, answer, titles } = await ask("BASH(touch denied.txt)", [{ kind: "deny", reason: "not today" }]);
    expect({ ok, answer }).toEqual({ ok: true, answer: "Tool result: not today" });
    expect(titles).toContain("permission denied: Bash");
    expect(await exists(join(lab.cwd, "denied.txt"))).toBe(false);
  });

  it("for the session hold for the same command, and in the later runs of the session alone", async () => {
    const runner = lab.runner(asking);
    const path = join(lab.cwd, "approved.txt");
    const prompt = `BASH(touch ${path}) BASH(touch ${path})`;
    const first = await ask(prompt, [approve("session")], { runner });
    expect(first.requests).toMatchObject([{ title: "touch approved.txt", scopes: ["once", "session", "project"] }]);
    expect((await ask(prompt, [approve("once")], { runner, resume: first.resume })).requests).toEqual([]);
    expect((await ask(prompt, [approve("once")], { runner })).requests).toHaveLength(2);
    expect(await exists(join(lab.cwd, ".claude/settings.local.json"))).toBe(false);
  });

  it("for the session hold for edits, also outside the directory", async () => {
    for (const folder of [lab.cwd, outside]) {
      const prompt = `WRITE(${join(folder, "one.txt")}) WRITE(${join(folder, "two.txt")})`;
      const { requests } = await ask(prompt, [approve("session")]);
      expect(requests).toMatchObject([{ tool: "Write", scopes: ["once", "session"] }]);
      expect(await exists(join(folder, "two.txt"))).toBe(true);
    }
  });

  it("for the session hold for a command that reaches outside the directory", async () => {
    const prompt = `BASH(touch ${outside}/a) BASH(touch ${outside}/a)`;
    expect((await ask(prompt, [approve("session")])).requests).toHaveLength(1);
  });

  it("for the project become rules of its own, for every session", async () => {
    const { requests } = await ask("BASH(touch project.txt)", [approve("project")]);
    expect(requests).toHaveLength(1);
    expect(await readFile(join(lab.cwd, ".claude/settings.local.json"), "utf8")).toContain("Bash(touch project.txt)");
    expect((await ask("BASH(touch project.txt)", [approve("once")])).requests).toEqual([]);
  });

  it("that end the run say so", async () => {
    const { ok } = await ask("BASH(touch no.txt)", [{ kind: "deny", reason: "stop", interrupt: true }]);
    expect(ok).toBe(false);
  });
});

describe("questions of Claude Code's own CLI", () => {
  it("take a label, and words of the user's own", async () => {
    const chosen = await ask("ASK", [{ kind: "answers", answers: { 0: ["Blue"] } }]);
    expect(chosen.requests).toMatchObject([{ kind: "question", questions: [{ text: "Which colour?" }] }]);
    expect(chosen.answer).toContain(`"Which colour?"="Blue"`);
    const written = await ask("ASK", [{ kind: "answers", answers: { 0: ["rather green"] } }]);
    expect(written.answer).toContain(`"Which colour?"="rather green"`);
  });

  it("may stay without an answer", async () => {
    const { ok, answer } = await ask("ASK", [{ kind: "dismiss", reason: "nobody is there" }]);
    expect({ ok, answer }).toEqual({ ok: true, answer: "Tool result: nobody is there" });
  });
});

describe("a run of Claude Code's own CLI that plans", () => {
  const plan = { plan: true };

  it("revises its plan, and edits without asking once that is approved with its edits", async () => {
    const path = join(lab.cwd, "planned.txt");
    const decisions: readonly Decision[] = [
      { kind: "revise", feedback: "smaller steps" },
      { kind: "approve", scope: "once", acceptEdits: true },
    ];
    const { requests, ok, outputs } = await ask(`PLANFILE PLAN PLAN WRITE(${path})`, decisions, { options: plan });
    expect(requests).toMatchObject([{ kind: "plan", markdown: "# Plan\n\n1. Do it\n" }, { kind: "plan" }]);
    expect(outputs).toContain("smaller steps");
    expect({ ok, written: await exists(path) }).toEqual({ ok: true, written: true });
  });

  it("asks for every edit after an approval without them", async () => {
    const path = join(lab.cwd, "asked.txt");
    const { requests } = await ask(`PLAN WRITE(${path})`, [approve("once")], { options: plan });
    expect(requests.map(({ kind }) => kind)).toEqual(["plan", "approval"]);
  });

  it("asks before it edits, whatever the settings allow, and may do what they allow afterwards", async () => {
    const [early, late] = [join(lab.cwd, "early.txt"), join(lab.cwd, "late.txt")];
    const decisions: readonly Decision[] = [{ kind: "deny", reason: "plan first" }, approve("once")];
    const { requests } = await ask(`WRITE(${early}) PLAN WRITE(${late})`, decisions, {
      options: plan,
      runner: lab.runner({ allowed_tools: ["Read", "Write"] }),
    });
    expect(requests.map(({ kind }) => kind)).toEqual(["approval", "plan"]);
    expect([await exists(early), await exists(late)]).toEqual([false, true]);
  });

  it("asks about its plan although permissions are skipped, and skips them afterwards", async () => {
    const path = join(lab.cwd, "skipped.txt");
    const runner = lab.runner({ ...asking, dangerously_skip_permissions: true });
    const { requests } = await ask(`PLAN WRITE(${path})`, [approve("once")], { options: plan, runner });
    expect(requests.map(({ kind }) => kind)).toEqual(["plan"]);
    expect(await exists(path)).toBe(true);
  });
});
