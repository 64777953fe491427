// A worker that behaves as the document says (doc), as the real 0.2.0 (ts), and as 0.5.0 (rs).
import { afterEach, describe, expect, it } from "vitest";
import type { ActionEvent, CompletedEvent, TakopiEvent } from "../../../src/domain/event.ts";
import type { Runner } from "../../../src/runner/runner.ts";
import { collect, completedOf, createTestHost, runRequest } from "../../factories.ts";
import type { Patience } from "../../../runners/heddle/patience.ts";
import { endFakes, fakeHeddle, impatient } from "./fake-heddle.ts";

afterEach(endFakes);

const profiles = ["doc", "ts", "rs"] as const;
const env = (more: Readonly<Record<string, string>> = {}): Record<string, string> => ({
  PATH: process.env["PATH"] ?? "",
  ...more,
});

async function play(
  runner: Runner,
  prompt: string,
  more?: Readonly<Record<string, string>>,
): Promise<readonly TakopiEvent[]> {
  return await collect(runner.run(runRequest({ prompt }), createTestHost({ env: env(more) })));
}

function actionsOf(events: readonly TakopiEvent[]): readonly ActionEvent[] {
  return events.flatMap((event) => (event.type === "action" ? [event] : []));
}

const titlesOf = (events: readonly TakopiEvent[]): readonly string[] =>
  actionsOf(events)
    .filter(({ phase }) => phase === "completed")
    .map(({ action }) => action.title);

const outcomes: Readonly<Record<string, Partial<CompletedEvent>>> = {
  "[plain]": { ok: true, answer: "Hello from heddle." },
  "[unicode]": { ok: true, answer: "Olá 日本語 🐙\n\n- a\n- b" },
  "[tool]": { ok: true, answer: "It is a demo." },
  "[multi]": { ok: true, answer: "Done: out.txt says bye." },
  "[parallel]": { ok: true, answer: "Read both." },
  "[empty]": { ok: true, answer: "" },
  "[nousage]": { ok: true, answer: "No usage." },
  "[ask]": { ok: true, answer: "I was not allowed." },
  "[plan]": { ok: true, answer: "1. Read the file\n2. Fix it" },
  "[prune]": { ok: true, answer: "Hello from heddle." },
  "[compact]": { ok: true, answer: "Hello from heddle." },
  "[events]": { ok: true, answer: "ok" },
  "[error]": { ok: false, error: "provider_error: Rate limited by upstream provider\nThis can be tried again." },
  "[toolerror]": { ok: false, error: "tool_error: Tool execution failed" },
  "[dup]": { ok: true, answer: "Hello from heddle." },
  "[late]": { ok: true, answer: "Hello from heddle." },
  "[badseq]": { ok: true, answer: "ab" },
  "[foreign]": { ok: true, answer: "Hello from heddle." },
  "[garbage]": { ok: true, answer: "fine" },
};
const failures: Readonly<Record<string, RegExp>> = {
  "[loop]": /^loop_detected: /u,
  "[maxiter]": /max.iterations[^]*Reply to let it go on/iu,
  "[crash]": /exit code 3[^]*panicked/u,
  "[eof]": /^Heddle ended without a result \(exit code 0\)/u,
};

describe.each(profiles)("a worker of the kind %s", (profile) => {
  const runner = (patience: Partial<Patience> = {}): Runner =>
    fakeHeddle({ program: "reference.mjs", args: [`--profile=${profile}`], patience });

  it("gives every exchange of a session exactly one outcome, the right one", async () => {
    const shared = runner();
    let resume: CompletedEvent["resume"];
    for (const [prompt, outcome] of Object.entries(outcomes)) {
      const request = runRequest({ prompt, ...(resume && { resume }) });
      const events = await collect(shared.run(request, createTestHost({ env: env() })));
      expect(events.filter(({ type }) => type === "completed")).toEqual([expect.objectContaining(outcome)]);
      ({ resume } = completedOf(events));
    }
  });

  it.each(Object.entries(failures))("fails as it should: %s", async (prompt, error) => {
    expect(completedOf(await play(runner(), prompt))).toMatchObject({ ok: false, error: expect.stringMatching(error) });
  });

  it("counts all calls of the model", async () => {
    const { usage } = completedOf(await play(runner(), "[tool]"));
    expect(usage).toEqual({ prompt_tokens: 250, completion_tokens: 24, total_tokens: 274 });
  });

  it("shows what happened to the context, and the plan", async () => {
    expect(titlesOf(await play(runner(), "[prune]"))).toEqual([
      "context pruned by 5 messages, from 45000 to 28000 tokens",
    ]);
    expect(titlesOf(await play(runner(), "[compact]"))).toEqual(["context compacted", "context handed over"]);
    expect(titlesOf(await play(runner(), "[plan]"))).toEqual(["plan complete"]);
  });

  it("says what was denied, as a warning", async () => {
    const events = await play(runner(), "[multi]", { HEDDLE_APPROVAL_MODE: "suggest" });
    const denied = actionsOf(events).filter(({ action }) => action.title.includes(" was denied: "));
    expect(denied.map(({ action, ok }) => [action.kind, ok])).toEqual(denied.map(() => ["warning", false]));
    expect(denied.map(({ action }) => action.detail["tool"])).toEqual(["bash", "write_file", "edit_file"]);
  });

  it("is ended when it does not hear a cancel, and is kept when it does", async () => {
    for (const [prompt, isAlive] of [
      ["[stuckcancel]", false],
      ["[toolslow]", true],
    ] as const) {
      const host = createTestHost({ env: env() });
      const patience = isAlive ? {} : impatient;
      const events: TakopiEvent[] = [];
      for await (const event of runner(patience).run(runRequest({ prompt }), host)) {
        events.push(event);
        if (event.type === "action") host.abort();
      }
      expect(completedOf(events)).toMatchObject({ ok: false, error: "cancelled" });
      expect(host.processes.map(({ pid }) => isThere(pid))).toEqual([isAlive]);
    }
  });
});

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
