import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { ActionEvent, TakopiEvent } from "../../../src/domain/event.ts";
import type { RunRequest } from "../../../src/runner/runner.ts";
import {
  collect,
  completedOf,
  createTestHost,
  runRequest,
  type TestHost,
  type TestHostOptions,
} from "../../factories.ts";
import { isRunning } from "../../wire/programs.ts";
import type { Patience } from "../../../runners/heddle/patience.ts";
import { endFakes, fakeHeddle, impatient, type FakeHeddleOptions } from "./fake-heddle.ts";

interface Play extends TestHostOptions {
  readonly request?: Partial<RunRequest>;
  readonly runner?: FakeHeddleOptions;
}

async function play(prompt: string, { request, runner, ...host }: Play = {}): Promise<readonly TakopiEvent[]> {
  return await collect(fakeHeddle(runner).run(runRequest({ prompt, ...request }), createTestHost(host)));
}

/** Runs until the first event of this type, and aborts then. */
async function playAborted(
  prompt: string,
  { at = "action", patience = {} }: { readonly at?: TakopiEvent["type"]; readonly patience?: Partial<Patience> } = {},
): Promise<{ readonly events: readonly TakopiEvent[]; readonly host: TestHost }> {
  const host = createTestHost();
  const events: TakopiEvent[] = [];
  for await (const event of fakeHeddle({ patience }).run(runRequest({ prompt }), host)) {
    events.push(event);
    if (event.type === at) host.abort();
  }
  return { events, host };
}

function actionsOf(events: readonly TakopiEvent[]): readonly ActionEvent[] {
  return events.flatMap((event) => (event.type === "action" ? [event] : []));
}

/** The process that a scripted tool call has started. */
function startedBy(events: readonly TakopiEvent[]): number {
  return Number(actionsOf(events)[0]?.action.title);
}

function workersAlive({ processes }: TestHost): readonly number[] {
  return processes.map(({ pid }) => pid).filter(isRunning);
}

const workerState = z.object({
  cwd: z.string(),
  config: z.record(z.string(), z.unknown()),
  env: z.record(z.string(), z.string()),
});
const stateIn = (events: readonly TakopiEvent[]): z.infer<typeof workerState> =>
  workerState.parse(JSON.parse(completedOf(events).answer));

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "takopi-heddle-"));
});
afterEach(endFakes);
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe("a session of Heddle", () => {
  it("is begun with model, system prompt, tools and ids, in the run's directory", async () => {
    const config = {
      model: "some/model",
      system_prompt: "Be brief.",
      tools: ["bash"],
      max_iterations: 7,
      task_id: "t",
      worker_id: "w",
    };
    const state = stateIn(await play("STATE", { request: { cwd: folder }, runner: { config } }));
    expect(state.config).toEqual(config);
    expect(state.cwd).toBe(folder);
  });

  it("has ids of its own where the table gives none", async () => {
    const request = runRequest({ prompt: "STATE" });
    const { config } = stateIn(await play("STATE", { request }));
    expect(config).toMatchObject({ task_id: `takopi-${request.runId}`, worker_id: `takopi-worker-${request.runId}` });
  });

  it("has the model of the run, else of the table, else of the environment, else Heddle's own default", async () => {
    const env = { PATH: process.env["PATH"] ?? "" };
    const modelOf = async (options: Play): Promise<unknown> => stateIn(await play("STATE", options)).config["model"];
    expect(await modelOf({ env })).toBe("openrouter/free");
    expect(await modelOf({ env: { ...env, HEDDLE_MODEL: "of/env" } })).toBe("of/env");
    const runner = { config: { model: "of/table" } };
    expect(await modelOf({ env: { ...env, HEDDLE_MODEL: "of/env" }, runner })).toBe("of/table");
    expect(await modelOf({ env, runner, request: { options: { model: "of/run" } } })).toBe("of/run");
  });

  it("names attached files by their path", async () => {
    const attachments = [{ path: "/tmp/a.png", mediaType: "image/png" }];
    const { answer } = completedOf(await play("look", { request: { attachments } }));
    expect(answer).toBe("look\nAttached file: /tmp/a.png");
  });
});

describe("a session that can't begin", () => {
  const failsWith = async (runner: FakeHeddleOptions): Promise<string> => {
    const host = createTestHost();
    const events = await collect(fakeHeddle(runner).run(runRequest(), host));
    expect(events.map(({ type }) => type)).toEqual(["completed"]);
    expect(completedOf(events)).not.toHaveProperty("resume");
    expect(workersAlive(host)).toEqual([]);
    return completedOf(events).error ?? "";
  };

  it.each([
    ["the worker refuses, as the document says", { program: "reference.mjs", args: ["--version=1.0.0"] }],
    ["the worker refuses, as 0.2.0 does", { program: "reference.mjs", args: ["--version=1.0.0", "--profile=ts"] }],
    ["the worker does not refuse what does not fit", { args: ["--version=1.0.0"] }],
  ] as const)("says so when the versions do not fit: %s", async (_, runner) => {
    expect(await failsWith(runner)).toMatch(
      /^This Heddle speaks (?:version 1\.0\.0|another version) .* takopi 0\.2\.0/u,
    );
  });

  it("says what the worker says, and what to do about a missing key", async () => {
    expect(await failsWith({ args: ["--init=error"] })).toBe(
      "Heddle can't begin a session: protocol_error: OPENROUTER_API_KEY is not set: no API key\n" +
        "Set OPENROUTER_API_KEY where the bot is started, or api_key in ~/.heddle/config.toml.",
    );
  });

  it("says so when the worker gives no id, dies, says nothing, or is not there", async () => {
    expect(await failsWith({ args: ["--init=nameless"] })).toMatch(/without an id/u);
    expect(await failsWith({ args: ["--init=die"] })).toBe("Heddle ended without a result (exit code 4).");
    expect(await failsWith({ args: ["--init=mute"], patience: { initMs: 200 } })).toMatch(
      /^Heddle did not answer within/u,
    );
    const missing = completedOf(await play("hi", { runner: { config: { command: "heddle-that-is-not-there" } } }));
    expect(missing.error).toMatch(/was not found on PATH[^]*cargo install/u);
  });

  it("fits with any version of the same major", async () => {
    expect(completedOf(await play("hi", { runner: { args: ["--version=0.9.1"] } })).ok).toBe(true);
  });

  it("is given up at once when the run is cancelled meanwhile", async () => {
    const host = createTestHost();
    const run = collect(fakeHeddle({ args: ["--init=mute"] }).run(runRequest(), host));
    setImmediate(() => host.abort());
    expect(completedOf(await run)).toMatchObject({ ok: false, error: "cancelled" });
    expect(workersAlive(host)).toEqual([]);
  });
});

