import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Decision } from "../../../src/domain/decision.ts";
import { toRunId } from "../../../src/domain/run.ts";
import { completedOf } from "../../factories.ts";
import { FakeHappy } from "./fake-happy.ts";
import { FakeMachine } from "./fake-happy-server/fake-machine.ts";
import { Play, play, titles } from "./play.ts";

let happy: FakeHappy;

beforeEach(async () => {
  happy = await FakeHappy.start();
});

afterEach(async () => {
  await happy.close();
});

describe("a prompt", () => {
  it("starts a session on the machine, shows its steps, and ends with its answer", async () => {
    const events = await play(happy.runner(), { prompt: "TOOLS" });
    const { id } = happy.session.options;
    expect(events[0]).toEqual({
      type: "started",
      engine: "happy",
      resume: { engine: "happy", value: id },
      title: "claude on workstation",
      meta: { machine: "workstation", directory: "/home/user/project" },
    });
    expect(events.slice(1, -1)).toMatchObject([
      { phase: "started", action: { kind: "command", title: "ls -1" } },
      { phase: "completed", action: { kind: "command", title: "ls -1" } },
      { phase: "completed", action: { kind: "note", title: "It needs a file." } },
      { phase: "started", action: { kind: "file_change", title: "out.txt" } },
      { phase: "completed", action: { kind: "file_change", title: "out.txt" } },
    ]);
    expect(completedOf(events)).toMatchObject({
      ok: true,
      answer: "Two tools were used.",
      usage: { input_tokens: 100 },
    });
    expect(happy.machine.spawned).toMatchObject([{ directory: "/home/user/project", agent: "claude" }]);
    await happy.server.deserted();
  });

  it("carries the choices of the run over those of the table", async () => {
    const config = { mode: "acceptEdits", model: "sonnet", effort: "low" };
    const runner = happy.runner({ config });
    await play(runner, { prompt: "META" });
    await play(runner, { prompt: "META", options: { model: "opus", effort: "high", plan: true } });
    const metas = [...happy.machine.sessions.values()].flatMap(({ prompts }) => prompts.map(({ meta }) => meta));
    expect(metas).toEqual([
      { sentFrom: "takopi", permissionMode: "acceptEdits", model: "sonnet", effort: "low" },
      { sentFrom: "takopi", permissionMode: "plan", model: "opus", effort: "high" },
    ]);
  });

  it("asks before everything unless the table says otherwise", async () => {
    await play(happy.runner(), { prompt: "META" });
    expect(happy.session.prompts[0]?.meta).toEqual({ sentFrom: "takopi", permissionMode: "default" });
  });

  it("arrives once, although the answer to it was lost", async () => {
    happy.server.faults.lostAnswers = 1;
    expect(completedOf(await play(happy.runner(), { prompt: "once" }))).toMatchObject({ ok: true, answer: "once" });
    expect(happy.session.prompts).toHaveLength(1);
  });

  it("of the same run is not sent a second time, and the answer that is there is the answer", async () => {
    const runId = toRunId("abc123def456");
    const first = completedOf(await play(happy.runner(), { runId, prompt: "once" }));
    const again = await play(happy.runner(), { runId, prompt: "once", ...(first.resume && { resume: first.resume }) });
    expect(completedOf(again)).toMatchObject({ ok: true, answer: "once" });
    expect(happy.session.prompts).toHaveLength(1);
  });

  it("names attached files, which are not on that machine", async () => {
    const attachments = [{ path: "/work/photo.png", mediaType: "image/png" }];
    const { answer } = completedOf(await play(happy.runner(), { prompt: "look", attachments }));
    expect(answer).toBe("look\n(The user attached a file that is not on this machine: /work/photo.png)");
  });

  it.each([
    ["whose turn's end is lost", "LOST_END", "The end is lost."],
    ["whose turn is split in two", "SPLIT", "Done."],
  ])("%s has its answer", async (_, prompt, answer) => {
    expect(completedOf(await play(happy.runner(), { prompt }))).toMatchObject({ ok: true, answer });
  });
});

