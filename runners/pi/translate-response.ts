import { wordedError } from "./failure.ts";
import { fieldsAt, flagAt, numberAt, textAt, type Fields } from "../../src/runner/fields.ts";
import type { ResponseLine } from "./lines.ts";
import type { RunState, Step } from "./state.ts";
import { unchanged } from "../../src/runner/step.ts";
import { beginSession } from "./translate-session.ts";

/** The answer to a command. Failures of others than these say nothing about the run. */
export function translateResponse(state: RunState, line: ResponseLine): Step {
  if (line.command === "get_state" && line.ok)
    return state.session === undefined ? named(state, line.data) : settled(state, line.data);
  return line.command === "prompt" ? acknowledged(state, line) : unchanged(state);
}

function named(state: RunState, data: Fields): Step {
  const id = textAt(data, "sessionId");
  if (id === undefined) return unchanged(state);
  const model = fieldsAt(data, "model");
  const title = textAt(model, "id");
  const meta = {
    provider: textAt(model, "provider"),
    thinking: textAt(data, "thinkingLevel"),
    file: textAt(data, "sessionFile"),
  };
  const known = Object.fromEntries(Object.entries(meta).filter(([, value]) => value !== undefined));
  return beginSession(state, { id, ...(title === undefined ? {} : { title }), meta: known });
}

/** What pi does now that it has been asked: something else may have begun in between, and that counts. */
function settled(state: RunState, data: Fields): Step {
  const isBusy = flagAt(data, "isStreaming") || flagAt(data, "isCompacting");
  if (isBusy) return unchanged({ ...state, activity: "working" });
  const isWaiting = (numberAt(data, "pendingMessageCount") ?? 0) > 0;
  return unchanged(state.activity === "ending" && !isWaiting ? { ...state, activity: "idle" } : state);
}

function acknowledged(state: RunState, { id, ok, error, data }: ResponseLine): Step {
  const prompts = new Set([...state.prompts].filter((prompt) => prompt !== id));
  const known: RunState = { ...state, prompts };
  if (!ok) return refused(known, wordedError(error ?? "pi did not take the prompt"));
  if (textAt(data, "disposition") === "started") return unchanged({ ...known, activity: "working" });
  // It waits its turn, or starts nothing (a command of an extension), or, in 0.73.1, nobody says which.
  return unchanged(known.activity === "working" ? known : { ...known, activity: "ending", isUnsure: true });
}

/** Without the first prompt there is no run. A later one becomes a run of its own, and this one goes on. */
function refused(state: RunState, error: string): Step {
  return unchanged(state.activity === "starting" ? { ...state, failure: { error } } : state);
}
