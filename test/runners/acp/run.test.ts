import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { TakopiEvent } from "../../../src/domain/event.ts";
import type { RunRequest } from "../../../src/runner/runner.ts";
import { collect, completedOf, createTestHost, runRequest, type TestHostOptions } from "../../factories.ts";
import { fakeAgent, type FakeAgentOptions } from "./fake-agent.ts";

interface Play extends TestHostOptions, FakeAgentOptions {
  readonly request?: Partial<RunRequest>;
}

async function play(
  prompt: string,
  { request = {}, decide, env, ...runner }: Play = {},
): Promise<readonly TakopiEvent[]> {
  const host = createTestHost({ ...(decide && { decide }), ...(env && { env }) });
  return await collect(fakeAgent(runner).run(runRequest({ prompt, ...request }), host));
}

function titles(events: readonly TakopiEvent[]): readonly string[] {
  return events.flatMap((event) => (event.type === "action" ? [`${event.phase} ${event.action.title}`] : []));
}

const sentCalls = z.array(z.object({ method: z.string(), params: z.record(z.string(), z.unknown()) }));

async function callsOf(options: Play): Promise<z.infer<typeof sentCalls>> {
  return sentCalls.parse(JSON.parse(completedOf(await play("CALLS", options)).answer));
}

describe("the greeting", () => {
  it("offers forms but neither files nor terminals, and opens a session in the run's directory", async () => {
    const [greeting, opening, prompt] = await callsOf({ request: { cwd: "/tmp" } });
    expect(greeting).toMatchObject({
      method: "initialize",
      params: {
        protocolVersion: 1,
        clientCapabilities: {
          fs: { readTextFile: false, writeTextFile: false },
          terminal: false,
          elicitation: { form: {} },
        },
      },
    });
    expect(opening).toEqual({ method: "session/new", params: { cwd: "/tmp", mcpServers: [] } });
    expect(prompt).toMatchObject({ method: "session/prompt", params: { prompt: [{ type: "text", text: "CALLS" }] } });
  });

  it("tells in started which agent, model and mode it is", async () => {
    const [started] = await play("hello");
    expect(started).toMatchObject({
      type: "started",
      title: "Fake Agent",
      meta: { agent: "Fake Agent", version: "1.2.3", model: "small", mode: "ask" },
    });
  });

  it("refuses a version of the protocol that is not spoken here", async () => {
    const { error } = completedOf(await play("hello", { ways: { version: 2 } }));
    expect(error).toContain("version 2 of the Agent Client Protocol");
  });

  it("gives up an agent that never opens its session, and says what to do", async () => {
    const events = await play("hello", { ways: { hangs: true }, config: { start_timeout_s: 1.5 } });
    expect(events).toHaveLength(1);
    expect(completedOf(events).error).toBe(
      "fake did not open a session within 1.5 s. Raise start_timeout_s, or try it in a terminal.",
    );
  });
});

describe("a session", () => {
  const request = { resume: { engine: "fake", value: "ses-1" } };

  it("is resumed without its history where the agent can, and loaded where it can't", async () => {
    const methods = async (continues: string): Promise<readonly string[]> =>
      (await callsOf({ request, ways: { continues } })).map(({ method }) => method);
    expect(await methods("resume")).toEqual(["initialize", "session/resume", "session/prompt"]);
    expect(await methods("load")).toEqual(["initialize", "session/load", "session/prompt"]);
    expect(await methods("lies")).toEqual(["initialize", "session/resume", "session/load", "session/prompt"]);
  });

  it.each(["before", "after"])(
    "keeps its history out of the answer when it is told %s the response",
    async (replays) => {
      const events = await play("hello", { request, ways: { continues: "load", replays } });
      expect(events).toMatchObject([
        { type: "started", resume: request.resume },
        { type: "completed", ok: true, answer: "hello", resume: request.resume },
      ]);
    },
  );

  it.each([
    ["resume", "no rollout found for it"],
    ["load", "Resource not found"],
    ["none", "can't continue sessions"],
  ])("that is gone is said to be so by an agent that can %s", async (continues, words) => {
    const events = await play("hello", { request: { resume: { engine: "fake", value: "gone" } }, ways: { continues } });
    expect(events).toMatchObject([{ type: "completed", ok: false, fault: "session_not_found" }]);
    expect(events[0]).not.toHaveProperty("resume");
    expect(completedOf(events).error).toContain(words);
  });

  it("that became another one ends the run", async () => {
    const events = await play("hello", { request, ways: { moves: true } });
    expect(events).toHaveLength(1);
    expect(completedOf(events).error).toContain("opened session ses-moved instead of ses-1");
  });
});

