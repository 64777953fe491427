// Each recorded stream of the real CLI (0.73.1 and 1.5.2) against the events it must become, `<name>.events.json` beside it.
// After a deliberate change: UPDATE_GOLDEN=1 npx vitest run test/runners/pi/golden.test.ts, then read the difference.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { fixturesUrl, replay, type Circumstances } from "./replay.ts";

const failed = { ending: { kind: "exited", code: 1 } } as const;
const circumstances: Readonly<Record<string, Circumstances>> = {
  "v1-resume": { requested: "01a1fbd7-03ce-772a-beb2-56ace6a92c2e" },
  "v1-session-id-again": { requested: "11111111-2222-4333-8444-555555555555" },
  "v1-session-unknown": { requested: "00000000-0000-4000-8000-000000000000", ...failed },
  "v1-at-prompt": failed,
  "v1-dash-bad": failed,
  "v1-bash-sigterm": { ending: { kind: "exited", code: 143 } },
  "v1-bash-sigint": { ending: { kind: "signalled", signal: "SIGINT" } },
};

const names = (await readdir(fixturesUrl)).filter((file) => file.endsWith(".jsonl")).map((file) => file.slice(0, -6));

describe("recorded streams of Pi", () => {
  it.each(names)("%s becomes the expected events", async (name) => {
    const events = await replay(name, circumstances[name]);
    const expectedUrl = new URL(`${name}.events.json`, fixturesUrl);
    if (process.env["UPDATE_GOLDEN"] === "1") await writeFile(expectedUrl, `${JSON.stringify(events, null, 2)}\n`);
    expect(JSON.parse(JSON.stringify(events))).toEqual(JSON.parse(await readFile(expectedUrl, "utf8")));
  });

  it.each(names)("%s has at most one started, unique ids, and one completed as its last event", async (name) => {
    const events = await replay(name, circumstances[name]);
    expect(events.filter(({ type }) => type === "completed")).toHaveLength(1);
    expect(events.at(-1)?.type).toBe("completed");
    expect(events.filter(({ type }) => type === "started").length).toBeLessThanOrEqual(1);
    const ended = events.flatMap((event) =>
      event.type === "action" && event.phase === "completed" ? [event.action.id] : [],
    );
    expect(new Set(ended).size).toBe(ended.length);
  });

  it.each(names)("%s says nothing of pi's own instructions", async (name) => {
    expect(JSON.stringify(await replay(name, circumstances[name]))).not.toContain("coding agent harness");
  });
});
