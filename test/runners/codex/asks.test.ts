import { describe, expect, it } from "vitest";
import { patchDiff } from "../../../runners/codex/patch-diff.ts";
import { commandInput } from "../../../runners/codex/approval-input.ts";
import type { Decision } from "../../../src/domain/decision.ts";
import type { Runner, RunRequest } from "../../../src/runner/runner.ts";
import { collect, completedOf, createTestHost, runRequest, type TestHost } from "../../factories.ts";
import { fakeCodex } from "./fake-codex.ts";

const session: Decision = { kind: "approve", scope: "session" };
const once: Decision = { kind: "approve", scope: "once" };

interface Outcome {
  readonly host: TestHost;
  readonly answer: string;
  readonly resume: NonNullable<RunRequest["resume"]>;
}

async function run(
  runner: Runner,
  prompt: string,
  more: Partial<RunRequest> & { decision?: Decision },
): Promise<Outcome> {
  const { decision = session, ...request } = more;
  const host = createTestHost({ decide: () => decision });
  const { answer, resume } = completedOf(await collect(runner.run(runRequest({ prompt, ...request }), host)));
  if (resume === undefined) throw new Error("no session");
  return { host, answer, resume };
}

describe("what was allowed for the session", () => {
  it("is not asked again in its later runs, and in no other session", async () => {
    const runner = fakeCodex();
    const { host, resume } = await run(runner, "COMMAND", {});
    expect(host.requests).toHaveLength(1);
    const again = await run(runner, "COMMAND", { resume });
    expect(again.host.requests).toEqual([]);
    expect(again.answer).toBe('{"decision":"acceptForSession"}');
    expect((await run(runner, "COMMAND", {})).host.requests).toHaveLength(1);
    expect((await run(runner, "COMMAND", { resume, cwd: "/" })).host.requests).toHaveLength(1);
  });

  it("is each file that was to be changed", async () => {
    const { host, answer } = await run(fakeCodex(), "TWICE", {});
    expect(host.requests.map((request) => request.kind === "approval" && request.title)).toEqual([
      "edit a.txt",
      expect.stringMatching(/b\.txt$/u),
    ]);
    expect(JSON.parse(answer)).toHaveLength(3);
  });

  it("is nothing where it was allowed once", async () => {
    const runner = fakeCodex();
    const { resume } = await run(runner, "COMMAND", { decision: once });
    expect((await run(runner, "COMMAND", { resume })).host.requests).toHaveLength(1);
  });
});

describe("what is shown of a command", () => {
  it("is the command as the model wrote it, where it runs, and the address it wants to reach", () => {
    const params = {
      command: "/bin/bash -lc 'curl x'",
      networkApprovalContext: { host: "example.org", protocol: "https" },
      reason: null,
    };
    expect(commandInput(params, "/work")).toEqual({
      command: "curl x",
      cwd: "/work",
      url: "https://example.org",
      networkApprovalContext: params.networkApprovalContext,
    });
    expect(commandInput({ command: "ls", cwd: "/else", reason: "why" }, "/work")).toEqual({
      command: "ls",
      cwd: "/else",
      reason: "why",
    });
  });
});

describe("the diff of a patch", () => {
  // As Codex 0.169.0 reports them.
  it.each([
    [
      "an added file",
      { path: "/work/a.txt", kind: { type: "add" }, diff: "hello\nworld\n" },
      "--- /dev/null\n+++ a.txt\n@@ -0,0 +1,2 @@\n+hello\n+world\n",
    ],
    [
      "a deleted file",
      { path: "/work/a.txt", kind: { type: "delete" }, diff: "bye" },
      "--- a.txt\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-bye\n\\ No newline at end of file\n",
    ],
    [
      "a changed file elsewhere",
      { path: "/etc/a", kind: { type: "update", move_path: null }, diff: "@@ -1 +1 @@\n-a\n+b" },
      "--- /etc/a\n+++ /etc/a\n@@ -1 +1 @@\n-a\n+b\n",
    ],
    [
      "a moved file",
      {
        path: "/work/old.txt",
        kind: { type: "update", move_path: "/work/new.txt" },
        diff: "@@ -1,2 +1,2 @@\n a\n-b\n+B\n\n\nMoved to: /work/new.txt",
      },
      "--- old.txt\n+++ new.txt\n@@ -1,2 +1,2 @@\n a\n-b\n+B\n",
    ],
    ["an empty new file", { path: "/work/a", kind: { type: "add" }, diff: "" }, "--- /dev/null\n+++ a\n"],
  ])("of %s is unified", (_, change, diff) => {
    expect(patchDiff([change], "/work")).toBe(diff);
    expect(patchDiff([change, change], "/work")).toBe(diff + diff);
  });
});
