import { access, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { configSchema } from "../../runners/pi/config.ts";
import { createPiRunner } from "../../runners/pi/runner.ts";
import type { TakopiEvent } from "../../src/domain/event.ts";
import { toRunId } from "../../src/domain/run.ts";
import type { FollowUp, Runner, RunHost, RunRequest } from "../../src/runner/runner.ts";
import { collect, completedOf, createTestHost, runRequest, type TestHost, type TestHostOptions } from "../factories.ts";
import { startFakeOpenAi, type FakeOpenAi } from "./fake-openai.mjs";
import { installPi1 } from "./pi-1.ts";
import { runProcesses } from "./run-processes.ts";

const program = process.env["TAKOPI_LIVE_PI"];
if (program === undefined) throw new Error("run `node test/live/run.mjs pi`: it installs the CLI and says where it is");

const generations = [
  { name: "0.73.1", command: ["node", program] },
  { name: "1.5.2", command: await installPi1() },
];

describe.each(generations)("A run of Pi's own CLI, $name, that a bot left and the next one takes up", ({ command }) => {
  let model: FakeOpenAi;
  let home: string;
  let cwd: string;
  let directory: string;
  let request: RunRequest;
  let runs = 0;
  let abandoned: AsyncIterator<TakopiEvent>[];

  beforeAll(async () => {
    model = await startFakeOpenAi();
    home = await mkdtemp(join(tmpdir(), "takopi-pi-home-"));
    cwd = await mkdtemp(join(tmpdir(), "takopi-pi-work-"));
    await writeConfig(home, model.url);
  });

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "takopi-pi-record-"));
    abandoned = [];
  });

  afterEach(async () => {
    for (const iterator of abandoned) await iterator.return?.();
    expect(await runProcesses(request.runId)).toEqual([]);
    await rm(directory, { recursive: true });
  });

  afterAll(async () => {
    await model.close();
    await Promise.all([home, cwd].map((path) => rm(path, { recursive: true, force: true })));
  });

  function pi(config: Readonly<Record<string, unknown>>): Runner {
    const table = { command, provider: "fake", model: "fake-1", ask_before: [], ...config };
    return createPiRunner({ config: configSchema.parse(table), configDir: "/" });
  }

  function host(options: TestHostOptions = {}): TestHost {
    const env = { PATH: process.env["PATH"] ?? "", HOME: home, PI_OFFLINE: "1", PI_TELEMETRY: "0" };
    return createTestHost({ env, ...options });
  }

  /** Reads on until `isTime`, as a bot does that is killed then. */
  async function leave(
    prompt: string,
    { config = {}, its = host(), isTime = () => false, until = never() }: Leave = {},
  ): Promise<readonly TakopiEvent[]> {
    runs += 1;
    request = runRequest({ prompt, cwd, runId: toRunId(`live-left-${process.pid}-${command.length}-${runs}`) });
    const recorded = { ...request, record: { directory, isTakenUp: false } };
    const iterator = pi(config).run(recorded, its)[Symbol.asyncIterator]();
    abandoned.push(iterator);
    const seen: TakopiEvent[] = [];
    let isKilled = false;
    const read = async (): Promise<void> => {
      for (let next = await iterator.next(); next.done !== true && !isKilled; next = await iterator.next()) {
        seen.push(next.value);
        if (isTime(next.value)) return;
      }
    };
    await Promise.race([read(), until]);
    isKilled = true;
    return seen;
  }

  async function takeUp(its: RunHost = host(), config: Readonly<Record<string, unknown>> = {}) {
    return await collect(pi(config).run({ ...request, record: { directory, isTakenUp: true } }, its));
  }

  async function isPrinted(text: string): Promise<void> {
    const printed = async (): Promise<string> => await readFile(join(directory, "stdout"), "utf8");
    await expect.poll(printed, { timeout: 30_000 }).toContain(text);
  }

  it.each(["rpc", "print"])("goes on in the middle of a command in %s mode", async (mode) => {
    const prompt = `BASH(node -e 'setTimeout(process.exit,2000)') in ${mode}`;
    const before = await leave(prompt, { config: { mode }, isTime: ({ type }) => type === "action" });
    const asked = model.requests.length;
    const after = await takeUp(host(), { mode });
    expect(after.slice(0, before.length)).toEqual(before);
    expect(completedOf(after)).toMatchObject({ ok: true, resume: { engine: "pi" } });
    expect(model.requests).toHaveLength(asked + 1);
  });

  it.each(["rpc", "print"])("says what it answered while no bot was there in %s mode", async (mode) => {
    await leave("SLOW(1) story", { config: { mode }, isTime: ({ type }) => type === "started" });
    await isPrinted(`{"type":"agent_end"`);
    const asked = model.requests.length;
    expect(completedOf(await takeUp(host(), { mode }))).toMatchObject({ ok: true, answer: "You said: SLOW(1) story" });
    expect(model.requests).toHaveLength(asked);
  });

  it("asks on what it had asked, and does what is approved then", async () => {
    const config = { ask_before: ["bash"] };
    const asked = moment();
    await leave("BASH(touch approved.txt)", { config, its: host({ decide: unanswered(asked) }), until: asked.has });
    const next = host();
    expect(completedOf(await takeUp(next, config)).ok).toBe(true);
    expect(next.requests).toMatchObject([{ kind: "approval", title: "touch approved.txt" }]);
    expect(next.taken).toEqual(next.requests.map(({ id }) => id));
    await access(join(cwd, "approved.txt"));
  });

  it("ends when that is what the answer says", async () => {
    const config = { ask_before: ["bash"] };
    const asked = moment();
    const its = host({ decide: unanswered(asked) });
    await leave("BASH(touch never.txt) BASH(touch neither.txt)", { config, its, until: asked.has });
    const next = host({ decide: () => ({ kind: "deny", reason: "stop", interrupt: true }) });
    const { ok, error } = completedOf(await takeUp(next, config));
    expect({ ok, error }).toEqual({ ok: false, error: "pi was interrupted before it had finished." });
    expect(next.requests).toHaveLength(1);
  });

  it("gets a follow-up once that it had, and one that it had not", async () => {
    const sent = moment();
    const old = { id: "run-2", text: "FIRST follow-up", taken: sent.come };
    const its = host({ followUps: followUps(old) });
    await leave("BASH(node -e 'setTimeout(process.exit,3000)')", { its, until: sent.has });
    const taken: string[] = [];
    const again = { ...old, taken: () => void taken.push("old") };
    const next = { id: "run-3", text: "SECOND follow-up", taken: () => void taken.push("new") };
    const events = await takeUp(host({ followUps: followUps(again, next) }));
    expect(completedOf(events).ok).toBe(true);
    expect(taken).toEqual(["old", "new"]);
    // Without what the model said to it.
    const said = JSON.stringify(model.requests.at(-1)).replaceAll("You said: FIRST follow-up", "");
    for (const { text } of [again, next]) expect(said.split(text)).toHaveLength(2);
  });

  it("can be cancelled, with the command that runs", async () => {
    await leave("BASH(tail -f /dev/null)", { isTime: ({ type }) => type === "action" });
    const next = host({ caughtUp: () => next.abort() });
    expect(completedOf(await takeUp(next))).toMatchObject({ ok: false, error: "cancelled" });
    expect(await runProcesses(request.runId)).toEqual([]);
  });
});

