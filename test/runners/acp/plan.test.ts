import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { Decision } from "../../../src/domain/decision.ts";
import type { TakopiEvent } from "../../../src/domain/event.ts";
import type { RunRequest } from "../../../src/runner/runner.ts";
import { collect, completedOf, createTestHost, runRequest, type TestHost } from "../../factories.ts";
import { fakeAgent, type FakeAgentOptions } from "./fake-agent.ts";

interface Play extends FakeAgentOptions {
  readonly request?: Partial<RunRequest>;
  readonly decision?: Decision;
}

/** An agent of one of the names whose way to plans is known, which can be seen here in its settings. */
async function play(
  prompt: string,
  { request = {}, decision = { kind: "approve", scope: "once" }, ...runner }: Play = {},
): Promise<{ readonly events: readonly TakopiEvent[]; readonly host: TestHost }> {
  const host = createTestHost({ decide: () => decision });
  const claude = fakeAgent({ engine: "claude-agent-acp", ...runner, ways: { plans: "mode", ...runner.ways } });
  return { events: await collect(claude.run(runRequest({ prompt, ...request }), host)), host };
}

const sentCalls = z.array(z.object({ method: z.string(), params: z.looseObject({}) }));

async function settingsOf(options: Play): Promise<readonly unknown[]> {
  const { events } = await play("CALLS", options);
  const calls = sentCalls.parse(JSON.parse(completedOf(events).answer));
  return calls.filter(({ method }) => method.startsWith("session/set_")).map(({ params }) => params);
}

const plan = { options: { plan: true } } as const;
const resume = (engine: string): Pick<RunRequest, "resume"> => ({ resume: { engine, value: "ses-1" } });

describe("a run that is to plan", () => {
  it("begins in the agent's mode for plans, whatever mode the table names", async () => {
    const expected = [expect.objectContaining({ configId: "mode", value: "plan" })];
    expect(await settingsOf({ request: plan })).toEqual(expected);
    expect(await settingsOf({ request: plan, config: { mode: "acceptEdits" } })).toEqual(expected);
  });

  it("has the mode of the table as well, where plans are a setting apart (Codex)", async () => {
    const codex = { engine: "codex-acp", ways: { plans: "collaboration" }, config: { mode: "Agent" } };
    expect(await settingsOf({ ...codex, request: plan })).toEqual([
      expect.objectContaining({ configId: "collaboration_mode", value: "plan" }),
    ]);
    expect(await settingsOf(codex)).toEqual([]);
  });

  it("fails where the agent does not list that mode", async () => {
    const words = "has no mode for plans here. Update it, or send the prompt without asking for a plan.";
    for (const settings of ["older", "none"]) {
      const { events } = await play("hello", { request: plan, ways: { plans: undefined, settings } });
      expect(completedOf(events)).toMatchObject({ ok: false, error: `claude-agent-acp ${words}` });
    }
  });

  it("is a run like any other with an agent that asks for no approval of plans", async () => {
    const runner = fakeAgent();
    expect(runner.capabilities.plans).toBe(false);
    expect(await settingsOf({ engine: "fake", request: plan })).toEqual([]);
  });

  it("leaves no trace in the runs after it, though the agent remembers its mode", async () => {
    const left = { ways: { mode: "plan" }, request: resume("claude-agent-acp") };
    expect(await settingsOf(left)).toEqual([expect.objectContaining({ value: "default" })]);
    expect(await settingsOf({ ...left, config: { mode: "acceptEdits" } })).toEqual([
      expect.objectContaining({ value: "acceptEdits" }),
    ]);
    const codex = { engine: "codex-acp", ways: { plans: "collaboration", mode: "plan" }, request: resume("codex-acp") };
    expect(await settingsOf(codex)).toEqual([
      expect.objectContaining({ configId: "collaboration_mode", value: "default" }),
    ]);
  });

  it("stays in the mode a new session begins with: that is the user's own setting", async () => {
    expect(await settingsOf({ ways: { mode: "plan" } })).toEqual([]);
  });
});

describe("a plan approved with its edits", () => {
  const decision = { kind: "approve", scope: "once", acceptEdits: true } as const;

  it("takes the agent to its mode for that once it has left the mode for plans", async () => {
    const { events, host } = await play("PLAN_EDITS", { request: plan, decision });
    expect(completedOf(events)).toMatchObject({ ok: true, answer: "acceptEdits" });
    expect(host.requests).toEqual([{ kind: "plan", id: "acp.1", markdown: "# Plan" }]);
    expect(host.taken).toEqual(["acp.1"]);
  });

  it("does so before the agent goes on, not only when the call for the plan has ended", async () => {
    const { events } = await play("PLAN_EDITS", { request: plan, decision, ways: { neverEndsPlan: true } });
    expect(completedOf(events).answer).toBe("acceptEdits");
  });

  it("does so again when the agent sets a mode of its own in the end", async () => {
    const { events } = await play("PLAN_EDITS", { request: plan, decision, ways: { resetsMode: true } });
    expect(completedOf(events).answer).toBe("acceptEdits");
  });

  it("does not forget what was said before, where the agent offers that as well", async () => {
    const { events } = await play("PLAN_EDITS", { request: plan, decision });
    expect(events).toContainEqual(
      expect.objectContaining({ action: expect.objectContaining({ kind: "note", title: "once" }) }),
    );
  });

  it("says so when the agent goes on asking", async () => {
    const { events } = await play("PLAN_EDITS", { request: plan, decision, ways: { refuses: "acceptEdits" } });
    expect(completedOf(events)).toMatchObject({ ok: true, answer: "default" });
    const title = "claude-agent-acp still asks before edits: Invalid params: no such value";
    expect(events).toContainEqual(expect.objectContaining({ action: expect.objectContaining({ title }) }));
  });

  it("is not meant by an approval without them, which goes no further than to ask again", async () => {
    const { events } = await play("PLAN_EDITS", { request: plan });
    expect(completedOf(events).answer).toBe("default");
    const restoring = await play("PLAN_EDITS", { request: plan, ways: { restores: true } });
    expect(restoring.events).toContainEqual(
      expect.objectContaining({ action: expect.objectContaining({ title: "manual" }) }),
    );
  });
});
