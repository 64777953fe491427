// The six-signal rule over every prompt of every recording, in the time it took.
import { describe, expect, it } from "vitest";
import { answerText, noAnswer, reduceAnswer } from "../../../../runners/happy/client/answer.ts";
import type { TurnOutcome } from "../../../../runners/happy/client/turn-verdict.ts";
import { readRecording, recordings } from "./recording.ts";
import { promptsOf, replayTurn, ReplayedSession } from "./replay.ts";

type Expected = readonly [TurnOutcome["status"], TurnOutcome["by"], RegExp];

/** By recording, for each of its prompts: how it ended, by which signal that is known, and the answer. */
const expected: Readonly<Record<string, readonly Expected[]>> = {
  "real-1.2.5/abort": [
    ["cancelled", "notice", /^$/u],
    ["completed", "turn_end", /^You said: after the abort$/u],
  ],
  "real-1.2.5/archive-and-delete": [["completed", "idle", /^You said: short life$/u]],
  "real-1.2.5/model-and-prompt": [["completed", "idle", /^You said: hello$/u]],
  "real-1.2.5/permission-allow-session": [["completed", "gone", /^Done\. Last tool result \(ok\): File created/u]],
  "real-1.2.5/permission-approve": [["completed", "turn_end", /^Done\. Last tool result \(ok\)/u]],
  "real-1.2.5/provider-error": [["completed", "idle", /^API Error: 400 The request was not valid/u]],
  "real-1.2.5/question": [["completed", "turn_end", /^Done\. Last tool result \(ok\): Your questions/u]],
  "real-1.2.5/simple-turn": [["completed", "idle", /^You said: hello there$/u]],
  "real-1.2.5/slow-answer": [
    ["completed", "turn_end", /^You said: SLOW\(4\)/u],
    ["completed", "turn_end", /^Done\. Last tool result \(ok\)/u],
  ],
  "real-1.2.5/stop-and-resume": [
    ["completed", "idle", /^You said: remember the word takoyaki$/u],
    ["completed", "turn_end", /^You said: which word\?$/u],
  ],
  "real-1.2.5/thinking": [["completed", "idle", /^You said: THINK about it$/u]],
  "real-1.2.5/tools-yolo": [["completed", "turn_end", /^Done\. Last tool result \(ok\): 1\t# demo/u]],
  "fake-dataKey/fake-abort": [["cancelled", "turn_end", /^part 0$/u]],
  "fake-dataKey/fake-echo": [
    ["completed", "turn_end", /^You said: hello$/u],
    ["completed", "turn_end", /^You said: again$/u],
  ],
  "fake-dataKey/fake-error": [["failed", "turn_end", /^$/u]],
  "fake-dataKey/fake-perm-approve": [["completed", "turn_end", /^Allowed and done\.$/u]],
  "fake-dataKey/fake-ready": [["completed", "ready", /^You said: \[ready\] go$/u]],
  "fake-dataKey/fake-resume": [
    ["completed", "turn_end", /^You said: one$/u],
    // It was sent to a session that had been stopped: `sendMessage` refuses that.
    ["unheard", "timeout", /^$/u],
    ["completed", "turn_end", /^You said: two$/u],
  ],
  "fake-dataKey/fake-tool": [["completed", "turn_end", /^Two tools were used\.$/u]],
  "fake-legacy-output/fake-error": [["completed", "ready", /^$/u]],
  "fake-legacy-output/fake-perm-approve": [["completed", "ready", /^Allowed and done\.$/u]],
  "fake-legacy-output/fake-tool": [["completed", "ready", /^Two tools were used\.$/u]],
};

const withPrompts = recordings.filter((name) => promptsOf(readRecording(name)).length > 0);

describe("every recorded prompt ends once, as it did", () => {
  it("and every recording with prompts is here", () => {
    expect(Object.keys(expected).toSorted()).toEqual(withPrompts.toSorted());
  });

  it.each(withPrompts)("%s", async (name) => {
    const session = new ReplayedSession(name);
    let answer = noAnswer;
    const live = session.open((event) => {
      if (event.type === "message") answer = event.says.reduce(reduceAnswer, answer);
    });
    const ends = [];
    for (const prompt of session.prompts) {
      answer = noAnswer;
      const { status, by } = await replayTurn(session, live, prompt);
      ends.push([status, by, answerText(answer)]);
    }
    expect(ends).toEqual(expected[name]?.map(([status, by, text]) => [status, by, expect.stringMatching(text)]));
  });
});
