import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import type { ResumeToken, TakopiEvent } from "../../../src/domain/event.ts";
import type { PastTurn, Runner, RunRequest } from "../../../src/runner/runner.ts";
import { collect, completedOf, createTestHost, runRequest, type TestHost } from "../../factories.ts";
import { until } from "../../e2e/until.ts";
import { isRunning } from "../../wire/programs.ts";
import { endFakes, fakeHeddle, impatient } from "./fake-heddle.ts";

afterEach(endFakes);

/** One run, with what was seen of its worker. */
interface Played {
  readonly events: readonly TakopiEvent[];
  readonly answer: string;
  readonly token: ResumeToken;
  /** The workers the run had, in their order. */
  readonly pids: readonly number[];
}

interface PlayOptions extends Partial<RunRequest> {
  readonly history?: readonly PastTurn[];
  readonly host?: TestHost;
}

async function play(
  runner: Runner,
  prompt: string,
  { history = [], host, ...more }: PlayOptions = {},
): Promise<Played> {
  const used = host ?? createTestHost({ history });
  const events = await collect(runner.run(runRequest({ prompt, ...more }), used));
  const { answer, resume } = completedOf(events);
  return {
    events,
    answer,
    token: resume ?? { engine: "heddle", value: "none" },
    pids: used.processes.map(({ pid }) => pid),
  };
}

function notices(events: readonly TakopiEvent[]): readonly string[] {
  return events.flatMap((event) =>
    event.type === "action" && event.action.kind === "warning" ? [event.action.title] : [],
  );
}

async function gone(...pids: readonly (number | undefined)[]): Promise<void> {
  await until("the workers are gone", () => pids.every((pid) => pid !== undefined && !isRunning(pid)));
}

const turns: readonly PastTurn[] = [
  { prompt: "my name is Ada", answer: "Hello Ada" },
  { prompt: "and I like tea", answer: "Noted" },
];
const state = z.object({ pid: z.number(), sends: z.number(), config: z.object({ model: z.string() }) });
const stateIn = ({ answer }: Played): z.infer<typeof state> => state.parse(JSON.parse(answer));

describe("the worker of a session", () => {
  it("takes the next prompts of it, and is reported for each run", async () => {
    const runner = fakeHeddle();
    const first = await play(runner, "STATE");
    const second = await play(runner, "STATE", { resume: first.token, history: turns });
    expect(stateIn(second)).toMatchObject({ pid: stateIn(first).pid, sends: 2 });
    expect([first.pids, second.pids]).toEqual([[stateIn(first).pid], [stateIn(first).pid]]);
    expect(second.events.map(({ type }) => type)).toEqual(["started", "completed"]);
  });

  it("is not shared with another session", async () => {
    const runner = fakeHeddle();
    const [one, other] = [await play(runner, "STATE"), await play(runner, "STATE")];
    expect(one.token).not.toEqual(other.token);
    expect(stateIn(one).pid).not.toBe(stateIn(other).pid);
  });

  it("goes on after an error, and after a cancel it has answered", async () => {
    const runner = fakeHeddle();
    const { token, pids } = await play(runner, "hello");
    await play(runner, "FAIL", { resume: token });
    const host = createTestHost();
    for await (const event of runner.run(runRequest({ prompt: "SLOW", resume: token }), host)) {
      if (event.type === "action") host.abort();
    }
    expect(stateIn(await play(runner, "STATE", { resume: token }))).toMatchObject({ pid: pids[0], sends: 4 });
  });

  it("goes on after a run that nobody read to its end, which was cancelled", async () => {
    const runner = fakeHeddle();
    const { token, pids } = await play(runner, "hello");
    const slow = runner.run(runRequest({ prompt: "SLOW", resume: token }), createTestHost());
    for await (const event of slow) if (event.type === "action") break;
    expect(stateIn(await play(runner, "STATE", { resume: token }))).toMatchObject({ pid: pids[0], sends: 3 });
  });

  it("does not go on after a refusal that leaves open what it holds", async () => {
    const runner = fakeHeddle();
    const { pids } = await play(runner, "REFUSE");
    await gone(...pids);
  });

  it("may keep running what a run has left on purpose, until it is ended itself", async () => {
    const runner = fakeHeddle();
    const first = await play(runner, "SERVER");
    const server = Number(first.answer);
    const host = createTestHost();
    for await (const event of runner.run(runRequest({ prompt: "SLOW", resume: first.token }), host)) {
      if (event.type === "action") host.abort();
    }
    expect([server, ...first.pids].map(isRunning)).toEqual([true, true]);
    await runner.dispose?.();
    expect([server, ...first.pids].map(isRunning)).toEqual([false, false]);
  });

  it("works in one directory: elsewhere the session is refused, and goes on where it was", async () => {
    const runner = fakeHeddle();
    const { token, pids } = await play(runner, "hello");
    const elsewhere = await play(runner, "hello", { resume: token, cwd: tmpdir(), history: turns });
    expect(completedOf(elsewhere.events)).toMatchObject({ ok: false, error: expect.stringContaining(process.cwd()) });
    expect((await play(runner, "hello", { resume: token })).pids).toEqual(pids);
  });
});

