import { describe, expect, it } from "vitest";
import { toRunId } from "../../src/domain/run.ts";
import { isAllowed } from "../../src/routing/access.ts";
import { formatCallbackData, parseCallbackData } from "../../src/routing/callback-data.ts";
import { formatContextLine, parseContextLine } from "../../src/routing/context-line.ts";
import { parseDirectives } from "../../src/routing/directives.ts";
import { resolveRoute, type RouteInput } from "../../src/routing/resolve-route.ts";
import { createResumeCodec } from "../../src/runner/resume-line.ts";

const names = { engines: ["claude", "codex"], projects: ["api", "Web"] };

describe("directives", () => {
  it.each([
    ["/claude fix it", { engine: "claude", prompt: "fix it" }],
    ["/api /codex fix it", { engine: "codex", project: "api", prompt: "fix it" }],
    ["/CODEX@my_bot /web go\nsecond line", { engine: "codex", project: "Web", prompt: "go\nsecond line" }],
    ["/compact", { prompt: "/compact" }],
    ["/claude /compact now", { engine: "claude", prompt: "/compact now" }],
    ["fix /claude", { prompt: "fix /claude" }],
    ["@src/a.ts explain", { prompt: "@src/a.ts explain" }],
    ["/api @main go", { project: "api", branch: "main", prompt: "go" }],
    ["@main /api go", { project: "api", branch: "main", prompt: "go" }],
    ["\n\n/claude  two   words", { engine: "claude", prompt: "two words" }],
    ["keep  my   spaces", { prompt: "keep  my   spaces" }],
  ])("reads %j", (text, directives) => {
    expect(parseDirectives(text, names)).toEqual({ kind: "parsed", directives });
  });

  it("refuses two of a kind", () => {
    expect(parseDirectives("/claude /codex go", names)).toMatchObject({ kind: "problem" });
  });
});

describe("ctx lines", () => {
  it.each([
    ["`ctx: api`", { project: "api" }],
    ["answer\n\nctx: api @main\nclaude --resume x", { project: "api", branch: "main" }],
    ["ctx: old\nctx: new @ b", { project: "new", branch: "b" }],
    ["no context: here", undefined],
  ])("reads %j", (text, context) => {
    expect(parseContextLine(text)).toEqual(context);
  });

  it("prints what it reads", () => {
    expect(formatContextLine({ project: "api", branch: "main" })).toBe("ctx: api @main");
    expect(formatContextLine({})).toBeUndefined();
  });
});

const claude = createResumeCodec({
  engine: "claude",
  print: (value) => `claude --resume ${value}`,
  pattern: /claude\s+(?:--resume|-r)\s+(?<token>[^`\s]+)/,
});

function route(input: Partial<RouteInput>): ReturnType<typeof resolveRoute> {
  const defaults = { engine: "claude", projectEngines: new Map([["api", "codex"]]) };
  return resolveRoute({ text: "", codecs: [claude], names, defaults, ...input });
}

describe("a route", () => {
  it("takes the engine from the directive, else the project, else the default", () => {
    expect(route({ text: "/api /claude go" })).toMatchObject({ engine: "claude", context: { project: "api" } });
    expect(route({ text: "/api go" })).toMatchObject({ engine: "codex" });
    expect(route({ text: "go" })).toMatchObject({ engine: "claude", context: {}, session: { kind: "open" } });
  });

  it("takes the session from the text before that of the replied-to message", () => {
    const replied = { text: "claude --resume replied" };
    expect(route({ text: "go", replied })).toMatchObject({ session: { token: { value: "replied" } } });
    expect(route({ text: "go\nclaude -r own", replied })).toMatchObject({
      session: { token: { value: "own" } },
      prompt: "go",
    });
  });

  it("ignores an engine directive beside a resume line", () => {
    expect(route({ text: "/codex go\nclaude --resume x" })).toMatchObject({ engine: "claude" });
  });

  it("stays in the project of the ctx line that is replied to, and says when that is gone", () => {
    expect(route({ text: "/web go", replied: { text: "ctx: api" } })).toMatchObject({ context: { project: "api" } });
    expect(route({ text: "go", replied: { text: "ctx: lost" } })).toMatchObject({ kind: "problem" });
  });

  it("does not run in the wrong place when a branch is asked for", () => {
    expect(route({ text: "/api @feature go" })).toMatchObject({ kind: "problem" });
  });
});

describe("callback data", () => {
  it("comes back as it was written, within Telegram's 64 bytes", () => {
    const target = { kind: "run", verb: "cancel", runId: toRunId("0123456789ab") } as const;
    expect(parseCallbackData(formatCallbackData(target))).toEqual(target);
    expect(formatCallbackData(target).length).toBeLessThanOrEqual(64);
  });

  it.each([
    "",
    "takopi:cancel",
    "v1:cancel:short",
    "v1:explode:0123456789ab",
    "v1:cancel:0123456789ab:x",
    "v2:cancel:0123456789ab",
  ])("refuses %j", (data) => {
    expect(parseCallbackData(data)).toBeUndefined();
  });
});

describe("access", () => {
  const rule = { userIds: new Set([1]), chatIds: new Set([-5]), chats: new Map(), projects: new Map() };

  it.each([
    [{ userId: 1, chatId: 1 }, true],
    [{ userId: 1, chatId: -5 }, true],
    [{ userId: 1, chatId: -6 }, false],
    [{ userId: 2, chatId: 2 }, false],
    [{ userId: 2, chatId: -5 }, false],
    [{ userId: 1 }, false],
    [{ chatId: -5 }, false],
    [{}, false],
  ])("for %j is %s", (origin, allowed) => {
    expect(isAllowed(origin, rule)).toBe(allowed);
  });
});