describe("a session", () => {
  it("goes on with nothing but its id, after a restart of the bot", async () => {
    const { resume } = completedOf(await play(happy.runner(), { prompt: "one" }));
    const events = await play(happy.runner(), { prompt: "two", ...(resume && { resume }) });
    expect(events[0]).toMatchObject({ type: "started", resume });
    expect(completedOf(events)).toMatchObject({ ok: true, answer: "two", resume });
    expect(happy.session.prompts.map(({ text }) => text)).toEqual(["one", "two"]);
    expect(happy.machine.sessions.size).toBe(1);
  });

  it("that was stopped is started again, and says so", async () => {
    const { resume } = completedOf(await play(happy.runner(), { prompt: "one" }));
    await happy.stop(resume?.value);
    const events = await play(happy.runner(), { prompt: "two", ...(resume && { resume }) });
    expect(completedOf(events)).toMatchObject({ ok: true, answer: "two", resume });
    expect(titles(events)).toEqual(["starting the session again on workstation"]);
    // The server goes on calling it stopped: it is not started a second time.
    const third = await play(happy.runner(), { prompt: "three", ...(resume && { resume }) });
    expect(completedOf(third)).toMatchObject({ ok: true, answer: "three" });
    expect(titles(third)).toEqual([]);
  });

  it("whose program is gone without a word is started again, although the server takes it for running", async () => {
    const { resume } = completedOf(await play(happy.runner(), { prompt: "one" }));
    happy.session.disconnect();
    // The server waits for somebody to listen, for longer than there is patience.
    happy.server.faults.listenerMs = 2_000;
    const runner = happy.runner({ patience: { surelyMs: 200 } });
    const events = await play(runner, { prompt: "two", ...(resume && { resume }) });
    expect(completedOf(events)).toMatchObject({ ok: true, answer: "two", resume });
    expect(titles(events)).toEqual(["starting the session again on workstation"]);
  });

  it("that is gone is a fault, so that a new one can be begun", async () => {
    const resume = { engine: "happy", value: "cmgone" };
    const events = await play(happy.runner(), { prompt: "hi", resume });
    expect(events).toMatchObject([{ type: "completed", ok: false, fault: "session_not_found" }]);
    expect(completedOf(events).resume).toBeUndefined();
  });

  it("that answers an earlier prompt is waited for", async () => {
    const first = new Play(happy.runner(), { prompt: "PERMISSION" }, { decide: () => new Promise(() => {}) });
    await first.started();
    await happy.session.asks("toolu_ask");
    // The bot was killed, and knows no more than the session. Only the second one asks the user.
    const resume = { engine: "happy", value: happy.session.options.id };
    let allow = (_decision: Decision): void => {};
    const allowed = new Promise<Decision>((resolve) => (allow = resolve));
    const second = new Play(happy.runner(), { prompt: "second", resume }, { decide: () => allowed });
    const waiting = "waiting for the prompt before this one";
    await second.until((event) => event.type === "action" && event.action.title === waiting);
    allow({ kind: "approve", scope: "once" });
    const events = await second.over;
    expect(titles(events)).toEqual(["touch x", waiting]);
    expect(completedOf(events)).toMatchObject({ ok: true, answer: "second" });
    // Before that it was asked whether it is there.
    expect(happy.session.answers.slice(1)).toMatchObject([{ id: "toolu_ask", approved: true }]);
    await first.over;
  });

  it("is listed with its title where it works in the table's directory", async () => {
    const { resume } = completedOf(await play(happy.runner(), { prompt: "one" }));
    await play(happy.runner({ config: { directory: "/elsewhere" } }), { prompt: "two" });
    await happy.client().setSessionName(resume?.value ?? "", "Nightly build");
    const sessions = await happy.runner().listSessions?.("/work", { signal: AbortSignal.timeout(10_000), env: {} });
    expect(sessions).toMatchObject([
      { token: resume, title: "Nightly build", cwd: "/home/user/project", isOpen: true },
    ]);
  });
});

