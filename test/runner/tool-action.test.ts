import { describe, expect, it } from "vitest";
import { toolAction } from "../../src/runner/tool-action.ts";

const cwd = "/home/me/app";

describe("a tool call", () => {
  it.each([
    ["Bash", { command: "ls" }, "command", "ls"],
    ["shell", {}, "command", "shell"],
    ["Read", { file_path: `${cwd}/src/a.ts` }, "tool", "read: `src/a.ts`"],
    ["read", { filePath: "/etc/hosts" }, "tool", "read: `/etc/hosts`"],
    ["Glob", { pattern: "**/*.ts" }, "tool", "glob: `**/*.ts`"],
    ["LS", { path: cwd }, "tool", "ls: `.`"],
    ["grep", { pattern: "x y" }, "tool", "grep: x y"],
    ["find", { pattern: "*.md" }, "tool", "find: *.md"],
    ["WebSearch", { query: "octopus" }, "web_search", "octopus"],
    ["web_fetch", { url: "https://example.org" }, "web_search", "https://example.org"],
    ["WebFetch", {}, "web_search", "fetch"],
    ["TodoWrite", { todos: [] }, "note", "update todos"],
    ["todoread", {}, "note", "read todos"],
    ["AskUserQuestion", {}, "note", "ask user"],
    ["Agent", { description: "Look around", prompt: "long" }, "subagent", "Look around"],
    ["Task", { prompt: "long" }, "subagent", "long"],
    ["mcp__lab__ping", { text: "x" }, "tool", "mcp__lab__ping"],
  ] as const)("of %s %j is shown as %s: %s", (name, input, ...[kind, title]) => {
    expect(toolAction({ name, input, cwd })).toEqual({ kind, title });
  });

  it("that changes a file names the file as the engine did, and shows it relative to the run", () => {
    expect(toolAction({ name: "Edit", input: { file_path: `${cwd}/a.ts` }, cwd })).toEqual({
      kind: "file_change",
      title: "a.ts",
      changes: [{ path: `${cwd}/a.ts`, kind: "update" }],
    });
    expect(toolAction({ name: "Write", input: {}, cwd })).toEqual({ kind: "file_change", title: "Write" });
  });

  it.each([
    [`cat ${cwd}/a.txt "${cwd}/b c.txt"`, `cat a.txt "b c.txt"`],
    [`cd ${cwd} && ls ${cwd}/`, "cd . && ls ."],
    [`ls ${cwd}-old ${cwd}2/x /mnt${cwd}/y`, `ls ${cwd}-old ${cwd}2/x /mnt${cwd}/y`],
  ])("%s is shown as %s", (command, title) => {
    expect(toolAction({ name: "Bash", input: { command }, cwd }).title).toBe(title);
  });
});
