import { expect } from "vitest";
import { z } from "zod";
import type { ResumeToken, TakopiEvent } from "../../src/domain/event.ts";
import { enforceContract } from "../../src/runner/enforce-contract.ts";
import type { Runner } from "../../src/runner/runner.ts";
import { SessionLocks } from "../../src/runner/session-locks.ts";
import { completedOf, type TestHost } from "../factories.ts";
import { newSession, play, prepare } from "./harness.ts";
import type { ContractCase } from "./runner-under-test.ts";

const capabilitiesSchema = z.strictObject({
  approvals: z.boolean(),
  questions: z.boolean(),
  plans: z.boolean(),
  steer: z.boolean(),
  interrupt: z.boolean(),
  images: z.boolean(),
  model: z.boolean(),
  effort: z.array(z.string().min(1)),
  sessions: z.boolean(),
  fork: z.boolean(),
  survives: z.boolean(),
});

/** Order and number of events, failure, interruption, sessions. */
export const runCases: readonly ContractCase[] = [
  {
    title: "a run starts once and completes once, last, in the same session",
    check: async (subject) => {
      const events = await play(subject, subject.cases.prompts.succeed);
      expect(count(events, "started")).toBe(1);
      expect(count(events, "completed")).toBe(1);
      expect(events.at(-1)).toMatchObject({ type: "completed", ok: true, resume: startedToken(events) });
    },
  },
  {
    title: "every event carries the runner's engine",
    check: async (subject) => {
      const runner = await subject.createRunner();
      const events = await play(subject, subject.cases.prompts.succeed, { runner });
      expect([...new Set(events.map((event) => event.engine))]).toEqual([runner.engine]);
      expect(startedToken(events)?.engine).toBe(runner.engine);
    },
  },
  {
    title: "an action has a title and does not go on after it completed",
    check: async (subject) => {
      const events = await play(subject, subject.cases.prompts.succeed);
      const ended = new Set<string>();
      for (const event of events.filter((each) => each.type === "action")) {
        expect(event.action.title).not.toBe("");
        if (event.phase === "completed") ended.add(event.action.id);
        else expect([...ended]).not.toContain(event.action.id);
      }
    },
  },
  {
    title: "a failing run completes with an error for people and throws nothing",
    check: async (subject) => {
      const events = await play(subject, subject.cases.prompts.fail);
      const { ok, error } = completedOf(events);
      expect(ok).toBe(false);
      expect(error).toMatch(/\S/u);
      expect(count(events, "completed")).toBe(1);
      expect(events.at(-1)?.type).toBe("completed");
    },
  },
  {
    title: "a resumed run stays in its session",
    check: async (subject) => {
      const runner = await subject.createRunner();
      const resume = await newSession(subject, runner);
      const events = await play(subject, subject.cases.prompts.succeed, { runner, resume });
      expect(startedToken(events)).toEqual(resume);
      expect(completedOf(events)).toMatchObject({ ok: true, resume });
    },
  },
  {
    title: "an abort in mid-run ends it with completed and leaves no process",
    check: async (subject) => {
      const runner = await subject.createRunner();
      const { host, request } = prepare(subject, subject.cases.prompts.hang);
      const events: TakopiEvent[] = [];
      for await (const event of runner.run(request, host)) {
        events.push(event);
        if (event.type === "started") host.abort();
      }
      expect(count(events, "completed")).toBe(1);
      expect(events.at(-1)).toMatchObject({ type: "completed", ok: false });
      expect(livingProcesses(host)).toEqual([]);
    },
  },
  {
    title: "a run aborted before it begins ends without an answer and leaves no process",
    check: async (subject) => {
      const runner = await subject.createRunner();
      const { host, request } = prepare(subject, subject.cases.prompts.hang);
      host.abort();
      const events: TakopiEvent[] = [];
      for await (const event of runner.run(request, host)) events.push(event);
      expect(completedOf(events).ok).toBe(false);
      expect(livingProcesses(host)).toEqual([]);
    },
  },
  {
    title: "a consumer that stops early leaves no process",
    check: async (subject) => {
      const runner = await subject.createRunner();
      const { host, request } = prepare(subject, subject.cases.prompts.hang);
      for await (const event of runner.run(request, host)) if (event.type === "started") break;
      expect(livingProcesses(host)).toEqual([]);
    },
  },
  {
    title: "two runs of one session do not overlap",
    check: async (subject) => {
      const gauge = new OverlapGauge(await subject.createRunner());
      const runner = enforceContract(gauge.runner, new SessionLocks());
      const resume = await newSession(subject, runner);
      const prompt = subject.cases.prompts.succeed;
      const both = await Promise.all([0, 1].map(async () => await play(subject, prompt, { runner, resume })));
      expect(both.map((events) => completedOf(events).ok)).toEqual([true, true]);
      expect(gauge.mostAtOnce).toBe(1);
    },
  },
  {
    title: "its capabilities are complete data",
    check: async (subject) => {
      const { capabilities } = await subject.createRunner();
      expect(() => capabilitiesSchema.parse(capabilities)).not.toThrow();
    },
  },
];

function count(events: readonly TakopiEvent[], type: TakopiEvent["type"]): number {
  return events.filter((event) => event.type === type).length;
}

function startedToken(events: readonly TakopiEvent[]): ResumeToken | undefined {
  return events.find((event) => event.type === "started")?.resume;
}

function livingProcesses({ processes }: TestHost): readonly number[] {
  return processes.map(({ pid }) => pid).filter(isAlive);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Counts how many runs of a runner are going on at once, cleaning up included. */
class OverlapGauge {
  readonly runner: Runner;
  mostAtOnce = 0;
  #running = 0;

  constructor(inner: Runner) {
    this.runner = {
      engine: inner.engine,
      capabilities: inner.capabilities,
      formatResume: (token) => inner.formatResume(token),
      extractResume: (text) => inner.extractResume(text),
      isResumeLine: (line) => inner.isResumeLine(line),
      run: (request, host) => this.#measured(inner.run(request, host)),
    };
  }

  async *#measured(events: AsyncIterable<TakopiEvent>): AsyncGenerator<TakopiEvent, void, undefined> {
    this.#running += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#running);
    try {
      yield* events;
    } finally {
      this.#running -= 1;
    }
  }
}
