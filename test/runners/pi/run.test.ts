import { access, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { Decision, DecisionRequest } from "../../../src/domain/decision.ts";
import type { TakopiEvent } from "../../../src/domain/event.ts";
import type { FollowUp, RunRequest } from "../../../src/runner/runner.ts";
import { collect, completedOf, createTestHost, runRequest, type TestHostOptions } from "../../factories.ts";
import { fakePi, type FakePiOptions } from "./fake-pi.ts";

interface Play extends TestHostOptions {
  readonly request?: Partial<RunRequest>;
  readonly runner?: FakePiOptions;
}

async function play(
  prompt: string,
  { request = {}, runner = {}, ...options }: Play = {},
): Promise<readonly TakopiEvent[]> {
  return await collect(fakePi(runner).run(runRequest({ prompt, ...request }), createTestHost(options)));
}

function titles(events: readonly TakopiEvent[]): readonly string[] {
  return events.flatMap((event) => (event.type === "action" ? [event.action.title] : []));
}

const pi = (value: string): RunRequest["resume"] & object => ({ engine: "pi", value });
const launched = z.object({ args: z.array(z.string()), env: z.record(z.string(), z.string()) });
async function* once(text: string, taken = (): void => {}): AsyncGenerator<FollowUp, void, undefined> {
  yield { text, taken };
}

const generations = [
  ["1.x", false],
  ["0.73.1", true],
] as const;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "takopi-pi-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe("what extensions ask", () => {
  const answerTo = async (prompt: string, decision: Decision): Promise<unknown> =>
    JSON.parse(completedOf(await play(prompt, { decide: () => decision })).answer);

  it("goes to the host: the gate's questions are approvals, others are questions", async () => {
    const asked: DecisionRequest[] = [];
    const decide = (request: DecisionRequest): Decision => {
      asked.push(request);
      return { kind: "dismiss", reason: "later" };
    };
    for (const prompt of ["GATE", "CONFIRM", "SELECT"]) await play(prompt, { decide });
    expect(asked).toMatchObject([
      {
        kind: "approval",
        tool: "bash",
        title: "touch x",
        input: { command: "touch x", cwd: process.cwd() },
        scopes: ["once"],
      },
      { kind: "question", questions: [{ text: "Sure?\n\nreally", options: [{ label: "Yes" }, { label: "No" }] }] },
      { kind: "question", questions: [{ text: "Which?", options: [{ label: "A" }, { label: "B" }] }] },
    ]);
  });

  it("is answered in pi's own words", async () => {
    expect(await answerTo("GATE", { kind: "approve", scope: "once" })).toEqual({ value: "allow" });
    expect(await answerTo("GATE", { kind: "deny", reason: "use a dry run" })).toEqual({ value: "use a dry run" });
    const chooses = async (prompt: string, label: string): Promise<unknown> => {
      const decide = (request: DecisionRequest): Decision => ({ kind: "answers", answers: { [request.id]: [label] } });
      return JSON.parse(completedOf(await play(prompt, { decide })).answer);
    };
    expect(await chooses("CONFIRM", "Yes")).toEqual({ confirmed: true });
    expect(await chooses("CONFIRM", "No")).toEqual({ confirmed: false });
    expect(await chooses("SELECT", "B")).toEqual({ value: "B" });
    expect(await answerTo("SELECT", { kind: "dismiss", reason: "later" })).toEqual({ cancelled: true });
  });

  it("is reported as answered when pi has the answer", async () => {
    for (const prompt of ["GATE", "CONFIRM", "SELECT"]) {
      const host = createTestHost();
      const decided: string[] = [];
      const reporting = { ...host, answerTaken: (id: string) => void decided.push(id) };
      await collect(fakePi().run(runRequest({ prompt }), reporting));
      expect(decided).toEqual(host.requests.map(({ id }) => id));
    }
  });

  const untilWithdrawn = (_: unknown, withdrawn?: AbortSignal): Promise<Decision> =>
    new Promise((resolve) =>
      withdrawn?.addEventListener("abort", () => resolve({ kind: "dismiss", reason: "withdrawn" })),
    );

  it("is withdrawn when pi no longer waits, and then needs no answer", async () => {
    const order: string[] = [];
    const decide = async (...asked: Parameters<typeof untilWithdrawn>): Promise<Decision> => {
      const decision = await untilWithdrawn(...asked);
      order.push("withdrawn");
      return decision;
    };
    const host = createTestHost({ decide });
    const run = fakePi().run(runRequest({ prompt: "TIMEOUT" }), host);
    for await (const event of run) if (event.type === "completed") order.push(event.answer);
    expect(order).toEqual(["withdrawn", "went on"]);
    expect(host.taken).toEqual([]);
  });

  it("is called off before the abort of a cancelled run, which pi would not hear otherwise", async () => {
    const host = createTestHost({
      decide: (...asked) => {
        setImmediate(() => host.abort());
        return untilWithdrawn(...asked);
      },
    });
    const patient = fakePi({ patience: { interruptMs: 60_000 } });
    const events = await collect(patient.run(runRequest({ prompt: "STUCK_DIALOG" }), host));
    expect(completedOf(events)).toMatchObject({ ok: false, error: "cancelled" });
  });

  it("ends the run when the denial says so, with what waits in the queue", async () => {
    const decide = (): Decision => ({ kind: "deny", reason: "stop it", interrupt: true });
    const { ok, error } = completedOf(await play("GATE_HANG", { decide, followUps: once("and then?") }));
    expect({ ok, error }).toEqual({ ok: false, error: "pi was interrupted before it had finished." });
  });

  it("makes the gate part of the process only where approvals are wanted", async () => {
    const { args, env } = launched.parse(
      JSON.parse(completedOf(await play("ARGS", { runner: { config: { ask_before: ["bash", "write"] } } })).answer),
    );
    expect(args[args.indexOf("--extension") + 1]).toMatch(/\/runners\/pi\/gate\.ts$/u);
    expect(env["TAKOPI_PI_ASK_BEFORE"]).toBe("bash,write");
    expect(fakePi({ config: { ask_before: ["*"] } }).capabilities.approvals).toBe(true);
    expect(fakePi({ config: { ask_before: [] } }).capabilities.approvals).toBe(false);
  });
});

