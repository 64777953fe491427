// Each recorded exchange with the real worker (0.2.0) against what it must become, `<name>.events.json` beside it.
// After a deliberate change: UPDATE_GOLDEN=1 npx vitest run test/runners/heddle/golden.test.ts, then read the difference.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import type { CompletedEvent } from "../../../src/domain/event.ts";
import { fixturesUrl, replay, type Exchange } from "./replay.ts";

const session = expect.stringMatching(/^[0-9a-f-]{36}$/u);
const began = [session];
const hello = { ok: true, answer: "Hello from the fake model." };
const cancelledEnd = { ok: false, error: "cancelled" };
const allDone = { ok: true, answer: "Done: out.txt says bye." };
const words = (count: number): string => Array.from({ length: count }, (_, index) => `w${index} `).join("");
const counted = { ok: true, answer: words(40) };
const refused = (code: string, message: string): object => ({ ok: false, error: `${code}: ${message}` });

/** By hand, from what the worker did: the outcomes of the inits, and of the sends. */
const outcomes: Readonly<Record<string, readonly [inits: readonly unknown[], sends: readonly object[]]>> = {
  "bad-sse": [
    began,
    [{ ok: false, answer: "Partial", error: expect.stringMatching(/^provider_error: JSON Parse error/u) }],
  ],
  "bad-tool-args": [began, [{ ok: true, answer: "Bad arguments." }]],
  "basic-text": [began, [hello]],
  "cancel-stream": [began, [{ ...cancelledEnd, answer: words(4) }, hello]],
  "cancel-wrong-target": [began, [hello]],
  "doom-loop": [
    began,
    [{ ok: false, error: expect.stringMatching(/^loop_detected: Doom loop detected: 3 iterations\n/u) }],
  ],
  "empty-answer": [began, [{ ok: true, answer: "" }]],
  "eof-during-send": [began, [hello]],
  "heartbeat-tool": [began, [{ ...cancelledEnd, answer: "" }]],
  heartbeat: [began, [counted]],
  "http-500": [began, [{ ok: false, error: "provider_error: Internal upstream failure\nThis can be tried again." }]],
  "init-missing-config": [[{ error: expect.stringContaining("request.config.model") }], []],
  "init-twice": [[session, session], []],
  malformed: [began, []],
  "no-correlation": [began, [{ ok: true, answer: "It is a demo project." }]],
  "no-usage": [began, [{ ok: true, answer: "No usage." }]],
  "not-initialized": [[], [refused("protocol_error", "Not initialized. Send 'init' first.")]],
  "permission-plan": [began, [allDone]],
  "permission-rm": [began, [{ ok: true, answer: "I may not delete files." }]],
  "permission-suggest": [began, [allDone]],
  "shutdown-during-send": [began, [counted]],
  "status-during-send": [began, [{ ...cancelledEnd, answer: words(3) }]],
  "tool-read": [began, [{ ok: true, answer: "It is a demo project." }]],
  "tools-multi": [began, [allDone]],
  "version-absent": [began, []],
  "version-major": [[{ error: expect.stringContaining("another version of the headless protocol") }], []],
};

const names = (await readdir(fixturesUrl)).filter((file) => file.endsWith(".jsonl")).map((file) => file.slice(0, -6));

describe("recorded exchanges with Heddle", () => {
  it("are all here", () => {
    expect(names.toSorted()).toEqual(Object.keys(outcomes).toSorted());
  });

  it.each(names)("%s becomes the expected events", async (name) => {
    const exchanges = await replay(name);
    const expectedUrl = new URL(`${name}.events.json`, fixturesUrl);
    if (process.env["UPDATE_GOLDEN"] === "1") await writeFile(expectedUrl, `${JSON.stringify(exchanges, null, 2)}\n`);
    expect(JSON.parse(JSON.stringify(exchanges))).toEqual(JSON.parse(await readFile(expectedUrl, "utf8")));
  });

  it.each(names)("%s has exactly one outcome for each request, the right one", async (name) => {
    const exchanges = await replay(name);
    const [inits, sends] = outcomes[name] ?? [[], []];
    expect(exchanges.flatMap((each) => (each.request === "init" ? [each.outcome] : []))).toEqual(
      inits.map((outcome) =>
        typeof outcome === "object" && outcome !== null && "error" in outcome
          ? expect.objectContaining(outcome)
          : outcome,
      ),
    );
    const completed = exchanges.flatMap((each) => (each.request === "send" ? [outcomesOf(each)] : []));
    expect(completed).toEqual(sends.map((outcome) => [expect.objectContaining(outcome)]));
  });

  it.each(names)("%s ends every action it began, once, and completes last", async (name) => {
    for (const exchange of await replay(name)) {
      if (exchange.request === "init") continue;
      const actions = exchange.events.flatMap((event) => (event.type === "action" ? [event] : []));
      const idsIn = (phase: string): readonly string[] =>
        actions.filter((event) => event.phase === phase).map(({ action }) => action.id);
      expect(new Set(idsIn("completed")).size).toBe(idsIn("completed").length);
      expect(idsIn("completed")).toEqual(expect.arrayContaining([...idsIn("started")]));
      expect(exchange.events.at(-1)?.type).toBe("completed");
    }
  });
});

function outcomesOf(exchange: Extract<Exchange, { request: "send" }>): readonly CompletedEvent[] {
  return exchange.events.flatMap((event) => (event.type === "completed" ? [event] : []));
}
