import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Decision } from "../../../src/domain/decision.ts";
import { completedOf } from "../../factories.ts";
import { FakeHappy } from "./fake-happy.ts";
import { Play, play, titles } from "./play.ts";

let happy: FakeHappy;

beforeEach(async () => {
  happy = await FakeHappy.start();
});

afterEach(async () => {
  await happy.close();
});

describe("what the agent asks", () => {
  const answerTo = async (prompt: string, decision: Decision): Promise<unknown> => {
    const events = await play(happy.runner(), { prompt }, { decide: () => decision });
    return JSON.parse(completedOf(events).answer);
  };

  it("goes to the host and back, and is reported as taken when the session has it", async () => {
    const run = new Play(happy.runner(), { prompt: "PERMISSION" });
    const events = await run.over;
    expect(run.host.requests).toMatchObject([{ kind: "approval", id: "toolu_ask", tool: "Bash", title: "touch x" }]);
    expect(run.host.taken).toEqual(["toolu_ask"]);
    expect(JSON.parse(completedOf(events).answer)).toEqual({ id: "toolu_ask", approved: true });
    expect(titles(events)).toEqual(["touch x"]);
  });

  it("may be approved for the session, or refused with a reason", async () => {
    expect(await answerTo("PERMISSION", { kind: "approve", scope: "session" })).toMatchObject({
      approved: true,
      allowTools: ["Bash(touch x)"],
    });
    expect(await answerTo("PERMISSION", { kind: "deny", reason: "use a dry run" })).toMatchObject({
      approved: false,
      reason: "use a dry run",
    });
  });

  it("may be a question, or a plan", async () => {
    expect(await answerTo("QUESTION", { kind: "answers", answers: { 0: ["Blue"] } })).toMatchObject({
      approved: true,
      updatedInput: { answers: { "Which colour should it be?": "Blue" } },
    });
    const accepted = { kind: "approve", scope: "once", acceptEdits: true } as const;
    expect(await answerTo("PLAN", accepted)).toMatchObject({ approved: true, mode: "acceptEdits" });
    const revised = await answerTo("PLAN", { kind: "revise", feedback: "shorter" });
    expect(revised).toMatchObject({ approved: false, reason: "shorter" });
  });

  it("is taken back when it was answered elsewhere", async () => {
    let isWithdrawn = false;
    const decide = async (_: unknown, withdrawn?: AbortSignal): Promise<Decision> => {
      happy.session.takeBack("toolu_ask");
      await new Promise((resolve) => withdrawn?.addEventListener("abort", resolve));
      isWithdrawn = true;
      return { kind: "dismiss", reason: "withdrawn" };
    };
    const run = new Play(happy.runner(), { prompt: "PERMISSION" }, { decide });
    expect(completedOf(await run.over)).toMatchObject({ ok: true, answer: '"taken back"' });
    expect([isWithdrawn, run.host.taken, happy.session.answers]).toEqual([true, [], []]);
  });

  it("is taken back when the run is aborted, and the turn with it", async () => {
    const run: Play = new Play(
      happy.runner(),
      { prompt: "PERMISSION" },
      {
        decide: async (_, withdrawn) => {
          run.host.abort();
          if (withdrawn?.aborted === false)
            await new Promise((resolve) => withdrawn.addEventListener("abort", resolve));
          return { kind: "dismiss", reason: "withdrawn" };
        },
      },
    );
    expect(completedOf(await run.over)).toMatchObject({ ok: false, error: "cancelled" });
    await happy.session.played();
  });
});