describe.each(generations)("a run of pi %s", (_, isOld) => {
  const runner = { isOld };

  it("goes on through a retry, and says it", async () => {
    const events = await play("RETRY", { runner });
    expect(completedOf(events)).toMatchObject({ ok: true, answer: "after all" });
    expect(titles(events)).toEqual(["503 overloaded; retry 1 of 3 in 0.0 s"]);
  });

  it("waits until the context is compacted", async () => {
    const events = await play("COMPACT", { runner });
    expect(titles(events)).toEqual(["compacting context", "context compacted (it had 9000 tokens)"]);
    expect(completedOf(events)).toMatchObject({ ok: true, answer: "the answer" });
  });

  it("takes a follow-up while it works", async () => {
    let taken = 0;
    const followUps = once("be brief", () => (taken += 1));
    const { ok, answer } = completedOf(await play("STEERED", { runner, followUps }));
    expect({ ok, answer, taken }).toEqual({ ok: true, answer: "with: be brief", taken: 1 });
  });

  it("does not take a follow-up that pi refuses, or that comes when there is no run", async () => {
    for (const [prompt, text] of [
      ["STEERED_NOT", "REFUSED"],
      ["REFUSED", "be brief"],
      ["DIE", "be brief"],
    ] as const) {
      let taken = 0;
      const events = await play(prompt, { runner, followUps: once(text, () => (taken += 1)) });
      expect(taken).toBe(0);
      expect(events.filter(({ type }) => type === "completed")).toHaveLength(1);
      expect(titles(events)).toEqual([]);
    }
  });

  it("that pi refused does not go on with a follow-up, which will be a run of its own", async () => {
    const events = await play("REFUSED", { runner, followUps: once("TOUCH"), request: { cwd: folder } });
    expect(completedOf(events).ok).toBe(false);
    await expect(access(join(folder, "touched"))).rejects.toThrow("ENOENT");
  });

  it("may be a command of an extension, which starts nothing", async () => {
    expect(completedOf(await play("HANDLED", { runner }))).toMatchObject({ ok: true, answer: "" });
  });

  it("ends although the line that says so is longer than anybody keeps", async () => {
    expect(completedOf(await play("HUGE", { runner }))).toMatchObject({ ok: true, answer: "the answer" });
  });

  it("ends with the answer when pi says no more", async () => {
    const patience = { settleMs: 50, printSettleMs: 50, exitMs: 300 };
    expect(completedOf(await play("SILENT_END", { runner: { isOld, patience } }))).toMatchObject({
      ok: true,
      answer: "the answer",
    });
  });

  it("in print mode ends the same way", async () => {
    const config = { mode: "print" };
    expect(completedOf(await play("RETRY", { runner: { isOld, config } }))).toMatchObject({ answer: "after all" });
    expect(completedOf(await play("FAIL", { runner: { isOld, config } })).error).toBe("500: out of order");
  });
});

