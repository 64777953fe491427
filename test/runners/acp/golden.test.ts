// Each recorded stream of a real agent against the events it must become, `<name>.events.json` beside it; a list of runs, for a
// recording holds several prompts. After a deliberate change: UPDATE_GOLDEN=1 npx vitest run test/runners/acp/golden.test.ts, then read
// the difference.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { fixturesUrl, replay } from "./replay.ts";

const names = (await readdir(fixturesUrl)).filter((file) => file.endsWith(".jsonl")).map((file) => file.slice(0, -6));

describe("recorded streams of agents", () => {
  it.each(names)("%s becomes the expected events", async (name) => {
    const runs = await replay(name);
    const expectedUrl = new URL(`${name}.events.json`, fixturesUrl);
    if (process.env["UPDATE_GOLDEN"] === "1") await writeFile(expectedUrl, `${JSON.stringify(runs, null, 2)}\n`);
    expect(JSON.parse(JSON.stringify(runs))).toEqual(JSON.parse(await readFile(expectedUrl, "utf8")));
  });

  it.each(names)("%s ends every action once that it begins, and each run with completed", async (name) => {
    for (const { events } of await replay(name)) {
      const actions = events.flatMap((event) => (event.type === "action" ? [event] : []));
      const begun = new Set(actions.map(({ action }) => action.id));
      const ended = actions.filter(({ phase }) => phase === "completed").map(({ action }) => action.id);
      expect(ended.toSorted()).toEqual([...begun].toSorted());
      expect(events.map(({ type }) => type).indexOf("completed")).toBe(events.length - 1);
    }
  });
});
