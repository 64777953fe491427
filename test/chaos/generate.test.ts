import { describe, expect, it } from "vitest";
import { generate } from "../../chaos/generate.ts";
import { FAULT_KINDS, type Scenario, type Step } from "../../chaos/scenario.ts";
import { FAIL_POINTS, parseFailPoint } from "../../src/app/faults/fail-points.ts";

const SEEDS = 3000;
const many: readonly Scenario[] = Array.from({ length: SEEDS }, (_, seed) => generate(seed));

/** The names of the prompts a step needs. */
const promptsOf = (step: Step): readonly string[] => ("prompt" in step ? [step.prompt] : []);

describe("the scenarios of many seeds", () => {
  it("are the same for the same seed, and others for others", () => {
    expect(generate(7)).toEqual(many[7]);
    expect(
      new Set(many.slice(0, 100).map((scenario) => JSON.stringify({ ...scenario, seed: 0 }))).size,
    ).toBeGreaterThan(95);
  });

  it("hold every kind of fault", () => {
    const kinds = new Set(many.flatMap(({ faults }) => faults));
    expect([...FAULT_KINDS].filter((kind) => !kinds.has(kind))).toEqual([]);
  });

  it("end the bot at every fail point, and at no unknown one", () => {
    const armed = many.flatMap(({ lives }) =>
      lives.flatMap(({ failPoint }) => (failPoint === undefined ? [] : [failPoint])),
    );
    const names = new Set(armed.map((failPoint) => parseFailPoint(failPoint).point.name));
    expect(FAIL_POINTS.map(({ name }) => name).filter((name) => !names.has(name))).toEqual([]);
  });

  it("write every prompt once, and speak of no other", () => {
    for (const { seed, prompts, steps } of many) {
      const names = prompts.map(({ name }) => name);
      const said = steps.flatMap((step) => (step.do === "say" ? [step.prompt] : []));
      expect(said.toSorted(), `seed ${seed}`).toEqual(names.toSorted());
      expect(
        steps.flatMap(promptsOf).filter((name) => !names.includes(name)),
        `seed ${seed}`,
      ).toEqual([]);
    }
  });

  it("bring the bot up again where they took it down, and unblock it where they blocked it", () => {
    for (const { seed, steps } of many) {
      const last = steps.findLast((step) => step.do === "down" || step.do === "up");
      expect(last?.do ?? "up", `seed ${seed}`).toBe("up");
      const block = steps.findLast((step) => step.do === "block");
      expect(block?.do === "block" && block.blocked, `seed ${seed}`).toBe(false);
    }
  });

  it("reply only to prompts that were written before, in the same place", () => {
    for (const { seed, prompts } of many) {
      for (const [index, { place, replyTo }] of prompts.entries()) {
        const before = prompts.slice(0, index).find(({ name }) => name === replyTo?.prompt);
        if (replyTo !== undefined) expect(before?.place, `seed ${seed}`).toBe(place);
      }
    }
  });
});
