// Each recorded stream of the real CLI (versions 1.0.128 to 2.1.329) against the events it must become, `<name>.events.json` beside it.
// After a deliberate change: UPDATE_GOLDEN=1 npx vitest run test/runners/claude/golden.test.ts, then read the difference.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { fixturesUrl, replay, type Circumstances } from "./replay.ts";

const resumed = "e6f7378e-bcd7-4f9d-8ae2-2bfd330693eb";
const circumstances: Readonly<Record<string, Circumstances>> = {
  resume: { requested: resumed },
  fork: { requested: resumed },
  "resume-unknown": { requested: "00000000-1111-4222-8333-444444444444", ending: { kind: "exited", code: 1 } },
  "resume-notuuid": { requested: "not-a-uuid", ending: { kind: "exited", code: 1 } },
  "sigterm-in-bash": { ending: { kind: "exited", code: 143 } },
  "sigterm-in-text": { ending: { kind: "exited", code: 143 } },
};

const names = (await readdir(fixturesUrl)).filter((file) => file.endsWith(".jsonl")).map((file) => file.slice(0, -6));

describe("recorded streams of Claude Code", () => {
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
});