describe("two machines", () => {
  it("work at once for two chats, each in its own session", async () => {
    const { server, account } = happy;
    const laptop = await FakeMachine.start({ server, account, host: "laptop", isOld: true });
    const here = new Play(happy.runner({ engine: "workstation" }), { prompt: "PERMISSION" });
    const there = new Play(happy.runner({ engine: "laptop", config: { machine: "laptop" } }), { prompt: "PERMISSION" });
    const ends = (await Promise.all([here.over, there.over])).map(completedOf);
    expect(ends).toMatchObject([
      { engine: "workstation", ok: true, resume: { value: happy.session.options.id } },
      { engine: "laptop", ok: true, resume: { value: laptop.session.options.id } },
    ]);
    expect([happy.session.answers, laptop.session.answers]).toMatchObject([[{ approved: true }], [{ approved: true }]]);
    laptop.goOffline();
  });

  it("of one name are told apart by their ids", async () => {
    const { server, account, machine } = happy;
    const other = await FakeMachine.start({ server, account });
    const { error } = completedOf(await play(happy.runner(), { prompt: "hi" }));
    expect(error).toContain('"workstation" is the name of several machines');
    expect(error).toContain(machine.id);
    const runner = happy.runner({ config: { machine: other.id } });
    expect(completedOf(await play(runner, { prompt: "hi" })).ok).toBe(true);
    expect(other.sessions.size).toBe(1);
    other.goOffline();
  });
});

describe("a machine", () => {
  it("that goes offline in mid-turn ends the run with words on what to do, and the session can go on later", async () => {
    const run = new Play(happy.runner(), { prompt: "HANG" });
    await happy.begun(run);
    happy.machine.goOffline();
    const { ok, answer, error, resume } = completedOf(await run.over);
    expect({ ok, answer }).toEqual({ ok: false, answer: "I will take my time." });
    expect(error).toMatch(/^workstation went offline before claude had answered.*\n.*happy daemon status/u);
    await happy.machine.comeOnline();
    const later = await play(happy.runner(), { prompt: "again", ...(resume && { resume }) });
    expect(completedOf(later)).toMatchObject({ ok: true, answer: "again", resume });
  });

  it("that is offline from the start is an error with its name", async () => {
    happy.machine.goOffline();
    const { ok, error } = completedOf(await play(happy.runner(), { prompt: "hi" }));
    expect({ ok, error }).toEqual({
      ok: false,
      error:
        "The machine workstation is not connected to the Happy server.\n" +
        "Is workstation on, and does `happy daemon status` there say that it runs?",
    });
  });

  it("that is not known is an error that names those that are", async () => {
    const { error } = completedOf(await play(happy.runner({ config: { machine: "laptop" } }), { prompt: "hi" }));
    const known = `It has: workstation (${happy.machine.id}).`;
    expect(error).toBe(`There is no machine "laptop" in this Happy account. ${known}`);
  });

  it("without the directory is an error that says so, unless it may be made", async () => {
    const config = { directory: "/home/user/missing" };
    const { error } = completedOf(await play(happy.runner({ config }), { prompt: "hi" }));
    expect(error).toBe(
      "/home/user/missing does not exist on the machine: make it, or allow it to be made.\n" +
        "With create_dir = true under [happy] it is made.",
    );
    const runner = happy.runner({ config: { ...config, create_dir: true } });
    expect(completedOf(await play(runner, { prompt: "hi" }))).toMatchObject({ ok: true, answer: "hi" });
  });
});

describe("a connection", () => {
  it("that breaks is shown, and nothing that was said meanwhile is lost", async () => {
    const run = new Play(happy.runner(), { prompt: "PERMISSION" }, { decide: () => new Promise(() => {}) });
    await run.started();
    await happy.session.asks("toolu_ask");
    happy.server.breakConnections();
    const isOfConnection = (phase: string) => (event: (typeof run.events)[number]) =>
      event.type === "action" && event.phase === phase && event.action.id.includes("connection");
    await run.until(isOfConnection("started"));
    happy.session.takeBack("toolu_ask");
    await run.until(isOfConnection("completed"));
    expect(completedOf(await run.over)).toMatchObject({ ok: true, answer: '"taken back"' });
  });

  it("that does not come back ends the run", async () => {
    const run = new Play(happy.runner({ patience: { reconnectMs: 100 } }), { prompt: "HANG" });
    await happy.begun(run);
    await happy.server.goDown();
    const { ok, error } = completedOf(await run.over);
    expect(ok).toBe(false);
    expect(error).toMatch(/^The connection to the Happy server was lost\. claude on workstation may go on/u);
  });
});

