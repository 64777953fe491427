import type { Action, ActionEvent } from "../../src/domain/event.ts";
import { wordedError } from "./failure.ts";
import { isFields, type Fields } from "../../src/runner/fields.ts";
import type { AssistantLine } from "./lines.ts";
import { engine, type RunState, type Step } from "./state.ts";
import { warning } from "../../src/runner/step.ts";

/** How much of a thought an action keeps, in characters: enough to show, too little to fill memory. */
const maxThoughtChars = 1_000;

/** A message of the model. Its tool calls come again as they run; text before them is no action, and no answer either. */
export function translateAssistant(state: RunState, line: AssistantLine): Step {
  const { state: thought, events } = sayThoughts(state, line.thoughts);
  const { fault: _past, ...rest } = thought;
  const counted: RunState = { ...rest, usage: added(rest.usage, line.usage) };
  switch (line.stopReason ?? "stop") {
    case "error":
    case "aborted":
      return { state: { ...counted, text: line.text || state.text, fault: faultOf(line) }, events };
    case "toolUse":
      return { state: { ...counted, text: line.text || state.text }, events };
    case "length": {
      const cut = warning(withAnswer(counted, line), "the answer is cut off: the model reached its output limit");
      return { state: cut.state, events: [...events, ...cut.events] };
    }
    default:
      return { state: withAnswer(counted, line), events };
  }
}

function withAnswer(state: RunState, line: AssistantLine): RunState {
  const answer = line.text || state.text;
  return { ...state, text: "", answers: answer === "" ? state.answers : [...state.answers, answer] };
}

function faultOf({ stopReason, errorMessage }: AssistantLine): string {
  if (stopReason === "aborted") return "pi was interrupted before it had finished.";
  return errorMessage === undefined ? "pi failed without saying why." : wordedError(errorMessage);
}

function sayThoughts(state: RunState, thoughts: readonly string[]): Step {
  const said = thoughts.filter((thought) => thought.trim() !== "");
  const events = said.map((thought, index): ActionEvent => {
    const id = `${engine}.thinking.${state.notes + index + 1}`;
    const action: Action = { id, kind: "note", title: thought.slice(0, maxThoughtChars), detail: {} };
    return { type: "action", engine, action, phase: "completed" };
  });
  return { state: { ...state, notes: state.notes + said.length }, events };
}

/** Sums of all numbers, those in nested objects included: pi reports the cost in one. */
function added(total: Fields, more: Fields): Fields {
  const sums = Object.entries(more).map(([key, value]): readonly [string, unknown] => {
    const before = total[key];
    if (typeof value === "number") return [key, (typeof before === "number" ? before : 0) + value];
    return isFields(value) ? [key, added(isFields(before) ? before : {}, value)] : [key, value];
  });
  return { ...total, ...Object.fromEntries(sums) };
}
