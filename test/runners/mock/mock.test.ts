import { describe, expect, it } from "vitest";
import { backend } from "../../../runners/mock/index.ts";
import type { Decision } from "../../../src/domain/decision.ts";
import type { ResumeToken, TakopiEvent } from "../../../src/domain/event.ts";
import type { Runner } from "../../../src/runner/runner.ts";
import { collect, completedOf, createTestHost, runRequest } from "../../factories.ts";

describe("mock engine", () => {
  it("plays a scene with reading, searching, editing, commands and a sub-agent", async () => {
    const events = await play(mock(), "please fix the greeting");
    const kinds = new Set(events.flatMap((event) => (event.type === "action" ? [event.action.kind] : [])));
    expect([...kinds].toSorted()).toEqual(["command", "file_change", "note", "subagent", "tool"]);
    expect(startedIds(events).toSorted()).toEqual(
      completedIds(events)
        .filter((id) => id !== "n1")
        .toSorted(),
    );
  });

  it("answers with a code block, a list and a table", async () => {
    const { answer, ok } = completedOf(await play(mock(), "hi"));
    expect(ok).toBe(true);
    expect(answer).toMatch(/```ts[\s\S]*\n- [\s\S]*/u);
    expect(answer).toContain("| --- | --- |");
  });

  it("counts the prompts of a session it knows, and continues one it does not", async () => {
    const runner = mock();
    const first = completedOf(await play(runner, "hi"));
    const second = completedOf(await play(runner, "again", first.resume));
    const strange = completedOf(await play(runner, "hi", { engine: "mock", value: "mock-older" }));
    expect(first.answer).toContain("This is prompt 1 of this session.");
    expect(second.answer).toContain("This is prompt 2 of this session.");
    expect(strange.answer).toContain("This session was continued.");
    expect(first.resume?.value).toMatch(/^mock-[0-9a-f]{12}$/u);
  });

  it.each<[string, Decision, string]>([
    ["ask", { kind: "approve", scope: "session" }, "You approved (session)."],
    ["ask", { kind: "deny", reason: "too risky" }, "You denied: too risky"],
    ["question", { kind: "answers", answers: { colour: ["Green"] } }, "You answered colour: Green"],
    ["plan", { kind: "dismiss", reason: "nobody there" }, "Nobody answered: nobody there"],
  ])("%s asks and reports %j", async (prompt, decision, answer) => {
    const host = createTestHost({ decide: () => decision });
    const events = await collect(mock().run(runRequest({ prompt }), host));
    expect(host.requests.length).toBe(1);
    expect(completedOf(events).answer).toBe(answer);
  });

  it("brings a plan again that was sent back", async () => {
    const answers: Decision[] = [
      { kind: "revise", feedback: "smaller" },
      { kind: "approve", scope: "once", acceptEdits: true },
    ];
    const host = createTestHost({ decide: () => answers.shift() ?? { kind: "deny", reason: "" } });
    const events = await collect(mock().run(runRequest({ prompt: "go", options: { plan: true } }), host));
    expect(host.requests.map(({ id }) => id)).toEqual(["plan-1", "plan-2"]);
    expect(host.taken).toEqual(["plan-1", "plan-2"]);
    expect(completedOf(events).answer).toBe("You approved (once, accept edits).");
  });

  it("withdraws what it asked when the run is aborted", async () => {
    const host = createTestHost({
      decide: (_request, withdrawn) =>
        new Promise((resolve) => {
          withdrawn?.addEventListener("abort", () => resolve({ kind: "dismiss", reason: "withdrawn" }));
          host.abort();
        }),
    });
    const events = await collect(mock().run(runRequest({ prompt: "ask" }), host));
    expect(completedOf(events)).toMatchObject({ ok: false, error: "cancelled" });
  });

  it("says that a session is gone only when it was to resume one", async () => {
    const gone = completedOf(await play(mock(), "forget", { engine: "mock", value: "mock-x" }));
    expect(gone).toMatchObject({ ok: false, fault: "session_not_found" });
    expect(completedOf(await play(mock(), "forget")).ok).toBe(true);
  });

  it("fails without starting, fails with a part of an answer, and throws, when told so", async () => {
    expect((await play(mock(), "nostart")).map((event) => event.type)).toEqual(["completed"]);
    expect(completedOf(await play(mock(), "fail"))).toMatchObject({ ok: false, answer: expect.stringMatching(/\S/u) });
    await expect(play(mock(), "crash")).rejects.toThrow("mock was told to crash");
  });

  it("ends at once when aborted in a pause", async () => {
    const host = createTestHost();
    const runner = backend.createRunner({ speed: 0.0001 }, { engine: "mock", configDir: "/" });
    const events: TakopiEvent[] = [];
    for await (const event of runner.run(runRequest({ prompt: "slow 3600" }), host)) {
      events.push(event);
      setImmediate(() => host.abort());
    }
    expect(events).toMatchObject([{ type: "started" }, { type: "completed", ok: false, error: "cancelled" }]);
  });

  it("shows the model that was asked for, or its title", async () => {
    const titled = backend.createRunner({ speed: 0, title: "Mock 1" }, { engine: "demo", configDir: "/" });
    const chosen = await collect(
      titled.run(runRequest({ prompt: "echo", options: { model: "big" } }), createTestHost()),
    );
    expect((await play(titled, "echo"))[0]).toMatchObject({ type: "started", engine: "demo", title: "Mock 1" });
    expect(chosen[0]).toMatchObject({ title: "big" });
  });

  it("refuses settings it does not have", () => {
    expect(backend.configSchema.safeParse({ sped: 2 }).success).toBe(false);
    expect(backend.configSchema.parse({})).toEqual({ speed: 1, title: "mock" });
  });
});

function mock(): Runner {
  return backend.createRunner({ speed: 0 }, { engine: "mock", configDir: "/" });
}

async function play(runner: Runner, prompt: string, resume?: ResumeToken): Promise<TakopiEvent[]> {
  return await collect(runner.run(runRequest({ prompt, ...(resume && { resume }) }), createTestHost()));
}

function startedIds(events: readonly TakopiEvent[]): string[] {
  return idsIn(events, "started");
}

function completedIds(events: readonly TakopiEvent[]): string[] {
  return idsIn(events, "completed");
}

function idsIn(events: readonly TakopiEvent[], phase: string): string[] {
  return events.flatMap((event) => (event.type === "action" && event.phase === phase ? [event.action.id] : []));
}
