import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Decision } from "../../../src/domain/decision.ts";
import type { TakopiEvent } from "../../../src/domain/event.ts";
import type { RunRequest } from "../../../src/runner/runner.ts";
import { collect, completedOf, createTestHost, runRequest, type TestHost } from "../../factories.ts";
import { atEveryMoment, expectSame, type Moments } from "../every-moment.ts";
import { fakeAgent, type FakeAgentOptions, program } from "./fake-agent.ts";

// Many starts of the program, on machines with few cores.
vi.setConfig({ testTimeout: 30_000 });

const once: Decision = { kind: "approve", scope: "once" };
const plan = { options: { plan: true } } as const;
const claude = { engine: "claude-agent-acp", ways: { plans: "mode" } } as const;

interface Play extends FakeAgentOptions {
  readonly request?: Partial<RunRequest>;
  /** By the ids of what is asked; the rest is approved. */
  readonly decisions?: Readonly<Record<string, Decision>>;
  /** The settings of the program that takes the run up, where they are other ones by then. */
  readonly later?: FakeAgentOptions["config"];
}

function moments(prompt: string, { request = {}, decisions = {}, later, ...runner }: Play = {}): Moments {
  let isFirst = true;
  return {
    createRunner: () => {
      const config = isFirst ? runner.config : (later ?? runner.config);
      isFirst = false;
      return fakeAgent({ ...runner, ...(config && { config }) });
    },
    createHost: () => createTestHost({ decide: ({ id }) => decisions[id] ?? once }),
    launch: { command: process.execPath, args: [program, JSON.stringify(runner.ways ?? {})] },
    request: { prompt, ...request },
  };
}

function askedOf({ requests }: TestHost): readonly string[] {
  return requests.map(({ id }) => id);
}

describe("a run of an ACP agent that is taken up, whenever the first program died", () => {
  it.each(["hello", "PERMISSION", "FORM", "QUESTIONS", "NOISE", "THOUGHTS", "LATE_PLAN", "FILES", "FAIL"])(
    "says the same, and tells the agent nothing twice (%s)",
    async (prompt) => {
      const { whole, later } = await atEveryMoment(moments(prompt));
      expect(later.length).toBeGreaterThan(3);
      expectSame(whole, later);
    },
  );

  it.each(["before", "after"])(
    "does not take the history of its session for its own words (told %s)",
    async (replays) => {
      const request = { resume: { engine: "fake", value: "ses-1" } };
      const { whole, later } = await atEveryMoment(
        moments("hello", { request, ways: { continues: "load", replays }, patience: { quietMs: 300 } }),
      );
      expect(completedOf(whole.events).answer).toBe("hello");
      expectSame(whole, later);
    },
  );

  it("keeps the settings it began with, whatever is set by then", async () => {
    const config = { model: "big" };
    const changed = [{ mode: "yolo", model: "small", effort: "high" }, { mode: "no such mode" }, {}];
    for (const later of changed) await keepsSettings(moments("PERMISSION", { config, later }), 5);
    await keepsSettings(moments("PERMISSION", { ways: { settings: "none" }, later: { model: "big" } }), 4);
  });

  async function keepsSettings(changing: Moments, messages: number): Promise<void> {
    const { whole, later } = await atEveryMoment(changing);
    expect(whole.told).toHaveLength(messages);
    // From the prompt on: what has not begun begins as is set by now.
    expectSame(whole, later.slice(messages - 1));
  }

  it("logs in once", async () => {
    const login = { ways: { authMethods: [{ id: "key", name: "Key" }] }, config: { auth_method: "key" } };
    const { whole, later } = await atEveryMoment(moments("hello", login));
    expect(whole.told).toHaveLength(5);
    expectSame(whole, later);
  });

  it("asks only what the agent has no answer to", async () => {
    const decisions = { "acp.1": { kind: "approve", scope: "session" } } as const;
    const { whole, later } = await atEveryMoment(moments("PERMISSION", { decisions }));
    expectSame(whole, later);
    expect(later.map(({ host }) => askedOf(host))).toEqual([["acp.1"], ["acp.1"], ["acp.1"], ["acp.1"], []]);
    expect(later.map(({ host }) => host.taken)).toEqual(later.map(() => ["acp.1"]));
  });

  it("has a plan made anew with the words that were said of it", async () => {
    const decisions = { "acp.1": { kind: "revise", feedback: "More tests." } } as const;
    const { whole, later } = await atEveryMoment(moments("PLAN", { ...claude, request: plan, decisions }));
    expect(completedOf(whole.events).answer).toBe("More tests.");
    expectSame(whole, later);
  });

  it("goes on with the edits that were accepted with a plan", async () => {
    const decisions = { "acp.1": { ...once, acceptEdits: true } } as const;
    const { whole, later } = await atEveryMoment(moments("PLAN_EDITS", { ...claude, request: plan, decisions }));
    expect(completedOf(whole.events).answer).toBe("acceptEdits");
    for (const { events } of later) expect(completedOf(events)).toMatchObject({ ok: true, answer: "acceptEdits" });
  });

  it("does not ask what the agent took back, and knows that it was not allowed", async () => {
    const createHost = (): TestHost => createTestHost({ decide: (_, withdrawn) => noAnswer(withdrawn) });
    const { whole, later } = await atEveryMoment({ ...moments("TAKEN_BACK"), createHost });
    expectSame(whole, later);
    expect(later.map(({ host }) => host.taken)).toEqual(later.map(() => []));
    expect(askedOf(later.at(-1)?.host ?? createTestHost())).toEqual([]);
  });

  it("ends as the user said with a refusal", async () => {
    const decisions = { "acp.1": { kind: "deny", reason: "no", interrupt: true } } as const;
    const { whole, later } = await atEveryMoment(moments("ENDS_ON_NO", { decisions }));
    expect(completedOf(whole.events).ok).toBe(true);
    expectSame(whole, later);
  });
});

