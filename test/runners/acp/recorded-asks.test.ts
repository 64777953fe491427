// What real agents ask, as the user is asked.
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { configSchema } from "../../../runners/acp/config.ts";
import { createAcpRunner } from "../../../runners/acp/runner.ts";
import type { ApprovalRequest, Decision } from "../../../src/domain/decision.ts";
import { collect, completedOf, createTestHost, runRequest } from "../../factories.ts";
import { fixturesUrl, replayAsks } from "./replay.ts";

async function approvals(agent: string): Promise<readonly ApprovalRequest[]> {
  return (await replayAsks(`${agent}--tools-allow`)).flatMap((each) => (each.kind === "approval" ? [each] : []));
}

const shown = z.looseObject({
  command: z.string().optional(),
  cwd: z.string().optional(),
  path: z.string().optional(),
  diff: z.string().optional(),
});

const inputOf = ({ input }: ApprovalRequest): z.infer<typeof shown> => shown.parse(input);

describe("the approval of a command", () => {
  it.each(["claude-agent-acp", "cline", "copilot", "gemini", "kilo", "opencode", "qwen"])(
    "of %s tells the command and where it runs",
    async (agent) => {
      const commands = (await approvals(agent)).map(inputOf).filter(({ command }) => command !== undefined);
      expect(commands.map(({ command }) => command)).toEqual([
        "touch made.txt && echo made-it",
        "echo oops >&2; exit 7",
      ]);
      for (const { cwd } of commands) expect(cwd).toBe("/home/user/project");
    },
  );

  it("keeps the agent's own fields beside", async () => {
    const [first] = await approvals("claude-agent-acp");
    expect(first?.input).toEqual({
      command: "touch made.txt && echo made-it",
      description: "Run a command",
      cwd: "/home/user/project",
    });
  });
});

describe("the approval of an edit", () => {
  const twoEdits = ["claude-agent-acp", "cline", "codex-acp", "copilot", "gemini", "kilo", "opencode", "qwen"];

  it.each([...twoEdits, "codex-acp-zed"])("of %s tells the file and what becomes of it", async (agent) => {
    const edits = (await approvals(agent)).map(inputOf).filter(({ diff }) => diff !== undefined);
    expect(edits).toHaveLength(agent === "codex-acp-zed" ? 1 : 2);
    for (const { path } of edits) expect(path).toMatch(/hello\.txt$/u);
    expect(edits[0]?.diff).toMatch(/^\+hello from fake\n\+second line$/mu);
    if (edits[1] !== undefined) expect(edits[1].diff).toMatch(/^-second line\n\+second line, edited$/mu);
  });

  it("is a unified diff where the agent has the texts before and after", async () => {
    const [, edit] = (await approvals("gemini")).map(inputOf).filter(({ diff }) => diff !== undefined);
    const path = "/home/user/project/hello.txt";
    expect(edit?.diff).toBe(
      `--- ${path}\n+++ ${path}\n@@ -1,2 +1,2 @@\n hello from fake\n-second line\n+second line, edited\n`,
    );
  });
});

const player = fileURLToPath(new URL("../../../fixtures/programs-acp/player.mjs", import.meta.url));

describe("a plan", () => {
  it.each(["claude-agent-acp", "codex-acp", "qwen"])(
    "of %s is shown, and is carried out in the same run",
    async (agent) => {
      const path = fileURLToPath(new URL(`${agent}--plan.jsonl`, fixturesUrl));
      const mode = agent === "codex-acp" ? { mode: "read-only" } : {};
      const config = configSchema.parse({ command: [process.execPath, player, path], ...mode });
      const runner = createAcpRunner({ engine: agent, config, configDir: "/", patience: { exitMs: 500 } });
      const decide = (): Decision => ({ kind: "approve", scope: "once", acceptEdits: true });
      const host = createTestHost({ decide });
      const events = await collect(runner.run(runRequest({ prompt: "as recorded", options: { plan: true } }), host));
      expect(host.requests).toEqual([{ kind: "plan", id: "acp.1", markdown: "# Plan\n\n1. Do it\n" }]);
      expect(host.taken).toEqual(["acp.1"]);
      expect(completedOf(events)).toMatchObject({ ok: true, answer: expect.stringMatching(/\S/u) });
    },
  );
});
