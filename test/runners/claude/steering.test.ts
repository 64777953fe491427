import { describe, expect, it } from "vitest";
import type { TakopiEvent } from "../../../src/domain/event.ts";
import type { FollowUp } from "../../../src/runner/runner.ts";
import { collect, completedOf, createTestHost, type TestHost } from "../../factories.ts";
import { claudeRequest, fakeClaude, type FakeClaudeOptions } from "./fake-claude.ts";
import { replayStep } from "./replay.ts";

interface Steered {
  readonly events: readonly TakopiEvent[];
  /** The follow-ups the engine took, in that order. */
  readonly taken: readonly string[];
}

async function steer(
  prompt: string,
  texts: readonly string[],
  options: FakeClaudeOptions = {},
): Promise<Steered & { readonly host: TestHost }> {
  const taken: string[] = [];
  const host = createTestHost({ followUps: followUps(texts, taken) });
  const events = await collect(fakeClaude(options).run(claudeRequest({ prompt }), host));
  return { events, taken, host };
}

async function* followUps(texts: readonly string[], taken: string[]): AsyncGenerator<FollowUp, void, undefined> {
  for (const text of texts) yield { text, taken: () => void taken.push(text) };
}

describe("what the user sends during a run", () => {
  it("goes into the running turn and is taken when the model gets it", async () => {
    const { events, taken } = await steer("FOLDED", ["be brief"]);
    expect(completedOf(events)).toMatchObject({ ok: true, answer: "both: be brief" });
    expect(taken).toEqual(["be brief"]);
  });

  it("is taken before the run completes, not when it is queued", async () => {
    const seen: string[] = [];
    const followUp = { text: "be brief", taken: () => void seen.push("taken") };
    const host = createTestHost({ followUps: justOne(followUp) });
    for await (const event of fakeClaude().run(claudeRequest({ prompt: "FOLDED" }), host)) seen.push(event.type);
    expect(seen).toEqual(["started", "action", "taken", "completed"]);
  });

  it.each([
    ["has a turn of its own when it came too late for the running one", "SECOND_TURN"],
    ["is tracked with a CLI that repeats lines without marking them (1.0)", "OLD_CLI"],
  ])("%s", async (_, prompt) => {
    const { events, taken } = await steer(prompt, ["and then?"]);
    expect(completedOf(events)).toMatchObject({ ok: true, answer: "first\n\nsecond: and then?" });
    expect(taken).toEqual(["and then?"]);
  });

  it("may come in several texts, which the CLI makes one turn of", async () => {
    const { events, taken } = await steer("MERGED", ["one", "two"]);
    expect(completedOf(events).answer).toBe("first\n\nsecond: one two");
    expect(taken).toEqual(["one", "two"]);
  });

  it("is answered although the turn before it failed, and that failure is told", async () => {
    const { events } = await steer("FAILED_FIRST", ["and then?"]);
    expect(events).toContainEqual(
      expect.objectContaining({ action: expect.objectContaining({ title: "API Error: 400 out of order" }), ok: false }),
    );
    expect(completedOf(events)).toMatchObject({ ok: true, answer: "second: and then?" });
  });

  it("is not taken when the CLI drops it, and the run does not wait for it", async () => {
    const { events, taken } = await steer("DROPPED", ["and then?"], { patience: { nextTurnMs: 60_000 } });
    expect(completedOf(events)).toMatchObject({ ok: true, answer: "first" });
    expect(taken).toEqual([]);
  });

  it("is not taken when the process dies with it in its queue", async () => {
    const { events, taken } = await steer("DIES_WITH_IT", ["and then?"]);
    expect(completedOf(events).ok).toBe(false);
    expect(taken).toEqual([]);
  });

  it("is not waited for without end, and what still waits in the CLI is dropped there", async () => {
    const patience = { nextTurnMs: 50, exitMs: 60_000, interruptMs: 100 };
    const { events, taken, host } = await steer("IGNORED", ["and then?"], { patience });
    expect(completedOf(events)).toMatchObject({ ok: true, answer: "first" });
    expect(taken).toEqual([]);
    expect(() => process.kill(host.processes[0]?.pid ?? 0, 0)).toThrow("ESRCH");
  });

  it("is not given to a run that was cancelled", async () => {
    const taken: string[] = [];
    const host = createTestHost({ followUps: followUps(["go on"], taken) });
    const run = fakeClaude().run(claudeRequest({ prompt: "HANG" }), host);
    const events: TakopiEvent[] = [];
    for await (const event of run) {
      events.push(event);
      if (event.type === "started") host.abort();
    }
    expect(completedOf(events)).toMatchObject({ ok: false, error: "cancelled" });
    expect(taken).toEqual([]);
  });
});

describe("a recorded turn of Claude Code", () => {
  it.each([
    ["steer-during-tool", 1],
    ["steer-during-text", 1],
    ["steer-now", 1],
    ["steer-replayed", 2],
    ["steer-after-error", 1],
    ["interrupt-with-queue", 1],
    ["v21197-steer-during-tool", 1],
    ["v21197-steer-during-text", 2],
    ["v2030-steer-during-text", 2],
  ])("in %s takes what was sent meanwhile, and the run ends with its answer", async (name, count) => {
    const { state } = await replayStep(name);
    expect({ taken: state.taken.size, owed: state.owed.size, hasResult: state.result !== undefined }).toEqual({
      taken: count,
      owed: 0,
      hasResult: true,
    });
  });
});

async function* justOne(followUp: FollowUp): AsyncGenerator<FollowUp, void, undefined> {
  yield followUp;
}