describe("a run of an ACP agent that is taken up while it asks", () => {
  let directory: string;
  let request: RunRequest;
  let abandoned: AsyncIterator<TakopiEvent> | undefined;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "takopi-taken-up-"));
  });

  afterEach(async () => {
    await abandoned?.return?.();
    await rm(directory, { recursive: true });
  });

  /** The run of a program that is killed when the agent has asked: nobody reads on, and no answer comes. */
  async function untilAsked(prompt: string): Promise<TestHost> {
    let onAsked = (): void => {};
    const asked = new Promise<void>((resolve) => (onAsked = resolve));
    const host = createTestHost({ decide: (_, withdrawn) => (onAsked(), noAnswer(withdrawn)) });
    request = runRequest({ prompt, record: { directory, isTakenUp: false } });
    const iterator = fakeAgent().run(request, host)[Symbol.asyncIterator]();
    abandoned = iterator;
    let isKilled = false;
    const read = async (): Promise<void> => {
      while (!isKilled && (await iterator.next()).done !== true);
    };
    await Promise.race([read(), asked]);
    isKilled = true;
    return host;
  }

  const takeUp = async (host: TestHost): Promise<readonly TakopiEvent[]> =>
    await collect(fakeAgent().run({ ...request, record: { directory, isTakenUp: true } }, host));

  it("asks that once more, before it says that it has caught up, and the agent gets the answer", async () => {
    await untilAsked("PERMISSION");
    const order: string[] = [];
    const host = createTestHost({
      decide: ({ id }) => (order.push(id), once),
      caughtUp: () => void order.push("caught up"),
    });
    const events = await takeUp(host);
    expect(order).toEqual(["acp.1", "caught up"]);
    expect(completedOf(events).answer).toContain('"optionId":"once"');
    expect(host.taken).toEqual(["acp.1"]);
  });

  it("is cancelled, with all its processes", async () => {
    const { processes } = await untilAsked("PERMISSION");
    const host = createTestHost({ caughtUp: () => host.abort(), decide: (_, withdrawn) => noAnswer(withdrawn) });
    expect(completedOf(await takeUp(host))).toMatchObject({ ok: false, error: "cancelled" });
    expect(isThere(processes[0]?.pid ?? 0)).toBe(false);
  });

  it("is interrupted when the agent went away without a trace", async () => {
    const { processes } = await untilAsked("PERMISSION");
    const pid = processes[0]?.pid ?? 0;
    process.kill(-pid, "SIGKILL");
    await expect.poll(() => isThere(pid)).toBe(false);
    expect(completedOf(await takeUp(createTestHost()))).toMatchObject({ ok: false, fault: "interrupted" });
  });
});

/** Nobody answers as long as the agent waits. */
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
