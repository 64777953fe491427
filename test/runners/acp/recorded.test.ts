// What the documents don't say, with the agents that were seen to do it.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { configSchema } from "../../../runners/acp/config.ts";
import { knownAgents } from "../../../runners/acp/known-agents.ts";
import { createAcpRunner } from "../../../runners/acp/runner.ts";
import type { ActionEvent, TakopiEvent } from "../../../src/domain/event.ts";
import { collect, completedOf, createTestHost, runRequest } from "../../factories.ts";
import { fixturesUrl, replay } from "./replay.ts";

async function runOf(name: string, prompt: string): Promise<readonly TakopiEvent[]> {
  const run = (await replay(name)).find((each) => each.prompt.startsWith(prompt));
  if (run === undefined) throw new Error(`${name} has no prompt ${prompt}`);
  return run.events;
}

function actions(events: readonly TakopiEvent[], kind?: string): readonly ActionEvent[] {
  const all = events.flatMap((event) => (event.type === "action" ? [event] : []));
  return kind === undefined ? all : all.filter(({ action }) => action.kind === kind);
}

const everyone = ["claude-agent-acp", "cline", "codex-acp", "copilot", "gemini", "kilo", "opencode", "pi-acp", "qwen"];

/** Gemini tells of no failure at all (0.61); Pi's adapter says 1 whatever it was (0.0.34). */
const exitCodes: ReadonlyMap<string, number | string> = new Map<string, number | string>([
  ["gemini", "untold"],
  ["pi-acp", 1],
]);

describe("tools as agents report them", () => {
  it.each(everyone)(
    "of %s are commands with their line and exit, and files with what was done to them",
    async (agent) => {
      const failing = actions(await runOf(`${agent}--tools-allow`, "FAIL_BASH"), "command");
      expect(failing.map(({ action }) => action.title)).toEqual(failing.map(() => "echo oops >&2; exit 7"));
      expect(failing[0]?.phase).toBe("started");
      expect(failing.at(-1)).toMatchObject({ phase: "completed", ok: agent === "gemini" });
      expect(failing.at(-1)?.action.detail.exitCode ?? "untold").toBe(exitCodes.get(agent) ?? 7);
      const written = actions(await runOf(`${agent}--tools-allow`, "WRITE_FILE"), "file_change").at(-1);
      expect(written).toMatchObject({ phase: "completed", ok: true, action: { title: "hello.txt" } });
      expect(written?.action.detail.changes).toEqual([{ path: expect.stringMatching(/hello\.txt$/u), kind: "add" }]);
      const edited = actions(await runOf(`${agent}--tools-allow`, "EDIT_FILE"));
      expect(edited.find(({ phase, action }) => phase === "completed" && action.kind !== "note")).toMatchObject({
        action: { kind: "tool", title: "read: `hello.txt`" },
      });
    },
  );

  it("appear with the permission that is asked for them when nothing announced them (Gemini)", async () => {
    const [note, started] = actions(await runOf("gemini--tools-allow", "RUN_BASH"));
    expect(note?.action.title).toBe("I will run a command.");
    expect(started).toMatchObject({
      phase: "started",
      action: { kind: "command", title: "touch made.txt && echo made-it" },
    });
  });

  it.each(["codex-acp", "copilot"])("that %s leaves open after a cancel are closed as failed", async (agent) => {
    const commands = actions(await runOf(`${agent}--cancel`, "LONG_BASH"), "command");
    expect(commands.map(({ phase }) => phase)).toEqual(["started", "completed"]);
    expect(commands[1]?.ok).toBe(false);
  });

  it.each(["gemini", "cline"])("that %s calls completed although they were cancelled are failed", async (agent) => {
    expect(actions(await runOf(`${agent}--cancel`, "LONG_BASH"), "command").at(-1)).toMatchObject({ ok: false });
  });

  it.each(["claude-agent-acp", "copilot", "opencode", "cline", "qwen", "gemini"])(
    "that were refused are failed, and the turn of %s goes on",
    async (agent) => {
      const events = await runOf(`${agent}--tools-reject`, "WRITE_FILE");
      expect(actions(events, "file_change").at(-1)).toMatchObject({ phase: "completed", ok: false });
      expect(completedOf(events).ok).toBe(true);
    },
  );

  it.each(["codex-acp", "codex-acp-zed"])("that were refused end the turn of %s, which is said", async (agent) => {
    const { ok, error } = completedOf(await runOf(`${agent}--tools-reject`, "WRITE_FILE"));
    expect(ok).toBe(false);
    expect(error).toContain("an action was refused");
  });
});

