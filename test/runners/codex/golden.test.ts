// Each recorded stream of the real CLI (0.169.0) against the events it must become, `<name>.events.json` beside it.
// After a deliberate change: UPDATE_GOLDEN=1 npx vitest run test/runners/codex/golden.test.ts, then read the difference.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { fixturesUrl, replay, type Circumstances } from "./replay.ts";

const failed: Circumstances = { exit: { kind: "exited", code: 1 } };
const resumed = "01a1fbcf-df83-7692-a225-989261006f8f";
const circumstances: Readonly<Record<string, Circumstances>> = {
  "bad-flag": { exit: { kind: "exited", code: 2 } },
  "dash-arg-bad": { exit: { kind: "exited", code: 2 } },
  "empty-stdin": failed,
  "not-git": failed,
  "hang-sigint": failed,
  refused: failed,
  "bash-sigterm": { exit: { kind: "signalled", signal: "SIGTERM" } },
  "hang-sigterm": { exit: { kind: "signalled", signal: "SIGTERM" } },
  resume: { requested: resumed },
  "resume-image-model": { requested: resumed },
  "resume-unknown": { requested: "00000000-0000-4000-8000-000000000000", ...failed },
  "as-resume-2": { requested: "01a1fbd4-ac7d-7270-990b-94f22b6173d0" },
  "as-plan": { isPlanning: true },
  // What the runner never sends, and what must come of it if a session were swapped all the same.
  fork: { requested: resumed },
};

const names = (await readdir(fixturesUrl)).filter((file) => file.endsWith(".jsonl")).map((file) => file.slice(0, -6));

describe("recorded streams of Codex", () => {
  it.each(names)("%s becomes the expected events", async (name) => {
    const events = await replay(name, circumstances[name]);
    const expectedUrl = new URL(`${name}.events.json`, fixturesUrl);
    if (process.env["UPDATE_GOLDEN"] === "1") await writeFile(expectedUrl, `${JSON.stringify(events, null, 2)}\n`);
    expect(JSON.parse(JSON.stringify(events))).toEqual(JSON.parse(await readFile(expectedUrl, "utf8")));
  });

  it.each(names)(
    "%s has at most one started, no action after its end, and one completed as its last event",
    async (name) => {
      const events = await replay(name, circumstances[name]);
      expect(events.filter(({ type }) => type === "completed")).toHaveLength(1);
      expect(events.at(-1)?.type).toBe("completed");
      expect(events.filter(({ type }) => type === "started").length).toBeLessThanOrEqual(1);
      const [begun, ended] = [new Set<string>(), new Set<string>()];
      for (const event of events) {
        if (event.type !== "action") continue;
        expect([...ended]).not.toContain(event.action.id);
        (event.phase === "completed" ? ended : begun).add(event.action.id);
      }
      expect([...begun].filter((id) => !ended.has(id))).toEqual([]);
    },
  );
});