interface Leave {
  readonly config?: Readonly<Record<string, unknown>>;
  readonly its?: RunHost;
  readonly isTime?: (event: TakopiEvent) => boolean;
  readonly until?: Promise<unknown>;
}

function never(): Promise<never> {
  return new Promise(() => {});
}

/** Nobody answers as long as pi waits. */
function unanswered(asked: Moment): NonNullable<TestHostOptions["decide"]> {
  return (_request, withdrawn) => {
    asked.come();
    return new Promise((resolve) => {
      withdrawn?.addEventListener("abort", () => resolve({ kind: "dismiss", reason: "withdrawn" }), { once: true });
    });
  };
}

interface Moment {
  readonly has: Promise<void>;
  readonly come: () => void;
}

function moment(): Moment {
  let come = (): void => {};
  const has = new Promise<void>((resolve) => (come = resolve));
  return { has, come };
}

function followUps(...all: readonly FollowUp[]): AsyncIterable<FollowUp> {
  return {
    async *[Symbol.asyncIterator]() {
      yield* all;
      await never();
    },
  };
}

async function writeConfig(home: string, baseUrl: string): Promise<void> {
  const about = { reasoning: true, input: ["text"], contextWindow: 200_000, maxTokens: 4_096 };
  const models = [{ id: "fake-1", name: "fake-1", ...about }];
  const providers = { fake: { baseUrl, api: "openai-completions", apiKey: "no-real-key", models } };
  await mkdir(join(home, ".pi/agent"), { recursive: true });
  await writeFile(join(home, ".pi/agent/models.json"), JSON.stringify({ providers }));
}
