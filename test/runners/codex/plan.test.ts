import { describe, expect, it } from "vitest";
import { z } from "zod";
import { turnSettings } from "../../../runners/codex/turn-settings.ts";
import { configSchema } from "../../../runners/codex/config.ts";
import type { Decision } from "../../../src/domain/decision.ts";
import { collect, completedOf, createTestHost, runRequest, type TestHost } from "../../factories.ts";
import { fakeCodex, play, sent } from "./fake-codex.ts";

const options = { plan: true };
const resume = { engine: "codex", value: "01a1fbcf-df83-7692-a225-989261006f8f" };
const planned = z.object({
  answers: z.array(z.unknown()),
  started: z.array(
    z.object({
      collaborationMode: z.object({ mode: z.string(), settings: z.record(z.string(), z.unknown()) }).optional(),
      sandboxPolicy: z.record(z.string(), z.unknown()).optional(),
    }),
  ),
});

/** Plans are decided about by `decisions` in their order; everything else is allowed. */
function deciding(...decisions: readonly Decision[]): TestHost {
  const left = [...decisions];
  const once: Decision = { kind: "approve", scope: "once" };
  return createTestHost({ decide: ({ kind }) => (kind === "plan" ? left.shift() : undefined) ?? once });
}

async function plan(host: TestHost, words: readonly string[] = []): Promise<ReturnType<typeof completedOf>> {
  const request = runRequest({ prompt: "PLAN", options });
  return completedOf(await collect(fakeCodex({ words }).run(request, host)));
}

describe("a plan", () => {
  it("is shown, and carried out when it is approved: only then may files be written", async () => {
    const host = deciding({ kind: "approve", scope: "once" });
    const { ok, answer } = await plan(host);
    expect(ok).toBe(true);
    expect(host.requests).toMatchObject([
      { kind: "plan", id: "plan-1", markdown: "look, then do" },
      { kind: "approval", title: "edit a.txt" },
      { kind: "approval", title: expect.stringMatching(/b\.txt$/u) },
    ]);
    const { started } = planned.parse(JSON.parse(answer));
    expect(started).toMatchObject([
      { collaborationMode: { mode: "plan", settings: { model: "fake-1" } }, sandboxPolicy: { type: "readOnly" } },
      { collaborationMode: { mode: "default" }, sandboxPolicy: { type: "workspaceWrite" } },
    ]);
    expect(host.taken).toEqual(["plan-1", "ask-1", "ask-2"]);
  });

  it("that is approved with its edits is carried out without asking about those in the directory", async () => {
    const host = deciding({ kind: "approve", scope: "once", acceptEdits: true });
    const { answer } = await plan(host);
    expect(host.requests).toMatchObject([{ kind: "plan" }, { title: expect.stringMatching(/b\.txt$/u) }]);
    const { answers } = planned.parse(JSON.parse(answer));
    expect(answers).toEqual([{ decision: "acceptForSession" }, { decision: "accept" }]);
  });

  it("that is sent back comes again, made with the feedback", async () => {
    const host = deciding({ kind: "revise", feedback: "More tests." }, { kind: "deny", reason: "no" });
    const { ok, answer } = await plan(host);
    expect(host.requests).toMatchObject([
      { kind: "plan", markdown: "look, then do" },
      { kind: "plan", id: "plan-2", markdown: "test, then do" },
    ]);
    expect({ ok, answer }).toEqual({ ok: true, answer: "Here it is.\n\ntest, then do" });
  });

  it.each<Decision>([
    { kind: "deny", reason: "no" },
    { kind: "dismiss", reason: "nobody answers" },
  ])("is the answer of the run after %j", async (decision) => {
    const host = deciding(decision);
    expect(await plan(host)).toMatchObject({ ok: true, answer: "Here it is.\n\nlook, then do" });
    expect(host.taken).toEqual(["plan-1"]);
  });

  it("gives way to a text that is sent while it waits", async () => {
    const [followUps, taken] = sent("More tests.");
    const waiting: (boolean | undefined)[] = [];
    let first: AbortSignal | undefined;
    const host = createTestHost({
      followUps: (async function* () {
        await new Promise<void>((resolve) => (whenAsked = resolve));
        yield* followUps;
      })(),
      decide: async (_, withdrawn) => {
        waiting.push(first?.aborted);
        if (waiting.length > 1) return { kind: "deny", reason: "no" };
        first = withdrawn;
        whenAsked();
        await new Promise((resolve) => withdrawn?.addEventListener("abort", resolve));
        return { kind: "dismiss", reason: "withdrawn" };
      },
    });
    let whenAsked = (): void => {};
    expect((await plan(host)).answer).toBe("Here it is.\n\ntest, then do");
    expect(waiting).toEqual([undefined, true]);
    expect(taken).toEqual(["More tests."]);
    expect(host.taken).toEqual(["plan-2"]);
  });

  it("that waits is withdrawn when the run is cancelled", async () => {
    const host = createTestHost({
      decide: async (_, withdrawn) => {
        host.abort();
        if (withdrawn?.aborted === false) await new Promise((resolve) => withdrawn.addEventListener("abort", resolve));
        return { kind: "dismiss", reason: "cancelled" };
      },
    });
    expect(await plan(host)).toMatchObject({ ok: false, error: "cancelled" });
    expect(host.taken).toEqual([]);
    expect(() => process.kill(host.processes[0]?.pid ?? 0, 0)).toThrow("ESRCH");
  });

  it("that comes when the run is being cancelled is not shown any more, and nothing waits for it", async () => {
    const host = createTestHost();
    const request = runRequest({ prompt: "LATE PLAN", options });
    const runner = fakeCodex({ patience: { interruptMs: 60_000 } });
    for await (const event of runner.run(request, host)) {
      if (event.type === "action" && event.phase === "started") host.abort();
    }
    expect(host.requests).toEqual([]);
  });

  it("of a turn that was broken off is no plan to decide about", async () => {
    const host = createTestHost();
    const request = runRequest({ prompt: "HALF A PLAN", options });
    const { ok, answer } = completedOf(await collect(fakeCodex().run(request, host)));
    expect({ ok, answer }).toEqual({ ok: false, answer: "look" });
    expect(host.requests).toEqual([]);
  });

  it("nobody asked for is part of the answer, and not asked about", async () => {
    const host = createTestHost();
    const events = await collect(fakeCodex().run(runRequest({ prompt: "PLAN" }), host));
    expect(completedOf(events)).toMatchObject({ ok: true, answer: "Here it is.\n\nlook, then do" });
    expect(host.requests).toEqual([]);
  });

  it("is nothing exec knows of", async () => {
    const request = { options };
    const { ok, answer } = completedOf(await play("hello", { request, runner: { config: { mode: "exec" } } }));
    expect({ ok, answer }).toEqual({ ok: true, answer: "hello" });
  });
});

