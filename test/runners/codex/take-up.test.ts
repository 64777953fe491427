import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Decision, DecisionRequest } from "../../../src/domain/decision.ts";
import type { TakopiEvent } from "../../../src/domain/event.ts";
import type { FollowUp, RunRequest } from "../../../src/runner/runner.ts";
import {
  collect,
  completedOf,
  createTestHost,
  runRequest,
  type TestHost,
  type TestHostOptions,
} from "../../factories.ts";
import { atEveryMoment, expectSame, type Moments } from "../every-moment.ts";
import { fakeCodex, program } from "./fake-codex.ts";

// Many starts of the program, on machines with few cores.
vi.setConfig({ testTimeout: 30_000 });

const once: Decision = { kind: "approve", scope: "once" };
const session: Decision = { kind: "approve", scope: "session" };

/** Before its turn, Codex is told: initialize, initialized, config/read, thread/start, turn/start. */
const opening = 5;

function moments(prompt: string, more: Partial<Moments> = {}): Moments {
  const launch = { command: process.execPath, args: [program, "app-server"] };
  const createHost = (): TestHost => createTestHost();
  return { createRunner: () => fakeCodex(), createHost, launch, ...more, request: { prompt, ...more.request } };
}

/** By the ids of what is asked; the rest is approved. */
function deciding(decisions: Readonly<Record<string, Decision>>): () => TestHost {
  return () => createTestHost({ decide: ({ id }) => decisions[id] ?? once });
}

function askedOf({ requests }: TestHost): readonly string[] {
  return requests.map(({ id }) => id);
}

function followUp(taken: string[] = []): FollowUp {
  return { id: "run-2", text: "More tests.", taken: () => void taken.push("run-2") };
}

async function* later(when: Promise<unknown>, ...all: readonly FollowUp[]): AsyncGenerator<FollowUp> {
  await when;
  yield* all;
}

describe("a run of Codex that is taken up, whenever the first program died", () => {
  it.each(["hello", "COMMAND", "FILE", "PHASES", "SUBAGENT", "NOISE", "FAIL", "WITHDRAWN"])(
    "says the same, and tells Codex nothing twice (%s)",
    async (prompt) => {
      const { whole, later: all } = await atEveryMoment(moments(prompt));
      expect(all.length).toBeGreaterThan(opening);
      expectSame(whole, all);
    },
  );

  it("asks only what Codex has no answer to, and keeps to what was allowed for the session", async () => {
    const { whole, later: all } = await atEveryMoment(moments("TWICE", { createHost: deciding({ "ask-1": session }) }));
    expectSame(whole, all);
    expect(askedOf(whole.host)).toEqual(["ask-1", "ask-3"]);
    expect(all.slice(opening).map(({ host }) => askedOf(host))).toEqual([["ask-1", "ask-3"], ["ask-3"], ["ask-3"], []]);
    expect(all.map(({ host }) => host.taken)).toEqual(all.map(() => ["ask-1", "ask-3"]));
  });

  it("goes on with a plan that was decided about, and with the edits that were accepted with it", async () => {
    const decisions = {
      "plan-1": { kind: "revise", feedback: "More tests." },
      "plan-2": { ...once, acceptEdits: true },
    } as const;
    const planned = moments("PLAN", { createHost: deciding(decisions), request: { options: { plan: true } } });
    const { whole, later: all } = await atEveryMoment(planned);
    expectSame(whole, all);
    expect(askedOf(whole.host)).toEqual(["plan-1", "plan-2", "ask-2"]);
    expect(all.slice(opening).map(({ host }) => askedOf(host))).toEqual([
      ["plan-1", "plan-2", "ask-2"],
      ["plan-2", "ask-2"],
      ["ask-2"],
      ["ask-2"],
      [],
    ]);
  });

  it("ends with the plan that was denied", async () => {
    const createHost = deciding({ "plan-1": { kind: "deny", reason: "no" } });
    const { whole, later: all } = await atEveryMoment(
      moments("PLAN", { createHost, request: { options: { plan: true } } }),
    );
    expect(completedOf(whole.events).answer).toContain("look, then do");
    expectSame(whole, all);
    expect(askedOf(all.at(-1)?.host ?? createTestHost())).toEqual([]);
  });

  it("gives a text once that was sent meanwhile, and says that it was taken", async () => {
    const taken: string[] = [];
    const createHost = (): TestHost => createTestHost({ followUps: later(Promise.resolve(), followUp(taken)) });
    const { whole, later: all } = await atEveryMoment(moments("STEERED", { createHost }));
    expect(completedOf(whole.events).answer).toBe("first\n\nand: More tests.");
    expectSame(whole, all);
    expect(taken).toHaveLength(1 + all.length);
  });

  it("goes on without a text that was taken, and is not passed again", async () => {
    const createHost = (moment = 0): TestHost =>
      createTestHost(moment > opening ? {} : { followUps: later(Promise.resolve(), followUp()) });
    const { whole, later: all } = await atEveryMoment(moments("STEERED", { createHost }));
    expectSame(whole, all);
  });

  it.each([true, false])("goes on with a text that came in place of a decision (passed again: %s)", async (isAgain) => {
    const createHost = (moment = 0): TestHost => {
      let onAsked = (): void => {};
      const asked = new Promise<void>((resolve) => (onAsked = resolve));
      const decide = async ({ id }: DecisionRequest, withdrawn?: AbortSignal): Promise<Decision> => {
        if (id !== "plan-1") return once;
        onAsked();
        return await noAnswer(withdrawn);
      };
      const isTold = moment > opening;
      const passed = isTold && !isAgain ? [] : [followUp()];
      return createTestHost({ decide, followUps: later(isTold ? Promise.resolve() : asked, ...passed) });
    };
    const { whole, later: all } = await atEveryMoment(
      moments("PLAN", { createHost, request: { options: { plan: true } } }),
    );
    expect(askedOf(whole.host)).toEqual(["plan-1", "plan-2", "ask-1", "ask-2"]);
    expectSame(whole, all);
    expect(askedOf(all[opening + 1]?.host ?? createTestHost())).toEqual(["plan-2", "ask-1", "ask-2"]);
  });
});