describe("a session whose worker has ended", () => {
  it("goes on in a new one, which is told the earlier turns, and says so", async () => {
    const runner = fakeHeddle();
    const first = await play(runner, "DIE_LATER");
    await gone(...first.pids);
    const second = await play(runner, "who am I?", { resume: first.token, history: turns });
    expect(second.events[0]).toMatchObject({ type: "started", resume: first.token });
    expect(second.token).toEqual(first.token);
    expect(notices(second.events)).toEqual([
      "the worker of this session had ended: 2 earlier turns were sent along as context",
    ]);
    expect(second.answer).toMatch(/"my name is Ada"[^]*"Hello Ada"[^]*"and I like tea"[^]*\n\nwho am I\?$/u);
    const third = await play(runner, "STATE", { resume: first.token, history: turns });
    expect(stateIn(third)).toMatchObject({ pid: second.pids.at(-1), sends: 2 });
    expect(notices(third.events)).toEqual([]);
  });

  it("does so after a restart of the bot, and after a worker that died in mid-run", async () => {
    const token = { engine: "heddle", value: "from-before" };
    const runner = fakeHeddle();
    const first = await play(runner, "first again", { resume: token, history: turns.slice(0, 1) });
    expect(notices(first.events)).toEqual([
      "the worker of this session had ended: 1 earlier turn was sent along as context",
    ]);
    const dead = await play(runner, "DIE", { resume: token, history: turns });
    expect(completedOf(dead.events)).toMatchObject({ ok: false, resume: token });
    const second = await play(runner, "go on", { resume: token, history: turns });
    expect(completedOf(second.events)).toMatchObject({ ok: true, resume: token });
    expect(notices(second.events).length).toBe(1);
  });

  it("is gone where nothing is known of its turns", async () => {
    const resume = { engine: "heddle", value: "unknown" };
    const { events, pids } = await play(fakeHeddle(), "hello", { resume });
    expect(completedOf(events)).toMatchObject({ ok: false, fault: "session_not_found" });
    expect(events.length).toBe(1);
    expect(pids).toEqual([]);
  });

  it("does so when the worker is still there but hears nothing", async () => {
    const runner = fakeHeddle({ args: ["--deaf-after=1"], patience: { ...impatient, statusMs: 100 } });
    const first = await play(runner, "hello");
    const second = await play(runner, "go on", { resume: first.token, history: turns });
    expect(completedOf(second.events)).toMatchObject({ ok: true, resume: first.token });
    expect(second.pids.map(isRunning)).toEqual([false, true]);
  });

  it("goes on in a new one, too, when another model is wanted", async () => {
    const runner = fakeHeddle({ config: { model: "one" } });
    const first = await play(runner, "STATE");
    const options = { model: "two" };
    const second = await play(runner, "go on", { resume: first.token, history: turns, options });
    expect(notices(second.events)[0]).toMatch(/^the session goes on in a new worker, with two: 2 earlier turns/u);
    const third = await play(runner, "STATE", { resume: first.token, history: turns });
    expect(stateIn(third)).toMatchObject({ pid: second.pids[1], config: { model: "two" } });
    expect([first, second, third].map(({ events }) => events[0])).toMatchObject(
      ["one", "two", "two"].map((title) => ({ type: "started", title })),
    );
    await gone(...first.pids);
  });
});

describe("idle workers", () => {
  it("are shut down after a while", async () => {
    const { pids } = await play(fakeHeddle({ config: { idle_timeout_s: 0.05 } }), "hello");
    await gone(...pids);
  });

  it("are at most so many: the one that waited longest goes", async () => {
    const runner = fakeHeddle({ config: { max_idle_workers: 2 } });
    const sessions = [await play(runner, "1"), await play(runner, "2")];
    await play(runner, "again", { resume: sessions[0]?.token ?? { engine: "heddle", value: "" } });
    const last = await play(runner, "3");
    await gone(...(sessions[1]?.pids ?? []));
    expect([...(sessions[0]?.pids ?? []), ...last.pids].map(isRunning)).toEqual([true, true]);
  });

  it("are none where none are wanted", async () => {
    const { pids } = await play(fakeHeddle({ config: { max_idle_workers: 0 } }), "hello");
    expect(pids.map(isRunning)).toEqual([false]);
  });

  it("are gone when the runner is disposed of, and none is kept after that", async () => {
    const runner = fakeHeddle();
    const before = await play(runner, "hello");
    const host = createTestHost();
    const during = runner.run(runRequest({ prompt: "SLOW" }), host);
    for await (const event of during) {
      if (event.type !== "action" || event.phase !== "started") continue;
      await runner.dispose?.();
      expect(before.pids.map(isRunning)).toEqual([false]);
      host.abort();
    }
    expect(host.processes.map(({ pid }) => isRunning(pid))).toEqual([false]);
    expect((await play(runner, "hello")).pids.map(isRunning)).toEqual([false]);
  });

  it("are told to end in Heddle's own way", async () => {
    const folder = await mkdtemp(join(tmpdir(), "takopi-heddle-"));
    const runner = fakeHeddle({ args: [`--ledger=${join(folder, "ledger")}`] });
    await play(runner, "hello");
    await runner.dispose?.();
    expect(await readFile(join(folder, "ledger"), "utf8")).toContain('"shutdown":true');
    await rm(folder, { recursive: true });
  });

  it("that do not end when told are killed", async () => {
    const runner = fakeHeddle({ args: ["--deaf-after=1"], patience: impatient });
    const { pids } = await play(runner, "hello");
    await runner.dispose?.();
    expect(pids.map(isRunning)).toEqual([false]);
  });
});
