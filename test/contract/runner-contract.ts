import { describe, it } from "vitest";
import { codecCases } from "./codec-cases.ts";
import { promptCases } from "./prompt-cases.ts";
import { runCases } from "./run-cases.ts";
import { survivalCases } from "./survival-cases.ts";
import type { ContractCase, RunnerUnderTest } from "./runner-under-test.ts";

/** The contract of `Runner` as tests. Every engine calls this once; what it does not keep is listed in `deviations`. */
export function describeRunner(subject: RunnerUnderTest): void {
  const cases: readonly ContractCase[] = [...runCases, ...promptCases, ...survivalCases, ...codecCases];
  const reasons = new Map(
    (subject.deviations ?? []).flatMap(({ reason, tests }) => tests.map((test) => [test, reason])),
  );
  const unknown = [...reasons.keys()].filter((title) => !cases.some((known) => known.title === title));
  if (unknown.length > 0) throw new Error(`deviations name tests that do not exist: ${unknown.join("; ")}`);

  describe(`runner contract: ${subject.name}`, () => {
    for (const { title, check } of cases) {
      const reason = reasons.get(title);
      if (reason === undefined) it(title, async () => await check(subject));
      else it.skip(`${title} (deviates: ${reason})`);
    }
  });
}
