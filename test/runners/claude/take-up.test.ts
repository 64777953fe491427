import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Decision, DecisionRequest } from "../../../src/domain/decision.ts";
import type { TakopiEvent } from "../../../src/domain/event.ts";
import type { FollowUp, RunHost, RunRequest } from "../../../src/runner/runner.ts";
import { collect, completedOf, createTestHost, type TestHost, type TestHostOptions } from "../../factories.ts";
import { claudeRequest, fakeClaude } from "./fake-claude.ts";

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

/** The run of a program that is killed when `until` has come: it goes on reading no more. */
async function begin(prompt: string, host: RunHost, until: Promise<unknown>): Promise<void> {
  request = claudeRequest({ prompt });
  const record = { directory, isTakenUp: false };
  const iterator = fakeClaude()
    .run({ ...request, record }, host)
    [Symbol.asyncIterator]();
  abandoned.push(iterator);
  let isKilled = false;
  const read = async (): Promise<void> => {
    while (!isKilled && (await iterator.next()).done !== true);
  };
  await Promise.race([read(), until]);
  isKilled = true;
}

interface TakenUp {
  readonly host: TestHost;
  readonly events: readonly TakopiEvent[];
  readonly caughtUp: number;
}

async function takeUp(options: TestHostOptions = {}): Promise<TakenUp> {
  let caughtUp = 0;
  const host = createTestHost({ ...options, caughtUp: () => void (caughtUp += 1) });
  const events = await collect(fakeClaude().run({ ...request, record: { directory, isTakenUp: true } }, host));
  return { host, events, caughtUp };
}

function never(): Promise<never> {
  return new Promise(() => {});
}

/** Nobody answers as long as the engine waits. */
async function noAnswer(_request: DecisionRequest, withdrawn?: AbortSignal): Promise<Decision> {
  return await new Promise((resolve) => {
    withdrawn?.addEventListener("abort", () => resolve({ kind: "dismiss", reason: "withdrawn" }), { once: true });
  });
}

/** Asks, and the answer never comes while this program is there. */
async function untilAsked(prompt: string): Promise<TestHost> {
  let onAsked = (): void => {};
  const asked = new Promise<void>((resolve) => (onAsked = resolve));
  const decide = async (asks: DecisionRequest, withdrawn?: AbortSignal): Promise<Decision> => {
    onAsked();
    return await noAnswer(asks, withdrawn);
  };
  const host = createTestHost({ decide });
  await begin(prompt, host, asked);
  return host;
}

function followUps(...all: readonly FollowUp[]): AsyncIterable<FollowUp> {
  return {
    async *[Symbol.asyncIterator]() {
      yield* all;
      await never();
    },
  };
}

describe("a run of Claude Code that is taken up", () => {
  it("asks again what is open, once, and the engine gets the answer", async () => {
    await untilAsked("PERMISSION");
    const { host, events, caughtUp } = await takeUp();
    expect(host.requests).toHaveLength(1);
    expect(host.taken).toEqual(host.requests.map(({ id }) => id));
    expect(completedOf(events)).toMatchObject({ ok: true, answer: expect.stringContaining("allow") });
    expect(caughtUp).toBe(1);
  });

  it("does not ask again what was answered, and says that the engine has the answer", async () => {
    let onTaken = (): void => {};
    const taken = new Promise<void>((resolve) => (onTaken = resolve));
    const host = createTestHost();
    await begin("PERMISSION", { ...host, answerTaken: () => onTaken() }, taken);
    const again = await takeUp();
    expect(host.requests).toHaveLength(1);
    expect(again.host.requests).toEqual([]);
    expect(again.host.taken).toEqual(host.requests.map(({ id }) => id));
    expect(completedOf(again.events)).toMatchObject({ ok: true, answer: expect.stringContaining("allow") });
  });

  it("does not give a follow-up again that the engine has, and still hears that it was taken", async () => {
    const told = { id: "run-2", text: "and then?", taken: (): void => {} };
    const sent = new Promise<void>((resolve) => (told.taken = resolve));
    await begin("SECOND_TURN", createTestHost({ followUps: followUps(told) }), sent);
    const taken: string[] = [];
    const again = { id: "run-2", text: "and then?", taken: () => void taken.push("run-2") };
    const { events } = await takeUp({ followUps: followUps(again) });
    expect(completedOf(events)).toMatchObject({ ok: true, answer: "first\n\nsecond: and then?" });
    expect(taken).toEqual(["run-2"]);
  });

  it("takes new follow-ups as ever", async () => {
    const host = createTestHost();
    let onStarted = (): void => {};
    const started = new Promise<void>((resolve) => (onStarted = resolve));
    await begin("FOLDED", { ...host, processStarted: () => setImmediate(onStarted) }, started);
    const taken: string[] = [];
    const followUp = { id: "run-3", text: "be brief", taken: () => void taken.push("run-3") };
    const { events } = await takeUp({ followUps: followUps(followUp) });
    expect(completedOf(events)).toMatchObject({ ok: true, answer: "both: be brief" });
    expect(taken).toEqual(["run-3"]);
  });

  it("does not ask what the engine withdrew before", async () => {
    await begin("WITHDRAWN", createTestHost({ decide: noAnswer }), never());
    const { host, events } = await takeUp({ decide: noAnswer });
    expect(host.requests).toEqual([]);
    expect(completedOf(events).answer).toContain('"wasAnswered":false');
  });

  it("is ended with its engine when it is cancelled before it was taken up", async () => {
    const { processes } = await untilAsked("PERMISSION");
    const host = createTestHost({ decide: noAnswer });
    host.abort();
    const events = await collect(fakeClaude().run({ ...request, record: { directory, isTakenUp: true } }, host));
    expect(completedOf(events)).toMatchObject({ ok: false, error: "cancelled" });
    expect(isThere(processes[0]?.pid ?? 0)).toBe(false);
  });

  it("is interrupted when its engine went away without a trace", async () => {
    const { processes } = await untilAsked("PERMISSION");
    const pid = processes[0]?.pid ?? 0;
    process.kill(-pid, "SIGKILL");
    await expect.poll(() => isThere(pid)).toBe(false);
    const { events } = await takeUp({ decide: noAnswer });
    expect(completedOf(events)).toMatchObject({ ok: false, fault: "interrupted" });
  });
});

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