describe("the end of a run", () => {
  it("is the provider's error in words", async () => {
    expect(completedOf(await play("FAIL"))).toMatchObject({ ok: false, error: "500: out of order" });
  });

  it("is a hint where to log in when pi refuses the prompt", async () => {
    const { error } = completedOf(await play("REFUSED"));
    expect(error).toMatch(/^No API key found for x\.\nRun `pi` in a terminal/u);
    expect(error).not.toContain("/docs");
  });

  it.each(["rpc", "print"])("in %s mode has the exit code and the last words when the process dies", async (mode) => {
    const { ok, error } = completedOf(await play("DIE", { runner: { config: { mode } } }));
    expect({ ok, error }).toEqual({
      ok: false,
      error: "pi ended without a result (exit code 3).\nsomething broke\nthe last words",
    });
  });

  it("comes soon after a process closed its output, which goes although it hears nothing", async () => {
    const host = createTestHost();
    const runner = fakePi({ patience: { exitMs: 100, termMs: 100 } });
    const { ok, error } = completedOf(await collect(runner.run(runRequest({ prompt: "MUTE" }), host)));
    expect({ ok, error }).toEqual({ ok: false, error: expect.stringContaining("pi ended without a result") });
    expect(() => process.kill(host.processes[0]?.pid ?? 0, 0)).toThrow("ESRCH");
  });

  it("comes with the result, before a process that hangs there has gone", async () => {
    const host = createTestHost();
    const lingering = fakePi({ patience: { exitMs: 300 } }).run(runRequest({ prompt: "LINGER" }), host);
    for await (const event of lingering) {
      if (event.type !== "completed") continue;
      expect(event).toMatchObject({ ok: true, answer: "done" });
      expect(process.kill(host.processes[0]?.pid ?? 0, 0)).toBe(true);
    }
    expect(() => process.kill(host.processes[0]?.pid ?? 0, 0)).toThrow("ESRCH");
  });

  it("leaves no process that ignores the abort and SIGTERM", async () => {
    const host = createTestHost();
    const deaf = fakePi({ patience: { interruptMs: 100, termMs: 200 } }).run(runRequest({ prompt: "DEAF" }), host);
    for await (const event of deaf) if (event.type === "started") setTimeout(() => host.abort(), 50);
    expect(() => process.kill(host.processes[0]?.pid ?? 0, 0)).toThrow("ESRCH");
  });

  it("has the tokens and the cost of all its messages", async () => {
    expect(completedOf(await play("RETRY")).usage).toEqual({
      input: 20,
      output: 10,
      totalTokens: 30,
      cost: { total: 1 },
    });
  });

  it("says how to install a program that is missing, and keeps the session", async () => {
    const events = await play("hi", { runner: { config: { command: "/no/such/pi" } }, request: { resume: pi("abc") } });
    expect(events).toMatchObject([{ type: "completed", ok: false, resume: pi("abc") }]);
    expect(completedOf(events).error).toContain("npm install -g @earendil-works/pi-coding-agent");
  });
});

