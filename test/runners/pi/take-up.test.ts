import { readdirSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { commandId, dialogResponse, getState, prompt as promptLine } from "../../../runners/pi/commands.ts";
import type { Decision, DecisionRequest } from "../../../src/domain/decision.ts";
import type { TakopiEvent } from "../../../src/domain/event.ts";
import { toRunId } from "../../../src/domain/run.ts";
import type { FollowUp, RunHost, RunRequest } from "../../../src/runner/runner.ts";
import { startRecorded } from "../../../src/wire/recorded-subprocess.ts";
import {
  collect,
  completedOf,
  createTestHost,
  runRequest,
  type TestHost,
  type TestHostOptions,
} from "../../factories.ts";
import { fakePi, fakePiCommand, type FakePiOptions } from "./fake-pi.ts";

let directory: string;
let request: RunRequest;
let runs = 0;
let abandoned: AsyncIterator<TakopiEvent>[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "takopi-pi-taken-up-"));
  runs += 1;
  request = runRequest({ runId: toRunId(`pi-taken-up-${process.pid}-${runs}`) });
  abandoned = [];
});

afterEach(async () => {
  for (const iterator of abandoned) await iterator.return?.();
  await rm(directory, { recursive: true });
});

/** The run of a program that is killed when `until` has come: it goes on reading no more. */
async function begin(prompt: string, host: RunHost, until: Promise<unknown>): Promise<void> {
  request = { ...request, prompt };
  const iterator = fakePi()
    .run({ ...request, record: { directory, isTakenUp: false } }, host)
    [Symbol.asyncIterator]();
  abandoned.push(iterator);
  let isKilled = false;
  const read = async (): Promise<void> => {
    while (!isKilled && (await iterator.next()).done !== true);
  };
  await Promise.race([read(), until]);
  isKilled = true;
}

/** A program that was started and told these commands before, by somebody who went away. */
async function beginByHand(command: readonly string[], told: readonly string[]): Promise<void> {
  const [program = "", ...args] = command;
  const { env } = createTestHost();
  const child = await startRecorded({ command: program, args, env, cwd: request.cwd, runId: request.runId }, directory);
  for (const text of told) await child?.write(text);
}

