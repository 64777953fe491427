import { describe, expect, it } from "vitest";
import { toRunId } from "../../src/domain/run.ts";
import { formatCallbackData, parseCallbackData, type PressTarget } from "../../src/routing/callback-data.ts";
import { type DecisionChoice, formatChoice, parseChoice } from "../../src/routing/decision-choice.ts";
import { seededRandom } from "../telegram/seeded-random.ts";

const ID = "0123456789ab";

const CHOICES: readonly DecisionChoice[] = [
  { kind: "approve", scope: "once" },
  { kind: "approve", scope: "session" },
  { kind: "approve", scope: "project" },
  { kind: "approve_edits" },
  { kind: "deny" },
  { kind: "ask_text" },
  { kind: "dismiss" },
  { kind: "option", position: 0, option: 0 },
  { kind: "option", position: 9_999, option: 9_999 },
  { kind: "next", position: 12 },
];

const TARGETS: readonly PressTarget[] = [
  ...(["cancel", "resume", "run", "discard", "steer", "interrupt", "wait"] as const).map(
    (verb) => ({ kind: "run", verb, runId: toRunId(ID) }) as const,
  ),
  ...CHOICES.map((choice) => ({ kind: "decision", key: ID, choice }) as const),
  { kind: "offer", id: ID },
];

/** The numbers of a choice may be written with leading zeros. */
function withoutZeros(data: string): string {
  return data.replace(/(?<=^v1:d:.{12}:.*[on.])0+(?=\d)/g, "");
}

describe("what a button stands for", () => {
  it.each(TARGETS)("comes back as it was written, within 34 bytes: %j", (target) => {
    const data = formatCallbackData(target);
    expect(parseCallbackData(data)).toEqual(target);
    expect(Buffer.byteLength(data)).toBeLessThanOrEqual(34);
  });

  it("is different for different targets", () => {
    expect(new Set(TARGETS.map(formatCallbackData)).size).toBe(TARGETS.length);
  });

  it.each([
    `v1:d:${ID}`,
    `v1:d:${ID}:`,
    `v1:d:${ID}:nonsense`,
    `v1:d:${ID}:o1`,
    `v1:d:${ID}:n1.2`,
    `v1:d:${ID}:o1.2.3`,
    `v1:d:${ID}:o-1.2`,
    `v1:d:${ID}:o12345.0`,
    `v1:d:${ID}:constructor`,
    `v1:d:${ID}:__proto__`,
    `v1:d:${ID}:once `,
    `v1:d:${ID}:ONCE`,
    `v1:d:${ID}:once:once`,
    `v1:d:${ID}x:once`,
    `v1:o:${ID}:x`,
    `v1:o:${ID.toUpperCase()}`,
    `v1:constructor:${ID}`,
    `v1:steer:${ID}\n`,
    ` v1:steer:${ID}`,
    `v2:o:${ID}`,
    "v1::",
    "🙂",
  ])("is nothing for %j", (data) => {
    expect(parseCallbackData(data)).toBeUndefined();
  });

  it("is nothing, or what would be written so, for whatever is sent", () => {
    const random = seededRandom(3);
    const letters = "v1:dosternci.09az";
    for (let round = 0; round < 20_000; round += 1) {
      const target = TARGETS[Math.floor(random() * TARGETS.length)];
      const data = target === undefined ? [] : formatCallbackData(target).split("");
      for (let edits = Math.floor(random() * 4); edits > 0; edits -= 1) {
        const letter = letters[Math.floor(random() * letters.length)] ?? "";
        data.splice(Math.floor(random() * data.length), Math.floor(random() * 2), letter);
      }
      const parsed = parseCallbackData(data.join(""));
      if (parsed !== undefined) expect(formatCallbackData(parsed)).toBe(withoutZeros(data.join("")));
    }
  });
});

describe("a choice", () => {
  it.each(CHOICES)("comes back as it was written: %j", (choice) => {
    expect(parseChoice(formatChoice(choice))).toEqual(choice);
    expect(formatChoice(choice)).toMatch(/^[a-z0-9.]{1,16}$/);
  });

  it.each(["", "toString", "o", "n", "o1.", "o.1", "once.", "1"])("is not read from %j", (code) => {
    expect(parseChoice(code)).toBeUndefined();
  });
});