describe("a session", () => {
  it.each(["gone", "/no/such/session.jsonl"])("that pi no longer has, such as %s, is a fault", async (value) => {
    const events = await play("hi", { request: { resume: pi(value) } });
    expect(events).toMatchObject([{ type: "completed", ok: false, fault: "session_not_found" }]);
    expect(completedOf(events)).not.toHaveProperty("resume");
  });

  it("of another directory is named with it", async () => {
    const completed = completedOf(await play("hi", { request: { resume: pi("abroad") } }));
    expect(completed.error).toContain("belongs to another directory, /other/place.");
    expect(completed).toMatchObject({ ok: false, resume: pi("abroad") });
    expect(completed).not.toHaveProperty("fault");
  });

  it("must be the requested one", async () => {
    const completed = completedOf(await play("hi", { request: { resume: pi("moved") } }));
    expect(completed).toMatchObject({ ok: false, resume: pi("moved") });
    expect(completed.error).toContain("pi --session elsewhere");
  });

  it("may be named by its file, and keeps that name", async () => {
    const file = join(folder, "my session.jsonl");
    await writeFile(file, "");
    const events = await play("ARGS", { request: { resume: pi("my session.jsonl"), cwd: folder } });
    expect(events[0]).toMatchObject({ type: "started", resume: pi("my session.jsonl"), title: "fake-1" });
    const { args } = launched.parse(JSON.parse(completedOf(events).answer));
    expect(args[args.indexOf("--session") + 1]).toBe(file);
  });
});

describe("the process", () => {
  it("gets the choices of the run over those of the config, and no prompt", async () => {
    const config = { provider: "fake", model: "one", thinking: "low", ask_before: [], extra_args: ["--offline"] };
    const options = { model: "--session", effort: "high" };
    const request = { options, resume: pi("s-1") };
    const { answer } = completedOf(await play("ARGS", { runner: { config }, request }));
    const words = "--offline --mode rpc --provider fake --model --session --thinking high --session s-1";
    expect(launched.parse(JSON.parse(answer)).args).toEqual(words.split(" "));
  });

  it("knows that it is not in a terminal, unless the environment says otherwise", async () => {
    const envOf = async (env: Readonly<Record<string, string>>): Promise<Readonly<Record<string, string>>> =>
      launched.parse(JSON.parse(completedOf(await play("ARGS", { env })).answer)).env;
    const PATH = process.env["PATH"] ?? "";
    expect(await envOf({ PATH })).toMatchObject({ NO_COLOR: "1", CI: "1" });
    expect(await envOf({ PATH, CI: "false" })).toMatchObject({ NO_COLOR: "1", CI: "false" });
  });

  it("gets images, and the paths of other files", async () => {
    const image = join(folder, "dot.png");
    await writeFile(image, "pixels");
    const attachments = [
      { path: image, mediaType: "image/png" },
      { path: "/data/table.csv", mediaType: "text/csv" },
      { path: "/data/gone.png", mediaType: "image/png" },
    ];
    const text = "look\nAttached file: /data/table.csv\nAttached file: /data/gone.png";
    const sent = completedOf(await play("look", { request: { attachments } })).answer;
    const images = [{ type: "image", data: Buffer.from("pixels").toString("base64"), mimeType: "image/png" }];
    expect(JSON.parse(sent)).toEqual({ text, images });
    const printed = await play("ARGS", {
      request: { attachments: attachments.slice(0, 1) },
      runner: { config: { mode: "print" } },
    });
    expect(launched.parse(JSON.parse(completedOf(printed).answer)).args).toContain(`@${image}`);
  });

  it("may print what nobody understands: siblings survive, and unknown types are said once", async () => {
    const events = await play("NOISE");
    expect(completedOf(events)).toMatchObject({ ok: true, answer: "still here" });
    expect(titles(events)).toEqual([
      "pi printed a line that is not JSON",
      "look here",
      "lines of an unknown type: brand_new ×2",
    ]);
  });
});
