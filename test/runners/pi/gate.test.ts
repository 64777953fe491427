import { afterEach, describe, expect, it } from "vitest";
import askFirst, { gateTitle, gateVariable } from "../../../runners/pi/gate.ts";

type Handler = Parameters<Parameters<typeof askFirst>[0]["on"]>[1];

/** What becomes of a call of `bash` when the user answers so, and what they were asked. */
async function call(answer: string | undefined, { hasUI = true, input = { command: "ls" } as unknown } = {}) {
  const asked: (readonly string[])[] = [];
  const handlers: Handler[] = [];
  askFirst({ on: (_event, handler) => void handlers.push(handler) });
  const ui = {
    input: async (...question: readonly string[]) => {
      asked.push(question);
      return answer;
    },
  };
  const verdict = await handlers[0]?.({ toolName: "bash", input }, { hasUI, ui });
  return { verdict, asked };
}

afterEach(() => {
  delete process.env[gateVariable];
});

describe("the gate", () => {
  it("lets a tool run after a yes alone", async () => {
    expect(await call("allow")).toEqual({
      verdict: undefined,
      asked: [[gateTitle, JSON.stringify({ tool: "bash", input: { command: "ls" } })]],
    });
    expect((await call("use a dry run")).verdict).toEqual({ block: true, reason: "use a dry run" });
    expect((await call(undefined)).verdict).toEqual({ block: true, reason: "Nobody approved this." });
  });

  it("blocks where nobody can be asked", async () => {
    expect(await call("allow", { hasUI: false })).toMatchObject({ verdict: { block: true }, asked: [] });
  });

  it.each([
    ["write,edit", 0],
    ["write,bash", 1],
    ["*", 1],
  ])("with %s asks before bash %i times", async (names, times) => {
    process.env[gateVariable] = names;
    expect((await call("allow")).asked).toHaveLength(times);
  });

  it("shows what is to be written, but not files nobody would read", async () => {
    const content = "x".repeat(50_000);
    expect((await call("allow", { input: { content } })).asked[0]?.[1]).toContain(content);
    const { asked } = await call("allow", { input: { content: "x".repeat(1_000_000) } });
    expect(asked[0]?.[1]?.length).toBeLessThan(101_000);
  });
});
