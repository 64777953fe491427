import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { planFileOf } from "../../../runners/opencode/plan.ts";
import { decodeEvent } from "../../../runners/opencode/schema.ts";
import type { Decision, DecisionRequest } from "../../../src/domain/decision.ts";
import type { TakopiEvent } from "../../../src/domain/event.ts";
import type { FollowUp } from "../../../src/runner/runner.ts";
import { collect, completedOf, createTestHost, type TestHost } from "../../factories.ts";
import { fakeOpencode, opencodeRequest } from "./fake-opencode.ts";

let cwd: string;

beforeEach(async () => {
  cwd = await realpath(await mkdtemp(join(tmpdir(), "takopi-opencode-plan-")));
});

afterEach(async () => {
  await rm(cwd, { recursive: true, force: true });
});

interface Planned {
  readonly host: TestHost;
  readonly events: readonly TakopiEvent[];
}

/** A run in plan mode, whose decisions come one after the other; the last one is repeated. */
async function planned(prompt: string, ...decisions: readonly Decision[]): Promise<Planned> {
  let asked = 0;
  const decide = (): Decision => {
    asked += 1;
    return decisions[Math.min(asked, decisions.length) - 1] ?? { kind: "dismiss", reason: "" };
  };
  const host = createTestHost({ decide });
  const request = opencodeRequest({ prompt, cwd, options: { plan: true } });
  return { host, events: await collect(fakeOpencode().run(request, host)) };
}

const outcome = z.object({
  agents: z.array(z.string().nullable()),
  env: z.array(z.string()),
  edits: z.array(z.unknown()),
});
const outcomeOf = (events: readonly TakopiEvent[]): z.infer<typeof outcome> =>
  outcome.parse(JSON.parse(completedOf(events).answer));
const kindsOf = ({ requests }: TestHost): readonly string[] =>
  requests.map((request) => (request.kind === "approval" ? request.tool : request.kind));
const approve: Decision = { kind: "approve", scope: "once" };

describe("a run in plan mode", () => {
  it("is one of the agent that plans, which may ask for the approval of its plan", async () => {
    const { host, events } = await planned("PLAN", approve);
    expect(events[0]).toMatchObject({ type: "started", meta: { agent: "plan" } });
    expect(outcomeOf(events)).toMatchObject({ agents: ["plan"], env: ["1", "cli"] });
    expect(host.requests[0]).toMatchObject({ kind: "plan", markdown: "# The plan" });
    expect(host.taken[0]).toBe(host.requests[0]?.id);
  });

  it("goes on with what was approved, and still asks for its edits", async () => {
    const { host, events } = await planned("PLAN", approve);
    expect(kindsOf(host)).toEqual(["plan", "edit", "edit"]);
    expect(outcomeOf(events).edits).toEqual([{ reply: "once" }, { reply: "once" }]);
  });

  it("does not ask for edits that were accepted with the plan", async () => {
    const { host, events } = await planned("PLAN", { ...approve, acceptEdits: true });
    expect(kindsOf(host)).toEqual(["plan"]);
    expect(outcomeOf(events).edits).toEqual([{ reply: "once" }, { reply: "once" }]);
  });

  it("takes what is sent after the approval to the agent that acts", async () => {
    let approved = (): void => {};
    const approval = new Promise<void>((resolve) => (approved = resolve));
    const followUps = (async function* (): AsyncGenerator<FollowUp, void, undefined> {
      await approval;
      yield { text: "and the tests", taken: () => {} };
    })();
    const host = { ...createTestHost({ decide: () => approve, followUps }), answerTaken: () => approved() };
    const request = opencodeRequest({ prompt: "PLAN_STEERED", cwd, options: { plan: true } });
    const { answer } = completedOf(await collect(fakeOpencode().run(request, host)));
    expect(answer).toBe("build: and the tests");
  });

  it("is sent back to the agent that plans, and asks again", async () => {
    const { host, events } = await planned("PLAN", { kind: "revise", feedback: "in one step" }, approve);
    const plans = host.requests.flatMap((request) => (request.kind === "plan" ? [request.markdown] : []));
    expect(plans).toEqual(["# The plan", "# The plan\nin one step"]);
    expect(outcomeOf(events).agents).toEqual(["plan", "plan"]);
    expect(completedOf(events).ok).toBe(true);
  });

  it.each([
    [{ kind: "deny", reason: "too risky" }, "too risky"],
    [{ kind: "dismiss", reason: "nobody is there" }, "nobody is there"],
    [{ kind: "answers", answers: {} }, ""],
  ] as const)("tells the model of %j, and acts on nothing", async (decision, reason) => {
    const { events } = await planned("PLAN", decision);
    expect(completedOf(events)).toMatchObject({ ok: true });
    expect(completedOf(events).answer).toMatch(new RegExp(`^The plan was not approved\\..*${reason}`, "u"));
  });

  it("ends where the refusal says so", async () => {
    const { events } = await planned("PLAN", { kind: "deny", reason: "stop", interrupt: true });
    expect(completedOf(events)).toMatchObject({ ok: false, answer: "" });
  });

  it("ends when the model asks on and on where nobody answers", async () => {
    const { host, events } = await planned("PLAN_AGAIN", { kind: "dismiss", reason: "nobody is there" });
    expect(kindsOf(host)).toEqual(["plan", "plan"]);
    expect(completedOf(events)).toMatchObject({ ok: false });
  });

  it("names the file of a plan that can't be read", async () => {
    const { host } = await planned("PLAN_AGAIN", { kind: "deny", reason: "", interrupt: true });
    expect(host.requests).toMatchObject([{ markdown: "The plan is in missing.md, which can't be read." }]);
  });

  it("is none with mode = run, which can't ask", async () => {
    const runner = fakeOpencode({ config: { mode: "run", agent: "build" } });
    const request = opencodeRequest({ prompt: "ARGS", options: { plan: true } });
    const { answer } = completedOf(await collect(runner.run(request, createTestHost())));
    expect(z.object({ args: z.array(z.string()) }).parse(JSON.parse(answer)).args).toContain("--agent=build");
    expect([runner.capabilities.plans, fakeOpencode().capabilities.plans]).toEqual([false, true]);
  });
});

describe("the question for the approval of a plan", () => {
  const labels = (...names: readonly string[]): unknown => names.map((label) => ({ label }));
  const fileOf = (...questions: readonly unknown[]): string | undefined => {
    const event = decodeEvent(
      JSON.stringify({ type: "question.asked", properties: { id: "que_1", sessionID: "ses_1", questions } }),
    );
    return event?.type === "question" ? planFileOf(event) : undefined;
  };
  const question = "Plan at .opencode/plans/1-a plan.md is complete. Would you like to switch to the build agent?";

  it("is known by its words alone", () => {
    expect(fileOf({ question, options: labels("Yes", "No") })).toBe(".opencode/plans/1-a plan.md");
    expect(fileOf({ question: "Is the plan at a.md complete?", options: labels("Yes", "No") })).toBeUndefined();
    expect(fileOf({ question, options: labels("Sure") })).toBeUndefined();
    expect(fileOf({ question, options: labels("Yes") }, { question: "Why?" })).toBeUndefined();
  });

  it("is another one's when a sub-agent asks", async () => {
    const asked: DecisionRequest[] = [];
    const host = createTestHost({
      decide: (request) => {
        asked.push(request);
        return { kind: "dismiss", reason: "" };
      },
    });
    await collect(fakeOpencode().run(opencodeRequest({ prompt: "PLAN_OF_SUBAGENT", cwd }), host));
    expect(asked).toMatchObject([{ kind: "question" }]);
  });
});
