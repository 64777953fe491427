import { describe, expect, it } from "vitest";
import { parseDirectives } from "../../src/routing/directives.ts";
import { resolveRoute, type RouteInput } from "../../src/routing/resolve-route.ts";

const names = { engines: ["claude", "codex"], projects: ["api"] };

function route(text: string, more: Partial<RouteInput> = {}): ReturnType<typeof resolveRoute> {
  const defaults = { engine: "claude", projectEngines: new Map([["api", "codex"]]) };
  return resolveRoute({ text, codecs: [], names, defaults, ...more });
}

describe("/plan", () => {
  it.each([
    ["/plan fix it", { plan: true, prompt: "fix it" }],
    ["/PLAN@my_bot fix it", { plan: true, prompt: "fix it" }],
    ["/plan /codex /api fix it", { plan: true, engine: "codex", project: "api", prompt: "fix it" }],
    ["/api @main /plan fix it", { plan: true, project: "api", branch: "main", prompt: "fix it" }],
    ["/plan\nfix it", { plan: true, prompt: "fix it" }],
    ["/plan", { plan: true, prompt: "" }],
    ["/planner fix it", { prompt: "/planner fix it" }],
    ["fix the /plan", { prompt: "fix the /plan" }],
    ["/compact /plan", { prompt: "/compact /plan" }],
  ])("is read from %j", (text, directives) => {
    expect(parseDirectives(text, names)).toEqual({ kind: "parsed", directives });
  });

  it("is refused when it is given twice", () => {
    const problem = "two plan directives: keep one of them";
    expect(parseDirectives("/plan /plan fix it", names)).toEqual({ kind: "problem", problem });
  });

  it("yields to an engine and to a project of that name only where they come first", () => {
    const withEngine = { engines: ["plan"], projects: [] };
    expect(parseDirectives("/plan fix it", withEngine)).toMatchObject({ directives: { engine: "plan" } });
    const withProject = { engines: [], projects: ["plan"] };
    expect(parseDirectives("/plan fix it", withProject)).toMatchObject({ directives: { plan: true } });
  });

  it("goes with the route, whatever else is chosen", () => {
    expect(route("/plan /api fix it")).toMatchObject({ plan: true, engine: "codex", prompt: "fix it" });
    expect(route("fix it")).toMatchObject({ plan: false });
  });
});

describe("the engine of a route", () => {
  const chosen = { engine: "claude", projectEngines: new Map([["api", "codex"]]), chosen: "claude" };

  it("is the one the chat chose before that of the project, and the one in the prompt before both", () => {
    expect(route("/api fix it", { defaults: chosen })).toMatchObject({ engine: "claude" });
    expect(route("/api /codex fix it", { defaults: chosen })).toMatchObject({ engine: "codex" });
    expect(route("/api fix it")).toMatchObject({ engine: "codex" });
  });
});