/** A program that printed these lines when it had been told these commands, and has gone since, or is `silent`. */
async function pastOf(told: readonly string[], lines: readonly unknown[], then = "gone"): Promise<void> {
  const file = join(directory, "printed");
  await writeFile(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  const script = `head -n ${told.join("").split("\n").length - 1} > "$0.heard"; cat "$0"; touch "$0.whole"${then === "silent" ? "; exec tail -f /dev/null" : ""}`;
  await beginByHand(["sh", "-c", script, file], told);
  await expect
    .poll(async () => (await readdir(directory)).includes(then === "silent" ? "printed.whole" : "exit"))
    .toBe(true);
}

interface TakenUp {
  readonly host: TestHost;
  readonly events: readonly TakopiEvent[];
  /** How much had been asked and told when it said that it had caught up. */
  readonly caughtUp: readonly { readonly asked: number; readonly told: number }[];
}

async function takeUp(options: TestHostOptions = {}, runner: FakePiOptions = {}): Promise<TakenUp> {
  const caughtUp: TakenUp["caughtUp"][number][] = [];
  const onCaughtUp = (): void => void caughtUp.push({ asked: host.requests.length, told: toldNames().length });
  const host = createTestHost({ ...options, caughtUp: onCaughtUp });
  const events = await collect(fakePi(runner).run({ ...request, record: { directory, isTakenUp: true } }, host));
  return { host, events, caughtUp };
}

/** All commands pi was told, by whatever program. */
async function told(): Promise<readonly string[]> {
  const inOrder = toldNames().toSorted((one, other) => Number(one.slice(3)) - Number(other.slice(3)));
  return await Promise.all(inOrder.map((name) => readFile(join(directory, name), "utf8")));
}

function toldNames(): readonly string[] {
  return readdirSync(directory).filter((name) => /^in\.\d+$/u.test(name));
}

function never(): Promise<never> {
  return new Promise(() => {});
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

/** Nobody answers as long as pi waits. */
async function noAnswer(_request: DecisionRequest, withdrawn?: AbortSignal): Promise<Decision> {
  return await new Promise((resolve) => {
    withdrawn?.addEventListener("abort", () => resolve({ kind: "dismiss", reason: "withdrawn" }), { once: true });
  });
}

/** Asks, and the answer never comes while this program is there. */
async function untilAsked(prompt: string, options: TestHostOptions = {}): Promise<TestHost> {
  const asked = moment();
  const decide = async (asks: DecisionRequest, withdrawn?: AbortSignal): Promise<Decision> => {
    asked.come();
    return await noAnswer(asks, withdrawn);
  };
  const host = createTestHost({ ...options, decide });
  await begin(prompt, host, asked.has);
  return host;
}

function followUps(...all: readonly FollowUp[]): AsyncIterable<FollowUp> {
  return {
    async *[Symbol.asyncIterator]() {
      yield* all;
      await never();
    },
  };
}

/** Follow-ups that note in `taken` that they were. */
function noted(taken: string[], ...texts: readonly (readonly [string, string])[]): AsyncIterable<FollowUp> {
  return followUps(...texts.map(([id, text]) => ({ id, text, taken: () => void taken.push(id) })));
}

const first = (prompt: string): string =>
  getState(commandId(1)) + promptLine(commandId(2), { text: prompt, images: [] });

describe("a run of pi that is taken up", () => {
  it("gets its prompt when it has been told nothing", async () => {
    await beginByHand(fakePiCommand(), []);
    request = { ...request, prompt: "STEERED" };
    const { events } = await takeUp({ followUps: noted([], ["run-2", "now"]) });
    expect(completedOf(events)).toMatchObject({ ok: true, answer: "with: now" });
    expect(await told()).toEqual([first("STEERED"), expect.stringContaining(commandId(3, ["run-2"]))]);
  });

  it("does not get its prompt again when it has printed nothing yet", async () => {
    await beginByHand(fakePiCommand(), [first("GATE")]);
    const { events, host, caughtUp } = await takeUp();
    expect(completedOf(events)).toMatchObject({ ok: true, answer: '{"value":"allow"}' });
    expect(await told()).toEqual([first("GATE"), dialogResponse(host.requests[0]?.id ?? "", { value: "allow" })]);
    expect(caughtUp).toHaveLength(1);
  });

  it("asks again what is open, once, and pi gets the answer", async () => {
    await untilAsked("GATE_WRITE");
    const { host, events, caughtUp } = await takeUp();
    expect(host.requests).toHaveLength(1);
    expect(host.taken).toEqual(host.requests.map(({ id }) => id));
    expect(completedOf(events)).toMatchObject({ ok: true, answer: '{"value":"allow"}' });
    expect(caughtUp).toMatchObject([{ asked: 1 }]);
  });

  it("does not ask again what pi answered itself in time", async () => {
    await begin("TIMEOUT", createTestHost({ decide: noAnswer }), never());
    const { host, events } = await takeUp();
    expect(host.requests).toEqual([]);
    expect(completedOf(events)).toMatchObject({ ok: true, answer: "went on" });
  });

  it("does not ask again what was answered, and says that pi has the answer", async () => {
    const taken = moment();
    const host = createTestHost();
    await begin("GATE", { ...host, answerTaken: taken.come }, taken.has);
    const again = await takeUp();
    expect(host.requests).toHaveLength(1);
    expect(again.host.requests).toEqual([]);
    expect(again.host.taken).toEqual(host.requests.map(({ id }) => id));
    expect(completedOf(again.events)).toMatchObject({ ok: true, answer: '{"value":"allow"}' });
  });

  it("tells an answer that ends the run together with the end", async () => {
    await untilAsked("GATE_HANG");
    const before = (await told()).length;
    await takeUp({ decide: () => ({ kind: "deny", reason: "stop it", interrupt: true }) });
    const [answer] = (await told()).slice(before);
    expect(answer?.split("\n").map((line) => /"type":"(\w+)"/u.exec(line)?.[1])).toEqual([
      "extension_ui_response",
      "clear_queue",
      "abort",
      undefined,
    ]);
  });

  it("can be cancelled while it waits for an answer", async () => {
    await untilAsked("STUCK_DIALOG");
    const patience = { interruptMs: 60_000 };
    const decide: TestHostOptions["decide"] = async (asks, withdrawn) => {
      setImmediate(() => host.abort());
      return await noAnswer(asks, withdrawn);
    };
    const host = createTestHost({ decide });
    const run = fakePi({ patience }).run({ ...request, record: { directory, isTakenUp: true } }, host);
    expect(completedOf(await collect(run))).toMatchObject({ ok: false, error: "cancelled" });
    expect(host.taken).toEqual([]);
  });

  it("is interrupted when pi went away without a trace", async () => {
    const { processes } = await untilAsked("GATE");
    const pid = processes[0]?.pid ?? 0;
    process.kill(-pid, "SIGKILL");
    await expect.poll(() => isThere(pid)).toBe(false);
    const { events } = await takeUp({ decide: noAnswer });
    expect(completedOf(events)).toMatchObject({ ok: false, fault: "interrupted" });
  });

  it("is talked to as it was begun, whatever the config says by now", async () => {
    await untilAsked("GATE");
    const { events } = await takeUp({}, { config: { mode: "print" } });
    expect(completedOf(events)).toMatchObject({ ok: true, answer: '{"value":"allow"}' });
  });

  it("in print mode gets the end of its input, which was not told yet", async () => {
    await beginByHand([...fakePiCommand(), "--print", "--mode", "json"], ["Hello"]);
    const { events, caughtUp } = await takeUp({}, { config: { mode: "print" } });
    expect(completedOf(events)).toMatchObject({ ok: true, answer: "Hello" });
    expect(await told()).toEqual(["Hello"]);
    expect(caughtUp).toHaveLength(1);
  });
});

describe("what the user sends to a run of pi that is taken up", () => {
  it("goes to pi as ever, under ids that go on, when pi has not got it", async () => {
    const started = moment();
    const host = createTestHost();
    await begin("STEERED", { ...host, processStarted: () => setImmediate(started.come) }, started.has);
    const taken: string[] = [];
    const { events } = await takeUp({ followUps: noted(taken, ["run-3", "be brief"]) });
    expect(completedOf(events)).toMatchObject({ ok: true, answer: "with: be brief" });
    expect(taken).toEqual(["run-3"]);
    expect((await told()).at(-1)).toBe(promptLine(commandId(3, ["run-3"]), { text: "be brief", images: [] }));
  });

  it("waits until the past is read", async () => {
    const patience = { settleMs: 1, exitMs: 1 };
    const lines = [named, acknowledged(commandId(2)), { type: "message_update", message: "x".repeat(8_000_000) }];
    await pastOf([first("work")], [...lines, { type: "agent_end", messages: [] }], "silent");
    const { caughtUp } = await takeUp({ followUps: noted([], ["run-2", "more"]) }, { patience });
    expect(caughtUp).toEqual([{ asked: 0, told: 1 }]);
    expect((await told())[1]).toContain(commandId(3, ["run-2"]));
  });

  it("is not written again when pi has it, and still counts as taken", async () => {
    const both = [["run-2", "one"], ["run-3", "two"]] as const; // prettier-ignore
    await untilAsked("STEERED_GATE", { followUps: noted([], ...both) });
    const taken: string[] = [];
    const { events } = await takeUp({ followUps: noted(taken, both[1]) });
    const heard = { text: "one\n\ntwo", value: "allow", waiting: [], prompts: 2 };
    expect(JSON.parse(completedOf(events).answer)).toEqual(heard);
    expect(taken).toEqual(["run-3"]);
  });

  it("is written behind what pi has", async () => {
    await untilAsked("STEERED_GATE", { followUps: noted([], ["run-2", "one"]) });
    const taken: string[] = [];
    const approved = moment();
    const decide = async (): Promise<Decision> => {
      await approved.has;
      return { kind: "approve", scope: "once" };
    };
    const next = { id: "run-4", text: "more", taken: () => (taken.push("run-4"), approved.come()) };
    const old = { id: "run-2", text: "one", taken: () => void taken.push("run-2") };
    const { events } = await takeUp({ decide, followUps: followUps(old, next) });
    const heard = { text: "one", value: "allow", waiting: ["more"], prompts: 3 };
    expect(JSON.parse(completedOf(events).answer)).toEqual(heard);
    expect(taken).toEqual(["run-2", "run-4"]);
  });

  it("counts as taken when pi acknowledges later what it was told before", async () => {
    await untilAsked("STEERED", { followUps: noted([], ["run-2", "LATE"]) });
    const taken: string[] = [];
    const { events } = await takeUp({ followUps: noted(taken, ["run-2", "LATE"]) });
    expect(completedOf(events)).toMatchObject({ ok: true, answer: "with: LATE" });
    expect(taken).toEqual(["run-2"]);
  });

  it("stays with the user when pi had refused it", async () => {
    const refused = commandId(3, ["run-2"]);
    const commands = [first("work"), promptLine(refused, { text: "no", images: [] })];
    await pastOf(commands, [
      named,
      { type: "agent_start" },
      { id: commandId(2), type: "response", command: "prompt", success: true, data: { disposition: "started" } },
      { id: refused, type: "response", command: "prompt", success: false, error: "not now" },
      said("alone"),
    ]);
    const taken: string[] = [];
    await takeUp({ followUps: noted(taken, ["run-2", "no"]) });
    expect(taken).toEqual([]);
    expect(await told()).toEqual(commands);
  });
});

describe("the end of a run of pi that is taken up", () => {
  it("comes only when every prompt it was told has been answered", async () => {
    const second = commandId(3, ["run-2"]);
    await pastOf(
      [first("work"), promptLine(second, { text: "more", images: [] })],
      [
        named,
        acknowledged(commandId(2)),
        { type: "agent_start" },
        said("one"),
        { type: "agent_end", messages: [], willRetry: false },
        { type: "agent_settled" },
        acknowledged(second),
        { type: "agent_start" },
        said("two"),
        { type: "agent_end", messages: [], willRetry: false },
        { type: "agent_settled" },
      ],
    );
    const { events } = await takeUp();
    expect(completedOf(events)).toMatchObject({ ok: true, answer: "one\n\ntwo" });
  });

  it("is asked about when nobody had asked, and then only", async () => {
    const isPatient = { patience: { settleMs: 60_000 }, isOld: true };
    await beginByHand(fakePiCommand({ isOld: true }), [first("SILENT_END")]);
    const printed = async (): Promise<string> => await readFile(join(directory, "stdout"), "utf8");
    await expect.poll(printed).toContain("agent_end");
    expect(completedOf((await takeUp({}, isPatient)).events)).toMatchObject({ ok: true, answer: "the answer" });
    const all = [first("SILENT_END"), getState(commandId(3))];
    expect(await told()).toEqual(all);
    expect(completedOf((await takeUp({}, isPatient)).events)).toMatchObject({ ok: true, answer: "the answer" });
    expect(await told()).toEqual(all);
  });

  it("is not asked about again when pi owes the answer", async () => {
    const commands = [first("work"), getState(commandId(3))];
    const lines = [named, { type: "agent_start" }, acknowledged(commandId(2)), said("the answer")];
    await pastOf(commands, [...lines, { type: "agent_end", messages: [] }], "silent");
    const { events } = await takeUp({}, { patience: { settleMs: 1, exitMs: 1 } });
    expect(completedOf(events)).toMatchObject({ ok: true, answer: "the answer" });
    expect(await told()).toEqual(commands);
  });

  it("is not taken for silence while the past is read", async () => {
    await pastOf(
      [first("RETRY"), getState(commandId(3))],
      [
        named,
        acknowledged(commandId(2)),
        { type: "agent_start" },
        { type: "agent_end", messages: [] },
        { type: "message_update", message: "x".repeat(8_000_000) },
        { type: "auto_retry_start", attempt: 1, maxAttempts: 3, delayMs: 20, errorMessage: "503" },
        { id: commandId(3), type: "response", command: "get_state", success: true, data: { isStreaming: true } },
        { type: "agent_start" },
        said("after all"),
      ],
    );
    const { events } = await takeUp({}, { patience: { settleMs: 0 } });
    expect(completedOf(events).answer).toBe("after all");
  });
});

const named = { id: commandId(1), type: "response", command: "get_state", success: true, data: { sessionId: "s-1" } };

function acknowledged(id: string): unknown {
  return { id, type: "response", command: "prompt", success: true };
}

function said(text: string): unknown {
  return { type: "message_end", message: { role: "assistant", content: [{ type: "text", text }], stopReason: "stop" } };
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
