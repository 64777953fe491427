import { describe, expect, it } from "vitest";
import { FollowUps } from "../../../runners/pi/follow-ups.ts";
import type { ResponseLine } from "../../../runners/pi/lines.ts";
import { readPast } from "../../../runners/pi/past.ts";
import { commandId, prompt } from "../../../runners/pi/commands.ts";

const id = commandId(3, ["run-2", "run with a space"]);

function reply(ok: boolean): ResponseLine {
  return { type: "response", id, command: "prompt", ok, error: undefined, data: {} };
}

describe("a follow-up that was written before and is passed on again", () => {
  it.each([
    ["is taken", true, ["run-2", "run with a space"]],
    ["is not taken", false, []],
  ])("%s at once when the reply was read already (%s)", (_, ok, expected) => {
    const taken: string[] = [];
    const followUps = new FollowUps(readPast([prompt(id, { text: "one\n\ntwo", images: [] })]));
    followUps.acknowledge(reply(ok));
    for (const its of expected.length > 0 ? expected : ["run-2"])
      followUps.add({ id: its, text: "one", taken: () => void taken.push(its) });
    expect(taken).toEqual(expected);
    expect(followUps.areWaiting).toBe(false);
  });
});
