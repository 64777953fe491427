// Each recorded exchange against the events its prompts must become, `<name>.events.json` beside it.
// After a deliberate change: UPDATE_GOLDEN=1 npx vitest run test/runners/happy/golden.test.ts, then read the difference.
import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { complete } from "../../../runners/happy/complete.ts";
import { initialState, type Step } from "../../../runners/happy/state.ts";
import { translateSession } from "../../../runners/happy/translate-session.ts";
import type { SessionEvent } from "../../../runners/happy/client/session-event.ts";
import type { TakopiEvent } from "../../../src/domain/event.ts";
import { textAt } from "../../../src/runner/fields.ts";
import { completedOf } from "../../factories.ts";
import { readRecording, recordings } from "./client/recording.ts";
import { promptsOf, replayTurn, ReplayedSession } from "./client/replay.ts";
import { fixturesUrl } from "./client/vectors.ts";

interface PlayedPrompt {
  readonly prompt: string;
  readonly events: readonly TakopiEvent[];
}

/** What a run makes of each prompt of a recording. */
async function replay(name: string): Promise<readonly PlayedPrompt[]> {
  const session = new ReplayedSession(name);
  const { id, metadata } = session.opened.session;
  const who = { engine: "happy", agent: textAt(metadata, "flavor") ?? "", machine: textAt(metadata, "host") ?? "" };
  const fresh = (): Step => ({
    state: { ...initialState("happy"), cwd: textAt(metadata, "path") ?? "", session: id },
    events: [],
  });
  let run = fresh();
  const live = session.open((event: SessionEvent) => {
    const { state, events } = translateSession(run.state, event, { host: who.machine, hasPrompted: true });
    run = { state, events: [...run.events, ...events] };
  });
  const played: PlayedPrompt[] = [];
  for (const prompt of session.prompts) {
    await session.reach(prompt);
    run = fresh();
    const outcome = await replayTurn(session, live, prompt);
    const events = [...run.events, ...complete(run.state, { kind: "turn", outcome, who, timeoutS: undefined })];
    played.push({ prompt: prompt.text, events });
  }
  return played;
}

const names = recordings.filter((name) => promptsOf(readRecording(name)).length > 0);

describe("recorded exchanges of Happy", () => {
  it.each(names)("%s becomes the expected events", async (name) => {
    const played = await replay(name);
    const expectedUrl = new URL(`${name}.events.json`, fixturesUrl);
    if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(expectedUrl, `${JSON.stringify(played, null, 2)}\n`);
    expect(JSON.parse(JSON.stringify(played))).toEqual(JSON.parse(readFileSync(expectedUrl, "utf8")));
  });

  it.each(names)(
    "%s has one completed event for each prompt, last, unique steps, and nothing unknown",
    async (name) => {
      for (const { events } of await replay(name)) {
        expect(events.filter(({ type }) => type === "completed")).toHaveLength(1);
        expect(events.at(-1)?.type).toBe("completed");
        const actions = events.filter((event) => event.type === "action");
        const ended = actions.filter(({ phase }) => phase === "completed").map(({ action }) => action.id);
        expect(new Set(ended).size).toBe(ended.length);
        expect(actions.filter(({ action }) => action.kind === "telemetry")).toEqual([]);
      }
    },
  );
});

describe("the outcome of each recorded prompt", () => {
  /** Each in its order: the error, or else the beginning of the answer. */
  const outcomes: Readonly<Record<string, readonly RegExp[]>> = {
    "real-1.2.5/abort": [/^claude on workstation was interrupted/u, /^You said: after the abort$/u],
    "real-1.2.5/permission-allow-session": [/^Done\. Last tool result/u],
    "real-1.2.5/provider-error": [/^claude on workstation reports an error: API Error: 400/u],
    "fake-dataKey/fake-abort": [/^claude on fake-host was interrupted/u],
    "fake-dataKey/fake-error": [/^claude on fake-host reports an error: API Error: 500 fake failure$/u],
    "fake-dataKey/fake-resume": [/^You said: one$/u, /did not react to the prompt/u, /^You said: two$/u],
    "fake-legacy-output/fake-error": [/ended its turn without a word/u],
  };

  it.each(names)("of %s is the right one", async (name) => {
    const ends = (await replay(name)).map(({ events }) => completedOf(events));
    const told = ends.map(({ error, answer }) => error ?? answer);
    const expected = outcomes[name];
    if (expected === undefined) expect(ends.map(({ ok, answer }) => ok && answer !== "")).not.toContain(false);
    else expect(told).toEqual(expected.map((text) => expect.stringMatching(text)));
  });
});
