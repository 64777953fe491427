import { describe, expect, it } from "vitest";
import { decodeExecLine } from "../../runners/codex/decode-exec.ts";
import { decodeThread } from "../../runners/codex/decode-notification.ts";
import { decodeRunLine, sessionOfRunLine } from "../../runners/opencode/schema.ts";
import { applyChoice } from "../../src/bridge/decisions/apply-choice.ts";
import { readReply } from "../../src/bridge/decisions/read-reply.ts";
import { enforceContract } from "../../src/runner/enforce-contract.ts";
import { SessionLocks } from "../../src/runner/session-locks.ts";
import { splitText } from "../../src/render/split.ts";
import { collect, completed, createTestHost, runRequest, ScriptedRunner, started, token } from "../factories.ts";

// What random inputs once brought to light, as examples.

describe("a question whose id is the name of something every object has", () => {
  const options = [{ label: "Red" }, { label: "Blue" }];
  const question = { id: "constructor", text: "Which?", options, multiSelect: true, allowFreeText: true };
  const request = { kind: "question", id: "q", questions: [question] } as const;
  const draft = { position: 0, answers: {} };

  it("is answered in words", () => {
    expect(readReply(request, draft, "Green")).toEqual({
      kind: "decided",
      decision: { kind: "answers", answers: { constructor: ["Green"] } },
    });
  });

  it("takes a choice by button, and asks for one before it is finished", () => {
    expect(applyChoice(request, draft, { kind: "option", position: 0, option: 1 })).toMatchObject({
      kind: "draft",
      toast: "Blue",
    });
    expect(applyChoice(request, draft, { kind: "next", position: 0 })).toMatchObject({ kind: "refused" });
  });
});

describe("a session without a name", () => {
  it("is none for Codex and OpenCode", () => {
    expect(decodeExecLine('{"type":"thread.started","thread_id":""}')).toEqual({
      type: "other",
      name: "thread.started",
    });
    expect(decodeThread({ thread: { id: " " } })).toBeUndefined();
    expect(sessionOfRunLine('{"type":"text","sessionID":""}')).toBeUndefined();
    expect(decodeRunLine('{"type":"text","sessionID":"","part":{"type":"text"}}')).toEqual([
      { type: "other", name: "text" },
    ]);
  });

  it("ends the run of any engine that reports one, with a reason", async () => {
    const runner = new ScriptedRunner({
      async *script() {
        yield started(token(""));
        yield completed("done", { resume: token("") });
      },
    });
    const events = await collect(enforceContract(runner, new SessionLocks()).run(runRequest(), createTestHost()));
    expect(events).toEqual([
      expect.objectContaining({ type: "completed", ok: false, error: expect.stringMatching(/session without a name/) }),
    ]);
  });
});

it("more entities at one place than a part may have do not make parts of one character", () => {
  const entities = ["bold", "italic", "underline"].map(
    (type) =>
      ({ type: type === "bold" ? "bold" : type === "italic" ? "italic" : "underline", offset: 0, length: 5 }) as const,
  );
  const parts = splitText({ text: "👩‍💻 and more of it", entities }, { maxEntities: 2 });
  expect(parts.map(({ text }) => text)).toEqual(["👩‍💻 and more of", "it"]);
});