describe("what agents say", () => {
  it.each(everyone)("%s: the answer is what comes after the last tool", async (agent) => {
    const { answer } = completedOf(await runOf(`${agent}--tools-allow`, "RUN_BASH"));
    expect(answer).toBe("The command printed its output. Done.");
  });

  it.each(["codex-acp", "codex-acp-zed", "copilot"])("%s: remarks of the program are no answer", async (agent) => {
    for (const { events } of await replay(`${agent}--tools-allow`)) {
      expect(completedOf(events).answer).not.toMatch(/Model metadata|^Info:/u);
    }
  });

  it("a plan is one action that changes (Codex)", async () => {
    const plans = actions(await runOf("codex-acp-zed--multi-step", "MULTI_STEP")).filter(
      ({ action }) => action.id === "acp.plan",
    );
    expect(plans.map(({ phase, action }) => `${phase} ${action.title}`)).toEqual([
      "started plan: 1/3 Run the command",
      "updated plan: 3/3",
      "completed plan: 3/3",
    ]);
  });

  it("usage comes with the result, in a note of it, or with an empty chunk", async () => {
    const usage = async (name: string): Promise<unknown> => completedOf(await runOf(name, "hi")).usage;
    expect(await usage("codex-acp--cancel")).toMatchObject({ inputTokens: 80, context_used: 112 });
    expect(await usage("gemini--cancel")).toMatchObject({ input_tokens: 100 });
    expect(await usage("qwen--cancel")).toMatchObject({ inputTokens: 100 });
  });
});

describe("an error of the model's service", () => {
  it.each([
    ["opencode", "fake 401"],
    ["codex-acp-zed", "unexpected status 401 Unauthorized"],
    ["codex-acp", "not logged in, or its key was refused"],
    ["gemini", "fake 401: scripted failure"],
    ["qwen", "401 fake 401"],
    ["copilot", "Authentication failed with provider"],
    ["cline", "ended its turn without an answer"],
    ["pi-acp", "ended its turn without an answer"],
  ])("is one in the words of %s", async (agent, words) => {
    const { ok, answer, error } = completedOf(await runOf(`${agent}--errors`, "ERROR401"));
    expect({ ok, answer }).toEqual({ ok: false, answer: "" });
    expect(error).toContain(words);
  });
});

const player = fileURLToPath(new URL("../../../fixtures/programs-acp/player.mjs", import.meta.url));
const opened = z.object({
  msg: z.object({
    method: z.string().optional(),
    params: z.looseObject({ sessionId: z.string().optional() }).optional(),
  }),
});

/** The first prompt of a recording, played by a program behind the real runner. */
async function perform(name: string): Promise<readonly TakopiEvent[]> {
  const path = fileURLToPath(new URL(`${name}.jsonl`, fixturesUrl));
  const lines = readFileSync(path, "utf8")
    .split("\n")
    .flatMap((line) => {
      const parsed = line === "" ? undefined : opened.safeParse(JSON.parse(line));
      return parsed?.success === true ? [parsed.data.msg] : [];
    });
  const loaded = lines.find(({ method }) => method === "session/load")?.params?.sessionId;
  const engine = name.split("--")[0] ?? name;
  const command = knownAgents.find(({ id }) => id === engine)?.command ?? [engine];
  const config = configSchema.parse({ command: [process.execPath, player, path, ...command] });
  const runner = createAcpRunner({ engine, config, configDir: "/", patience: { quietMs: 40, exitMs: 500 } });
  const resume = loaded === undefined ? {} : { resume: { engine, value: loaded } };
  const host = createTestHost();
  return await collect(runner.run(runRequest({ prompt: "as recorded", cwd: "/tmp", ...resume }), host));
}

describe("a recording behind the whole runner", () => {
  it.each(everyone)("of %s starts before it answers", async (agent) => {
    const events = await perform(`${agent}--session-1-new`);
    expect(events[0]).toMatchObject({
      type: "started",
      title: expect.stringMatching(/\S/u),
      meta: { version: expect.any(String) },
    });
    expect(completedOf(events)).toMatchObject({ ok: true, answer: expect.stringContaining("remembered") });
  });

  it.each(["claude-agent-acp", "cline", "codex-acp", "copilot", "opencode", "pi-acp", "qwen"])(
    "of %s continues a session without telling it again",
    async (agent) => {
      const events = await perform(`${agent}--session-2-load`);
      expect(events[0]?.type).toBe("started");
      const { ok, answer } = completedOf(events);
      expect(ok).toBe(true);
      expect(answer).toMatch(/hi again$/u);
      expect(actions(events, "command")).toEqual([]);
    },
  );

  it("says that a session is gone (Gemini)", async () => {
    expect(await perform("gemini--load-invalid")).toMatchObject([{ type: "completed", fault: "session_not_found" }]);
  });

  it("refuses to write files for an agent that was not told it could ask (OpenCode)", async () => {
    const events = await perform("opencode--write-fs-refused");
    expect(actions(events, "file_change").at(-1)).toMatchObject({ phase: "completed", ok: true });
    expect(completedOf(events).ok).toBe(true);
  });
});
