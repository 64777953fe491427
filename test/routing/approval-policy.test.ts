import { describe, expect, it } from "vitest";
import type { ApprovalRequest } from "../../src/domain/decision.ts";
import { isCovered, parseAllowRule } from "../../src/routing/approval-policy.ts";
import { seededRandom } from "../telegram/seeded-random.ts";

function request(tool: string): ApprovalRequest {
  return { kind: "approval", id: "r", tool, title: "", input: {}, scopes: ["once"] };
}

function covers(rule: string, subject: string | undefined, tool = "Bash"): boolean {
  const parsed = parseAllowRule(rule);
  if (parsed === undefined) throw new Error(`${rule} is no rule`);
  return isCovered(request(tool), subject, [parsed]);
}

describe("an allow rule", () => {
  it.each([
    ["Read", { tool: "Read" }],
    [" mcp__github.list-issues ", { tool: "mcp__github.list-issues" }],
    ["Bash(git status)", { tool: "Bash", pattern: "git status" }],
    ["Bash(npm run test:*)", { tool: "Bash", pattern: "npm run test:*" }],
    ["Bash(echo (hi))", { tool: "Bash", pattern: "echo (hi)" }],
    ["Bash(a\nb)", { tool: "Bash", pattern: "a\nb" }],
  ])("is read from %j", (text, rule) => {
    expect(parseAllowRule(text)).toEqual(rule);
  });

  it.each(["", "Bash()", "Bash(x", "Bash x", "*", "Bash(x) y", "(x)"])("is not read from %j", (text) => {
    expect(parseAllowRule(text)).toBeUndefined();
  });

  it.each([
    ["Read", "/etc/passwd", "read"],
    ["Bash", "rm -rf ~", "Bash"],
    ["Bash", undefined, "Bash"],
    ["bash(git status)", "git status", "BASH"],
    ["Bash(npm test *)", "npm test -- --watch 'a b'", "Bash"],
    ["Bash(npm test*)", "npm test", "Bash"],
    ["Bash(git * origin *)", "git push -f origin main", "Bash"],
    ["Bash(a|b *)", "a|b c", "Bash"],
    ["Bash(cp * b*)", "cp b b", "Bash"],
    ["Edit(/work/src/*)", "/work/src/deep/a..b.ts", "Edit"],
    ["Edit(/work/../other/*)", "/work/../other/a.ts", "Edit"],
    ["WebFetch(https://docs.rs/*)", "https://docs.rs/serde", "WebFetch"],
    ["Bash(*)", "", "Bash"],
    ["Bash(**)", "ls", "Bash"],
  ])("%s covers %j of %s", (rule, subject, tool) => {
    expect(covers(rule, subject, tool)).toBe(true);
  });

  it.each([
    ["Bash(git status)", "git status --short", "Bash"],
    ["Bash(git status)", " git status", "Bash"],
    ["Bash(git status)", "GIT STATUS", "Bash"],
    ["Bash(git status)", "git status", "Shell"],
    ["Bash(npm test *)", "npm test", "Bash"],
    ["Bash(npm test *)", undefined, "Bash"],
    ["Bash(a.c)", "abc", "Bash"],
    ["Bash(a*a)", "a", "Bash"],
    ["Bash(a * b * c)", "a b c", "Bash"],
  ])("%s does not cover %j of %s", (rule, subject, tool) => {
    expect(covers(rule, subject, tool)).toBe(false);
  });

  it.each([
    "npm test; rm -rf ~",
    "npm test && rm -rf ~",
    "npm test || rm -rf ~",
    "npm test | sh",
    "npm test & rm -rf ~",
    "npm test $(rm -rf ~)",
    "npm test `rm -rf ~`",
    "npm test ${IFS}",
    "npm test > ~/.bashrc",
    "npm test < /dev/random",
    "npm test <(rm -rf ~)",
    "npm test \nrm -rf ~",
    "npm test \r\nrm -rf ~",
    "npm test -- a\n",
    "x; npm test -- a",
    "npm test -- a;",
  ])("Bash(npm test *) does not let in %j", (command) => {
    expect(covers("Bash(npm test *)", command)).toBe(false);
    expect(covers("Bash(npm * *)", command)).toBe(false);
  });

  it.each([
    ["Edit(/work/*)", "/work/../etc/passwd"],
    ["Edit(/work/*)", "/work/src/../../etc/passwd"],
    ["Edit(/work/*)", "/work/.."],
    ["Edit(/work/.*)", "/work/../etc/passwd"],
    ["Edit(/work/*/a.ts)", "/work/../other/a.ts"],
    ["Edit(C:\\work\\*)", "C:\\work\\..\\secret"],
    ["Bash(cat src/*)", "cat src/../../etc/passwd"],
    ["Bash(cat src/*)", "cat src/a src/.. b"],
  ])("%s does not let out to %j", (rule, subject) => {
    expect(covers(rule, subject, rule.startsWith("Bash") ? "Bash" : "Edit")).toBe(false);
  });

  it("with any of several is enough, and none covers nothing", () => {
    const rules = ["Read", "Bash(ls *)"].flatMap((text) => parseAllowRule(text) ?? []);
    expect(isCovered(request("Bash"), "ls -l", rules)).toBe(true);
    expect(isCovered(request("Write"), "ls -l", rules)).toBe(false);
    expect(isCovered(request("Read"), undefined, rules)).toBe(true);
    expect(isCovered(request("Read"), "x", [])).toBe(false);
  });
});

const PIECES = [
  "npm",
  " ",
  "test",
  "-- ",
  "a/../b",
  "..",
  "/",
  ";",
  "&&",
  "|",
  "$(x)",
  "`",
  "\n",
  ">",
  "é",
  "🙂",
  "*",
  "\\",
  "(",
];

describe("whatever the command", () => {
  it("a star stands for no operator and no way up, and for everything else", () => {
    const random = seededRandom(7);
    const piece = (): string => PIECES[Math.floor(random() * PIECES.length)] ?? "";
    let covered = 0;
    for (let round = 0; round < 20_000; round += 1) {
      const rest = Array.from({ length: Math.floor(random() * 5) }, piece).join("");
      const isHarmless = !/[;&|<>$`()\n\r]/.test(rest) && !/[/\\]\.\.(?=[/\\\s"']|$)/.test(rest);
      expect(covers("Bash(npm test *)", `npm test ${rest}`)).toBe(isHarmless);
      expect(covers("Bash(* test *)", `npm test ${rest}`)).toBe(isHarmless);
      if (isHarmless) covered += 1;
    }
    expect(covered).toBeGreaterThan(1_000);
  });

  // A pattern that is tried in all its ways takes days for these.
  it("the answer comes, however long it is and however many stars there are", () => {
    expect(covers("Bash(a * * * * * x)", `a ${" ".repeat(100_000)}`)).toBe(false);
    expect(covers("Bash(a * * * * * x)", `a ${" b".repeat(100_000)} x`)).toBe(true);
  });
});
