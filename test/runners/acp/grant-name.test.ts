import { describe, expect, it } from "vitest";
import { grantName } from "../../../runners/acp/grant-name.ts";
import { decodePermission } from "../../../runners/acp/permission.ts";
import type { Seen } from "../../../runners/acp/seen.ts";
import type { Decision } from "../../../src/domain/decision.ts";
import type { Runner } from "../../../src/runner/runner.ts";
import { collect, completedOf, createTestHost, runRequest, token, type TestHost } from "../../factories.ts";
import { fakeAgent } from "./fake-agent.ts";

async function ask(
  runner: Runner,
  { session = "ses-1", decision = { kind: "approve", scope: "once" } }: { session?: string; decision?: Decision } = {},
): Promise<{ readonly answer: string; readonly host: TestHost }> {
  const host = createTestHost({ decide: () => decision });
  const request = runRequest({ prompt: "PERMISSION", resume: token(session, "fake") });
  return { answer: completedOf(await collect(runner.run(request, host))).answer, host };
}

const forSession = { kind: "approve", scope: "session" } as const;

describe("what was allowed for a session", () => {
  it("is not asked for again in its later runs, whose agent no longer knows", async () => {
    const runner = fakeAgent();
    const first = await ask(runner, { decision: forSession });
    expect(first.host.requests).toHaveLength(1);
    const second = await ask(runner);
    expect(second.host.requests).toEqual([]);
    expect(second.host.taken).toEqual([]);
    expect(second.answer).toBe(first.answer);
  });

  it("is asked for in another session", async () => {
    const runner = fakeAgent();
    await ask(runner, { decision: forSession });
    expect((await ask(runner, { session: "ses-2" })).host.requests).toHaveLength(1);
  });

  it.each([
    { kind: "approve", scope: "once" },
    { kind: "deny", reason: "no" },
  ] as const)("is not what was answered with %o", async (decision) => {
    const runner = fakeAgent();
    await ask(runner, { decision });
    expect((await ask(runner)).host.requests).toHaveLength(1);
  });
});

describe("the name of what is allowed", () => {
  const nameOf = (
    seen: Partial<Seen>,
    { always = "Allow for this session", call = {} }: { always?: string; call?: object } = {},
  ): string | undefined => {
    const options = [
      { optionId: "once", name: "Allow", kind: "allow_once" },
      { optionId: "always", name: always, kind: "allow_always" },
    ];
    const request = decodePermission({ toolCall: { toolCallId: "t", ...call }, options });
    return grantName(request, { tool: "execute", title: "t", input: {}, paths: [], words: "", ...seen });
  };

  it("is one for this very command in this directory", () => {
    const command = (line: string, cwd: string, title = line): string | undefined =>
      nameOf({ title, input: { command: line, cwd } });
    expect(command("ls", "/a")).toBe(command("ls", "/a", "list files"));
    expect(command("ls", "/a")).not.toBe(command("ls", "/b"));
    expect(command("ls", "/a")).not.toBe(command("ls -l", "/a"));
  });

  it("is one for these files, whatever becomes of them", () => {
    const edit = (...paths: readonly string[]): string | undefined =>
      nameOf({ tool: "edit", paths, input: { diff: `${Math.random()}` } });
    expect(edit("a", "b")).toBe(edit("a", "b"));
    expect(edit("a")).not.toBe(edit("a", "b"));
  });

  it("is one for all edits only where the agent says so", () => {
    const edit = (path: string, always: string): string | undefined =>
      nameOf({ tool: "edit", paths: [path] }, { always });
    const all = "Yes, allow all edits during this session";
    expect(edit("a", all)).toBe(edit("b", all));
    const inFolder = "Yes, allow all edits in src/ during this session";
    expect(edit("a", inFolder)).not.toBe(edit("b", inFolder));
  });

  it("is one for the same input where there is neither a command nor a file", () => {
    const fetched = (url: string): string | undefined => nameOf({ tool: "fetch", input: { url } });
    expect(fetched("http://a/")).toBe(fetched("http://a/"));
    expect(fetched("http://a/")).not.toBe(fetched("http://b/"));
  });

  it("is none for plans and questions, and where the agent forgets at once", () => {
    expect(nameOf({}, { call: { kind: "switch_mode" } })).toBeUndefined();
    expect(nameOf({}, { call: { rawInput: { questions: [{ question: "Which?" }] } } })).toBeUndefined();
    expect(nameOf({}, { always: "Always" })).toBeUndefined();
  });
});