describe("settings", () => {
  const settingCalls = async (options: Play): Promise<readonly unknown[]> =>
    (await callsOf(options)).filter(({ method }) => method.startsWith("session/set_"));

  it("are made through the session's options, by id or by name, those that differ", async () => {
    const config = { mode: "ALL", model: "Big", effort: "low" };
    expect(await settingCalls({ config })).toMatchObject([
      { method: "session/set_config_option", params: { configId: "mode", value: "yolo" } },
      { method: "session/set_config_option", params: { configId: "model", value: "acme/big" } },
    ]);
  });

  it("are made with the older methods where there are no options", async () => {
    const calls = await settingCalls({ config: { mode: "yolo", model: "Big" }, ways: { settings: "older" } });
    expect(calls).toMatchObject([
      { method: "session/set_mode", params: { modeId: "yolo" } },
      { method: "session/set_model", params: { modelId: "big" } },
    ]);
  });

  it("of the run come before those of the table, and are made again in a resumed session", async () => {
    const request = { resume: { engine: "fake", value: "ses-1" }, options: { model: "acme/big", effort: "high" } };
    expect(await settingCalls({ config: { model: "small" }, request })).toMatchObject([
      { params: { sessionId: "ses-1", configId: "model", value: "acme/big" } },
      { params: { configId: "reasoning", value: "high" } },
    ]);
  });

  it("the agent refuses end the run with what it has", async () => {
    const { error } = completedOf(await play("hello", { config: { mode: "nonsense" } }));
    expect(error).toBe('fake did not take the mode "nonsense": Invalid params: no such value\nIt has: ask, yolo.');
  });

  it("the agent does not have end the run: another mode may allow more", async () => {
    const { ok, error } = completedOf(await play("hello", { config: { mode: "yolo" }, ways: { settings: "none" } }));
    expect({ ok, error }).toEqual({
      ok: false,
      error: "fake does not let its mode be chosen. Remove the mode, and set it in its own configuration.",
    });
  });
});

describe("logging in", () => {
  const ways = { authMethods: [{ id: "oauth", name: "Browser" }, { id: "key" }] };

  it("is never begun on our own: the error names the ways", async () => {
    const { error } = completedOf(await play("hello", { ways }));
    expect(error).toBe(
      "fake is not logged in, or its key was refused.\n" +
        "It offers: oauth (Browser); key. Choose one with auth_method under [engines.fake].",
    );
  });

  it("is done in the way the table names", async () => {
    const calls = await callsOf({ ways, config: { auth_method: "key" } });
    expect(calls.map(({ method }) => method)).toEqual([
      "initialize",
      "session/new",
      "authenticate",
      "session/new",
      "session/prompt",
    ]);
    expect(calls[2]?.params).toEqual({ methodId: "key" });
  });

  it("is advised for an agent that is known", async () => {
    const { error } = completedOf(await play("AUTH", { engine: "gemini" }));
    expect(error).toContain("What helps: run `gemini` in a terminal on the bot's machine, or set GEMINI_API_KEY.");
  });
});