describe("a session that was left in plan mode", () => {
  it.each([[["--planning"], "default"] as const, [[], undefined] as const])(
    "and only that is taken out of it (%j)",
    async (words, mode) => {
      const request = { resume };
      const { answer } = completedOf(await play("Implement the plan.", { request, runner: { words } }));
      const { started } = planned.parse(JSON.parse(answer));
      expect(started.map(({ collaborationMode }) => collaborationMode?.mode)).toEqual([mode]);
    },
  );
});

describe("the settings of the turns", () => {
  const settle = (config: object, sandbox?: Readonly<Record<string, unknown>>): ReturnType<typeof turnSettings> =>
    turnSettings({
      request: runRequest({ options }),
      config: configSchema.parse(config),
      sandbox,
      thread: { model: "m", reasoningEffort: "low", sandbox: { type: "workspaceWrite", networkAccess: false } },
    });

  it("name the effort with the mode, which comes before the turn's own", () => {
    const { planning, acting } = settle({});
    expect(planning).toMatchObject({ collaborationMode: { settings: { model: "m", reasoning_effort: "low" } } });
    expect(acting).toMatchObject({ collaborationMode: { settings: { reasoning_effort: "low" } } });
    expect(settle({ effort: "high" }).planning).toMatchObject({
      effort: "high",
      collaborationMode: { settings: { reasoning_effort: "high" } },
    });
  });

  it("give back the sandbox that a plan does without, and leave the network as it is", () => {
    const { planning, acting } = settle({});
    expect(planning["sandboxPolicy"]).toEqual({ type: "readOnly", networkAccess: false });
    expect(acting["sandboxPolicy"]).toEqual({ type: "workspaceWrite", networkAccess: false });
    const free = settle({}, { type: "dangerFullAccess" });
    expect(free.planning["sandboxPolicy"]).toEqual({ type: "readOnly", networkAccess: true });
    expect(free.acting["sandboxPolicy"]).toEqual({ type: "dangerFullAccess" });
  });
});
