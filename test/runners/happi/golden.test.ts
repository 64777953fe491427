// Each recorded exchange with a runtime against the events it must become, `<name>.events.json` beside it. After a deliberate change:
// UPDATE_GOLDEN=1 npx vitest run test/runners/happi/golden.test.ts, then read the difference.
import { readFile, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { completedOf } from "../../factories.ts";
import { fixturesUrl, recordings, replay } from "./replay.ts";

const names = await recordings();

/** What must come of each: whether it ends well, with which answer, or with which error. */
const outcomes: Readonly<Record<string, string>> = {
  "canonical/bad-version": "✗ parse_error: unsupported version: 'happi/9.9'",
  "canonical/context-append": "✓ ",
  "canonical/echo-two-args": "✓ helloworld",
  "canonical/empty-stdin": "✗ parse_error: empty stdin",
  "canonical/malformed":
    "✗ parse_error: invalid JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)",
  "canonical/provider-cmd": "✗ unsupported_cmd: cmd 'anthropic.messages.create' not supported by this runtime",
  "canonical/two-envelopes": "✗ parse_error: invalid JSON: Extra data: line 2 column 1 (char 53)",
  "canonical/unsupported-cmd": "✗ unsupported_cmd: cmd 'no.such.cmd' not supported by this runtime",
  "canonical/version": "✓ happi/1.3",
  "reference/agent-code": "✓ Task: Create src/index.ts",
  "reference/agent-deep": "✓ ",
  "reference/args-missing": "✓ ",
  "reference/audit-idr": "✓ x",
  "reference/bad-array": "✓ ok",
  "reference/bad-crash": "✗ happi ended without a result (exit code 3).",
  "reference/bad-double": "✓ once",
  "reference/bad-garbage": "✓ still fine",
  "reference/bad-hang": "✗ happi ended without a result (signal SIGKILL).",
  "reference/bad-late": "✓ ",
  "reference/bad-noterminal": "✗ happi ended without a result (exit code 0).",
  "reference/bad-notstarted": "✓ no started",
  "reference/bad-wrongid": "✓ mine",
  "reference/context": "✓ ",
  "reference/echo": "✓ hello",
  "reference/echo-empty-args": "✓ ",
  "reference/fail-midway": "✗ provider_error: upstream returned HTTP 529",
  "reference/http-refused": "✗ provider_error: bad port",
  "reference/meta": "✓ ok",
  "reference/missing-id": "✗ parse_error: missing or invalid 'id'",
  "reference/stream-slow": "✓ tick 1",
  "reference/sub-request": "✓ Child finished.",
  "reference/sub-request-silent": "✓ Delegated work is done.",
  "reference/tool-demo": "✓ Looking at the directory. There are two entries.",
  "reference/tool-fail": "✓ The file does not exist.",
  "reference/tool-orphan": "✓ I gave up waiting.",
  "reference/tool-parallel": "✓ No TODO found.",
  "reference/two-envelopes": "✓ first",
  "reference/unknown-cmd": "✗ unknown_cmd: cmd not implemented: no.such.cmd",
  "starters/bash-unknown-cmd": "✗ happi ended without a result (exit code 0).",
  "starters/py-provider-error": "✗ dispatch_error: 'ANTHROPIC_KEY'",
  "starters/py-unknown-cmd": "✗ dispatch_error: Unknown cmd: 'no.such.cmd'",
};

describe("recorded exchanges with runtimes", () => {
  it.each(names)("%s becomes the expected events", async (name) => {
    const events = await replay(name);
    const expectedUrl = new URL(`${name}.events.json`, fixturesUrl);
    if (process.env["UPDATE_GOLDEN"] === "1") await writeFile(expectedUrl, `${JSON.stringify(events, null, 2)}\n`);
    expect(JSON.parse(JSON.stringify(events))).toEqual(JSON.parse(await readFile(expectedUrl, "utf8")));
  });

  it.each(names)("%s has one outcome, the right one", async (name) => {
    const events = await replay(name);
    expect(events.filter(({ type }) => type === "completed")).toHaveLength(1);
    expect(events.at(-1)?.type).toBe("completed");
    const { ok, answer, error = "" } = completedOf(events);
    const [first = ""] = (ok ? answer : error).split("\n");
    if (name === "canonical/spec-describe") expect(first).toMatch(/^HAPPI\/1\.3 - .*Watermark: V>>--<<V$/u);
    else expect(`${ok ? "✓" : "✗"} ${first}`).toBe(outcomes[name]);
  });

  it.each(names)("%s ends every action once that it begins", async (name) => {
    const actions = (await replay(name)).flatMap((event) => (event.type === "action" ? [event] : []));
    const begun = new Set(actions.map(({ action }) => action.id));
    const ended = actions.filter(({ phase }) => phase === "completed").map(({ action }) => action.id);
    expect(ended.toSorted()).toEqual([...begun].toSorted());
    expect(actions.filter(({ action }) => action.title.trim() === "")).toEqual([]);
  });
});
