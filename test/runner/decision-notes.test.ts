import { expect, it } from "vitest";
import type { Decision } from "../../src/domain/decision.ts";
import { DecisionNotes } from "../../src/runner/decision-notes.ts";

function notesOf(kept: Record<string, string>): DecisionNotes {
  return new DecisionNotes({ write: (name, text) => void (kept[name] = text), read: (name) => kept[name] });
}

it.each<Decision>([
  { kind: "approve", scope: "session" },
  { kind: "approve", scope: "once", acceptEdits: true },
  { kind: "deny", reason: "no", interrupt: true },
  { kind: "deny", reason: "" },
  { kind: "answers", answers: { colour: ["red", "blue"] } },
  { kind: "revise", feedback: "More tests." },
  { kind: "dismiss", reason: "nobody answers" },
])("a decision is found again as it was: %j", (decision) => {
  const kept = {};
  notesOf(kept).keep("ask-1", decision);
  expect(notesOf(kept).find("ask-1")).toEqual(decision);
  expect(notesOf(kept).find("ask-2")).toBeUndefined();
});

it.each(["{}", "[]", '{"kind":"approve","scope":"ever"}', '{"kind":"allow"}'])("%s is no decision", (text) => {
  expect(notesOf({ "ask-1": text }).find("ask-1")).toBeUndefined();
});