describe("the end of a run", () => {
  it.each([
    ["FAIL", "claude on workstation reports an error: API Error: 500 out of order"],
    ["API_ERROR", "claude on workstation reports an error: API Error: 400 The request was not valid."],
    ["EMPTY", "claude on workstation ended its turn without a word. Send a message to let it go on."],
  ])("of %s is an error in words", async (prompt, error) => {
    expect(completedOf(await play(happy.runner(), { prompt }))).toMatchObject({ ok: false, answer: "", error });
  });

  it("comes when the session is stopped, deleted or interrupted elsewhere", async () => {
    const endings: readonly (readonly [(id: string) => Promise<unknown>, RegExp])[] = [
      [async (id) => await happy.stop(id), /was ended before claude had answered\. Send a message/u],
      [async (id) => await happy.client().deleteSession(id), /was deleted before claude had answered.*\/new/u],
      [async (id) => await happy.abort(id), /was interrupted before it had finished, in the Happy app/u],
    ];
    for (const [end, error] of endings) {
      const run = new Play(happy.runner(), { prompt: "HANG" });
      await happy.begun(run);
      await end(happy.session.options.id);
      expect(completedOf(await run.over)).toMatchObject({ ok: false, error: expect.stringMatching(error) });
    }
  });

  it("comes after timeout_s, and nothing goes on there", async () => {
    const { error } = completedOf(await play(happy.runner({ config: { timeout_s: 0.3 } }), { prompt: "HANG" }));
    expect(error).toBe("claude on workstation took longer than 0.3 s and was stopped. Raise timeout_s under [happy].");
    await happy.session.played();
  });

  it("comes when the session does not react", async () => {
    const deaf = await FakeHappy.start({ script: () => Promise.resolve() });
    const { error } = completedOf(await play(deaf.runner({ patience: { unheardMs: 200 } }), { prompt: "hi" }));
    expect(error).toMatch(/did not react to the prompt/u);
    await deaf.close();
  });
});

describe("an abort", () => {
  it("interrupts the agent in its own way", async () => {
    const run = new Play(happy.runner(), { prompt: "HANG" });
    await happy.begun(run);
    run.host.abort();
    const { ok, error, resume } = completedOf(await run.over);
    expect({ ok, error, id: resume?.value }).toEqual({ ok: false, error: "cancelled", id: happy.session.options.id });
    await happy.session.played();
    expect(happy.session.isConnected).toBe(true);
    const next = await play(happy.runner(), { prompt: "go on", ...(resume && { resume }) });
    expect(completedOf(next)).toMatchObject({ ok: true, answer: "go on" });
  });

  it("ends the program of an agent that does not let itself be interrupted", async () => {
    const run = new Play(happy.runner({ patience: { abortMs: 200 } }), { prompt: "DEAF" });
    await run.until((event) => event.type === "action");
    run.host.abort();
    expect(completedOf(await run.over)).toMatchObject({ ok: false, error: "cancelled" });
    expect(happy.session.isConnected).toBe(false);
  });

  it("before an existing session was looked at begins nothing there", async () => {
    const { resume } = completedOf(await play(happy.runner(), { prompt: "one" }));
    await happy.stop(resume?.value);
    const run = new Play(happy.runner(), { prompt: "two", ...(resume && { resume }) });
    await run.started();
    run.host.abort();
    expect(completedOf(await run.over)).toMatchObject({ ok: false, error: "cancelled", resume });
    await happy.server.deserted();
    expect(happy.session.prompts.map(({ text }) => text)).toEqual(["one"]);
  });

  it("while the session is being started leaves none behind", async () => {
    const run = new Play(happy.runner(), { prompt: "hi" });
    await happy.machine.spawns(1);
    run.host.abort();
    expect(completedOf(await run.over)).toMatchObject({ ok: false, error: "cancelled" });
    await happy.machine.stops(1);
    expect(happy.session.prompts).toEqual([]);
  });
});
