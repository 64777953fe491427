import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import type { TakopiEvent } from "../../src/domain/event.ts";
import type { RunRequest } from "../../src/runner/runner.ts";
import { collect, completedOf, type TestHost } from "../factories.ts";
import { prepare } from "./harness.ts";
import type { ContractCase, RunnerUnderTest } from "./runner-under-test.ts";

/** What a program does that is there after an earlier one was killed. Nothing to check where runs don't survive that. */
export const survivalCases: readonly ContractCase[] = [
  {
    title: "a run that survives gives the same events again when it is taken up, and completes once",
    check: async (subject) => {
      await withSurvivor(subject, subject.cases.prompts.succeed, async ({ begun, takeUp }) => {
        const before = await collect(begun);
        const { events } = takeUp();
        expect(await collect(events)).toEqual(before);
      });
    },
  },
  {
    title: "a run that survives is taken up in the middle, is not given its prompt again, and can be ended",
    check: async (subject) => {
      await withSurvivor(subject, subject.cases.prompts.hang, async ({ begun, takeUp, told }) => {
        const first = await startedOf(begun);
        // Some engines get their prompt only in a session that is there.
        await expect
          .poll(async () => (await told()).join().includes(subject.cases.prompts.hang), { timeout: 10_000 })
          .toBe(true);
        const before = await told();
        const { host, events } = takeUp();
        const seen: TakopiEvent[] = [];
        for await (const event of events) {
          seen.push(event);
          if (event.type !== "started") continue;
          expect(await told()).toEqual(before);
          host.abort();
        }
        expect(seen[0]).toEqual(first);
        expect(seen.filter(({ type }) => type === "completed")).toHaveLength(1);
        expect(completedOf(seen).ok).toBe(false);
        expect(host.processes.filter(({ pid }) => isAlive(pid))).toEqual([]);
      });
    },
  },
];

interface Survivor {
  /** The events as the first program sees them, which never stops the run. */
  readonly begun: AsyncIterable<TakopiEvent>;
  /** The texts the engine was given so far. */
  readonly told: () => Promise<readonly string[]>;
  readonly takeUp: () => { readonly host: TestHost; readonly events: AsyncIterable<TakopiEvent> };
}

async function withSurvivor(
  subject: RunnerUnderTest,
  prompt: string,
  use: (survivor: Survivor) => Promise<void>,
): Promise<void> {
  const [runner, next] = [await subject.createRunner(), await subject.createRunner()];
  if (!runner.capabilities.survives) return;
  const directory = await mkdtemp(join(tmpdir(), "takopi-survivor-"));
  const { host, request } = prepare(subject, prompt);
  const recorded = (isTakenUp: boolean): RunRequest => ({ ...request, record: { directory, isTakenUp } });
  const iterator = runner.run(recorded(false), host)[Symbol.asyncIterator]();
  // Without `return`: to a program that is killed nothing is told.
  const begun = { [Symbol.asyncIterator]: () => ({ next: () => iterator.next() }) };
  const takeUp = (): ReturnType<Survivor["takeUp"]> => {
    const { host: nextHost } = prepare(subject, prompt);
    return { host: nextHost, events: next.run(recorded(true), nextHost) };
  };
  try {
    const told = async (): Promise<readonly string[]> => {
      const names = (await readdir(directory)).filter((name) => /^in\.\d+$/u.test(name));
      return await Promise.all(names.map((name) => readFile(join(directory, name), "utf8")));
    };
    await use({ begun, takeUp, told });
  } finally {
    await iterator.return?.();
    await rm(directory, { recursive: true });
  }
}

async function startedOf(events: AsyncIterable<TakopiEvent>): Promise<TakopiEvent> {
  for await (const event of events) if (event.type === "started") return event;
  throw new Error("the run did not start");
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