describe("the end of a run", () => {
  it.each([
    ["REFUSE", "refused to go on"],
    ["STOPPED", "an action was refused or it was interrupted"],
    ["FAIL", "fake reports an error: the model is out of order"],
    [
      "EMPTY",
      "ended its turn without an answer. Its model may be out of reach: check its login and model.\n401 from the model",
    ],
  ])("%s is a failure with a reason", async (prompt, words) => {
    const { ok, error } = completedOf(await play(prompt));
    expect(ok).toBe(false);
    expect(error).toContain(words);
  });

  it.each([
    ["SHORT", "half of", "limit of output tokens"],
    ["ODD", "done", "a reason unknown here: brand_new_reason"],
  ])("%s is an answer with a warning", async (prompt, answer, words) => {
    const events = await play(prompt);
    expect(completedOf(events)).toMatchObject({ ok: true, answer, usage: { inputTokens: 1, outputTokens: 2 } });
    expect(titles(events).join("\n")).toContain(words);
  });

  it("has the exit code and the last words when the process dies", async () => {
    const { error, resume } = completedOf(await play("DIE"));
    expect(error).toBe("fake ended without a result (exit code 3).\nsomething broke\nthe last words");
    expect(resume?.value).toMatch(/^ses-/u);
  });

  it("comes with the result, before a process that never exits by itself is gone", async () => {
    const host = createTestHost();
    const runner = fakeAgent({ ways: { staysOpen: true }, patience: { exitMs: 100 } });
    for await (const event of runner.run(runRequest({ prompt: "hello" }), host)) {
      if (event.type === "completed") expect(process.kill(host.processes[0]?.pid ?? 0, 0)).toBe(true);
    }
    expect(() => process.kill(host.processes[0]?.pid ?? 0, 0)).toThrow("ESRCH");
  });

  it.each([
    ["HANG", {}],
    ["HANG", { ignoresCancel: true }],
    ["DEAF", { ignoresCancel: true }],
  ])("is cancelled when the host aborts %s, with an agent that is %o", async (prompt, ways) => {
    const host = createTestHost();
    const runner = fakeAgent({ ways, patience: { cancelMs: 150, exitMs: 100, termMs: 100 } });
    const events: TakopiEvent[] = [];
    for await (const event of runner.run(runRequest({ prompt }), host)) {
      events.push(event);
      if (event.type === "started") host.abort();
    }
    expect(completedOf(events)).toMatchObject({ ok: false, error: "cancelled" });
    expect(() => process.kill(host.processes[0]?.pid ?? 0, 0)).toThrow("ESRCH");
  });

  it("says how to install a program that is missing", async () => {
    const { error } = completedOf(
      await play("hi", { engine: "gemini", config: { command: ["/no/such/gemini", "--acp"] } }),
    );
    expect(error).toContain("npm install -g @google/gemini-cli");
  });
});

describe("what the agent sends", () => {
  it("that is noise costs nothing of what is not", async () => {
    const events = await play("NOISE");
    expect(completedOf(events)).toMatchObject({ ok: true, answer: "still here" });
    expect(titles(events)).toEqual([
      "completed fake printed a line that is not JSON",
      "completed read: `a.txt`",
      "completed messages of an unknown type: line that is not JSON ×1, brand/new ×1, session/update hologram ×1, tool_call without an id ×1",
    ]);
  });

  it("as a placeholder of a call is shown when it means something, or when it has lasted", async () => {
    expect(titles(await play("PLACEHOLDER"))).toEqual(["started make", "completed make", "completed Terminal"]);
    const slow = await play("PLACEHOLDER", { ways: { pauseMs: 150 }, patience: { revealMs: 20 } });
    expect(titles(slow)).toEqual(["started make", "completed make", "started Terminal", "completed Terminal"]);
  });

  it("as thoughts in pieces is one note", async () => {
    expect(titles(await play("THOUGHTS"))).toEqual(["completed Let me think."]);
  });
});

describe("the child", () => {
  it("gets the variables of the table, and none that say it runs inside another agent", async () => {
    const env = { PATH: process.env["PATH"] ?? "", CLAUDECODE: "1", CLAUDE_CODE_ENTRYPOINT: "cli" };
    const { answer } = completedOf(await play("LAUNCH", { env, config: { env: { MY_KEY: "v" } } }));
    const launched = z.object({ env: z.record(z.string(), z.string()) }).parse(JSON.parse(answer));
    expect(launched.env).toMatchObject({ MY_KEY: "v", PATH: env.PATH });
    expect(Object.keys(launched.env)).not.toContain("CLAUDECODE");
    expect(Object.keys(launched.env)).not.toContain("CLAUDE_CODE_ENTRYPOINT");
  });
});