describe("a run of Codex that is taken up while it asks", () => {
  let directory: string;
  let request: RunRequest;
  let abandoned: AsyncIterator<TakopiEvent>[];

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "takopi-taken-up-"));
    abandoned = [];
  });

  afterEach(async () => {
    for (const iterator of abandoned) await iterator.return?.();
    await rm(directory, { recursive: true });
  });

  /** The run of a program that is killed when Codex has asked, or took that back: nobody reads on, and no answer comes. */
  async function until(moment: "asked" | "taken back", prompt: string): Promise<TestHost> {
    let onKilled = (): void => {};
    const killed = new Promise<void>((resolve) => (onKilled = resolve));
    const decide = async (_: DecisionRequest, withdrawn?: AbortSignal): Promise<Decision> => {
      if (moment === "asked") onKilled();
      const answer = await noAnswer(withdrawn);
      onKilled();
      return answer;
    };
    const host = createTestHost({ decide });
    request = runRequest({ prompt, record: { directory, isTakenUp: false } });
    const iterator = fakeCodex().run(request, host)[Symbol.asyncIterator]();
    abandoned.push(iterator);
    let isKilled = false;
    const read = async (): Promise<void> => {
      while (!isKilled && (await iterator.next()).done !== true);
    };
    await Promise.race([read(), killed]);
    isKilled = true;
    return host;
  }

  async function takeUp(options: TestHostOptions = {}): Promise<{ host: TestHost; events: TakopiEvent[] }> {
    const host = createTestHost(options);
    const events = await collect(fakeCodex().run({ ...request, record: { directory, isTakenUp: true } }, host));
    return { host, events };
  }

  it("asks that once more, before it says that it has caught up, and Codex gets the answer", async () => {
    await until("asked", "COMMAND");
    const order: string[] = [];
    const host = createTestHost({
      decide: ({ id }) => (order.push(id), session),
      caughtUp: () => void order.push("caught up"),
    });
    const events = await collect(fakeCodex().run({ ...request, record: { directory, isTakenUp: true } }, host));
    expect(order).toEqual(["ask-1", "caught up"]);
    expect(completedOf(events)).toMatchObject({ ok: true, answer: '{"decision":"acceptForSession"}' });
    expect(host.taken).toEqual(["ask-1"]);
  });

  it("does not ask what Codex withdrew before", async () => {
    await until("taken back", "TAKEN BACK");
    const { host, events } = await takeUp({ decide: () => Promise.reject(new Error("asked")) });
    expect(host.requests).toEqual([]);
    expect(completedOf(events).ok).toBe(true);
  });

  it("takes a new text into the turn that runs", async () => {
    await until("asked", "COMMAND");
    const taken: string[] = [];
    let onTaken = (): void => {};
    const wasTaken = new Promise<void>((resolve) => (onTaken = resolve));
    const text = { ...followUp(taken), taken: () => (taken.push("run-2"), onTaken()) };
    const { events } = await takeUp({
      followUps: later(Promise.resolve(), text),
      decide: async () => (await wasTaken, once),
    });
    expect(completedOf(events).ok).toBe(true);
    expect(taken).toEqual(["run-2"]);
  });

  it("is cancelled, with all its processes", async () => {
    const { processes } = await until("asked", "COMMAND");
    const host = createTestHost({ caughtUp: () => host.abort(), decide: (_, withdrawn) => noAnswer(withdrawn) });
    const events = await collect(fakeCodex().run({ ...request, record: { directory, isTakenUp: true } }, host));
    expect(completedOf(events)).toMatchObject({ ok: false, error: "cancelled" });
    expect(isThere(processes[0]?.pid ?? 0)).toBe(false);
  });

  it("is interrupted when Codex went away without a trace", async () => {
    const { processes } = await until("asked", "COMMAND");
    const pid = processes[0]?.pid ?? 0;
    process.kill(-pid, "SIGKILL");
    await expect.poll(() => isThere(pid)).toBe(false);
    const { events } = await takeUp();
    expect(completedOf(events)).toMatchObject({ ok: false, fault: "interrupted" });
  });
});

/** Nobody answers as long as Codex waits. */
async function noAnswer(withdrawn?: AbortSignal): Promise<Decision> {
  return await new Promise((resolve) => {
    withdrawn?.addEventListener("abort", () => resolve({ kind: "dismiss", reason: "withdrawn" }), { once: true });
  });
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