describe("a run of Heddle", () => {
  it("passes on that an error may be gone later", async () => {
    const { ok, error } = completedOf(await play("FAIL"));
    expect({ ok, error }).toEqual({ ok: false, error: "provider_error: Rate limited\nThis can be tried again." });
  });

  it("fails with the last words of a worker that dies, and ends what was begun", async () => {
    const { ok, error } = completedOf(await play("DIE"));
    expect({ ok, error }).toEqual({
      ok: false,
      error: "Heddle ended without a result (exit code 3).\nthread panicked\nthe last words",
    });
  });

  it("keeps what was said when the worker ends without a result", async () => {
    expect(completedOf(await play("END"))).toMatchObject({
      ok: false,
      answer: "half of it",
      error: "Heddle ended without a result (exit code 0).",
    });
  });

  it("says what a crashing worker complained of", async () => {
    expect(completedOf(await play("CRASH")).error).toBe(
      "Heddle ended without a result (exit code 1).\nprotocol_error: out of memory",
    );
  });

  it("passes over what is unknown, of another send, or behind the result, and warns of lines that are no messages", async () => {
    const events = await play("NOISE");
    expect(completedOf(events)).toMatchObject({ ok: true, answer: "still here" });
    expect(actionsOf(events).map(({ action }) => action.detail["line"])).toEqual([
      "warning: something is deprecated",
      "[1]",
      "null",
    ]);
  });

  it("takes a result that is too long to be read for what it begins with", async () => {
    expect(completedOf(await play("HUGE"))).toMatchObject({ ok: true, answer: "the answer" });
  });

  const beats = { ...process.env, HEDDLE_HEARTBEAT_INTERVAL: "40" };
  const env = Object.fromEntries(
    Object.entries(beats).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  const runner = { config: { heartbeat_timeout_s: 0.2 } };

  it("ends a worker that gives no sign of life", async () => {
    const host = createTestHost({ env });
    const events = await collect(fakeHeddle(runner).run(runRequest({ prompt: "SILENT" }), host));
    expect(completedOf(events)).toMatchObject({
      ok: false,
      error: expect.stringMatching(/^Heddle gave no sign of life/u),
    });
    expect(workersAlive(host)).toEqual([]);
  });

  it("takes heartbeats for life, and for nothing more", async () => {
    const events = await play("BEATS", { env, runner });
    expect(events.map(({ type }) => type)).toEqual(["started", "completed"]);
    expect(completedOf(events)).toMatchObject({ ok: true, answer: "after all" });
  });
});

describe("a cancelled run of Heddle", () => {
  it("ends as the worker says, with what it had begun", async () => {
    const { events, host } = await playAborted("SLOW");
    expect(actionsOf(events).map(({ phase, ok }) => [phase, ok])).toEqual([
      ["started", undefined],
      ["completed", false],
    ]);
    expect(completedOf(events)).toMatchObject({ ok: false, error: "cancelled", answer: "half of it" });
    expect(workersAlive(host)).toEqual(host.processes.map(({ pid }) => pid));
  });

  it("has its result all the same when that was on its way", async () => {
    const { events } = await playAborted("JUST_DONE");
    expect(completedOf(events)).toMatchObject({ ok: true, answer: "in time" });
  });

  it("sends nothing when it is cancelled before that", async () => {
    const { events, host } = await playAborted("hello", { at: "started" });
    expect(completedOf(events)).toMatchObject({ ok: false, error: "cancelled", answer: "" });
    expect(workersAlive(host)).toEqual([]);
  });

  it("ends a worker that does not hear, with what it started in other sessions", async () => {
    const { events, host } = await playAborted("FAMILY", { patience: impatient });
    expect(completedOf(events)).toMatchObject({ ok: false, error: "cancelled" });
    expect(startedBy(events)).toBeGreaterThan(1);
    expect([...workersAlive(host), startedBy(events)].filter(isRunning)).toEqual([]);
  });

  it("ends a worker that hears but leaves something running", async () => {
    const { events, host } = await playAborted("LEAVE");
    expect(completedOf(events)).toMatchObject({ ok: false, error: "cancelled" });
    expect([...workersAlive(host), startedBy(events)].filter(isRunning)).toEqual([]);
  });

  it("is cancelled also where nobody reads on", async () => {
    const host = createTestHost();
    for await (const event of fakeHeddle({ patience: impatient }).run(runRequest({ prompt: "FAMILY" }), host))
      if (event.type === "action") break;
    expect(workersAlive(host)).toEqual([]);
  });
});
