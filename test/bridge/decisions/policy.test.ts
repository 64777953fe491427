import { describe, expect, it } from "vitest";
import { decideByPolicy, policyOf } from "../../../src/bridge/decisions/decide-by-policy.ts";
import { coversNothing } from "../../../src/bridge/secret-cover.ts";
import type { ApprovalSettings, BridgeSettings } from "../../../src/bridge/settings.ts";
import type { ApprovalRequest } from "../../../src/domain/decision.ts";
import { type ApprovalPolicy, parseAllowRule } from "../../../src/routing/approval-policy.ts";
import { queuedRun } from "../../store/factories.ts";
import { approval, plan } from "./asking.ts";

function settings(approvals: Partial<ApprovalSettings>, ofProject?: ApprovalPolicy): BridgeSettings {
  return {
    sessionMode: "chat",
    showResumeLine: true,
    defaultEngine: "claude",
    projects: new Map([["web", { path: "/web", defaults: {}, ...(ofProject && { approvals: ofProject }) }]]),
    cwd: "/work",
    maxParallelRuns: 1,
    maxAgeMs: 0,
    progressEnd: "delete",
    finalNotify: true,
    maxFinalParts: 1,
    remindAfterMs: 0,
    silentAfterMs: 0,
    dailyCostUsd: 0,
    albumQuietMs: 1_000,
    fileSenderIds: new Set(),
    secrets: coversNothing,
    approvals: { policy: "auto", engines: new Map(), allow: [], ...approvals },
  };
}

/** Whether the rule lets it through without asking. */
function isAllowed(rule: string, request: Partial<ApprovalRequest>): boolean {
  const allow = [parseAllowRule(rule)].filter((parsed) => parsed !== undefined);
  return decideByPolicy(settings({ allow }), queuedRun("r"), approval(request)) !== undefined;
}

const diffOf = (...files: readonly string[]): string =>
  files.map((file) => `--- a/${file}\n+++ b/${file}\n@@ -1 +1 @@\n-x\n+y\n`).join("");

describe("what a rule's pattern is held against", () => {
  it.each<[string, Partial<ApprovalRequest>]>([
    ["Bash(npm test *)", { input: { command: "npm test -- a", cwd: "/work" } }],
    ["Edit(/work/*)", { tool: "Edit", input: { path: "/work/a.ts", diff: diffOf("a.ts") } }],
    ["Edit(/work/*)", { tool: "Edit", input: { file_path: "/work/a.ts" } }],
    ["WebFetch(https://docs.rs/*)", { tool: "WebFetch", input: { url: "https://docs.rs/x" } }],
    ["Task", { tool: "Task", title: "anything", input: {} }],
  ])("%s is the command, the path or the address: %j", (rule, request) => {
    expect(isAllowed(rule, request)).toBe(true);
  });

  it.each<[string, Partial<ApprovalRequest>]>([
    ["Bash(npm *)", { title: "npm test, rm -rf ~", input: {} }],
    ["Bash(npm *)", { title: "npm test", input: { command: ["npm", "test", ";", "rm"] } }],
    ["Bash(npm *)", { title: "npm test", input: null }],
  ])("%s is never the title, which is made for people: %j", (rule, request) => {
    expect(isAllowed(rule, request)).toBe(false);
  });

  it("is not the one path that is named for a change of several files", () => {
    const input = { path: "/work/a.ts", diff: diffOf("a.ts", "../etc/passwd") };
    expect(isAllowed("Edit(/work/*)", { tool: "Edit", input })).toBe(false);
    const patch = "*** Begin Patch\n*** Update File: a.ts\n*** Move to: ../b.ts\n*** End Patch";
    expect(isAllowed("Edit(/work/*)", { tool: "Edit", input: { path: "/work/a.ts", diff: patch } })).toBe(false);
  });

  it("is the command where a request has a path, too", () => {
    const input = { command: "rm -rf ~", path: "/work/a.ts" };
    expect(isAllowed("Bash(/work/*)", { input })).toBe(false);
  });
});

describe("the policy of a run", () => {
  const inProject = queuedRun("r", { context: { project: "web" } });
  const engines = new Map<string, ApprovalPolicy>([["claude", "ask"]]);

  it("is that of its project, else of its engine, else the general one", () => {
    expect(policyOf(settings({ engines, policy: "yolo" }, "deny"), inProject)).toBe("deny");
    expect(policyOf(settings({ engines, policy: "yolo" }), inProject)).toBe("ask");
    expect(policyOf(settings({ policy: "yolo" }), inProject)).toBe("yolo");
    expect(policyOf(settings({ engines, policy: "yolo" }, "deny"), queuedRun("r"))).toBe("ask");
  });

  it("ask leaves everything to the user, whatever the rules say", () => {
    const allow = [{ tool: "Bash" }];
    expect(decideByPolicy(settings({ policy: "ask", allow }), inProject, approval())).toBeUndefined();
  });

  it("leaves plans and questions to the user, unless it denies everything", () => {
    const question = { kind: "question", id: "q", questions: [] } as const;
    for (const policy of ["auto", "yolo", "ask"] as const) {
      expect(decideByPolicy(settings({ policy }), inProject, plan())).toBeUndefined();
      expect(decideByPolicy(settings({ policy }), inProject, question)).toBeUndefined();
    }
    expect(decideByPolicy(settings({ policy: "deny" }), inProject, question)).toMatchObject({ kind: "dismiss" });
    expect(decideByPolicy(settings({ policy: "deny" }), inProject, plan())).toMatchObject({ kind: "deny" });
  });
});
