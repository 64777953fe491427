import type { CompletedEvent, TakopiEvent } from "../../src/domain/event.ts";
import { answersOf, engine, type Failure, type Message, type RunState } from "./state.ts";
import { unknownEvents } from "./unknown.ts";

/** The last events of a run. `failure` is what ended it from outside; without one, the last message counts. */
export function complete(state: RunState, failure: Failure | undefined = state.failure): readonly TakopiEvent[] {
  return [...unknownEvents(state), completedEvent(state, failure)];
}

function completedEvent(state: RunState, failure: Failure | undefined): CompletedEvent {
  const error = failure?.error ?? missingAnswer(state);
  return {
    type: "completed",
    engine,
    ok: error === undefined,
    answer: answerOf(state),
    ...resumeOf(state, failure),
    ...(error === undefined ? {} : { error }),
    ...(failure?.fault === undefined ? {} : { fault: failure.fault }),
    ...(state.usage === undefined ? {} : { usage: { ...state.usage } }),
  };
}

/** A refused permission ends a run after the tool, without a word of the model. */
function missingAnswer(state: RunState): string | undefined {
  const last = answersOf(state).at(-1);
  return last === undefined || last.finish === undefined || isBetweenTools(last)
    ? "opencode stopped before it had answered. Send a message to let it go on."
    : undefined;
}

/**
 * What the model said when it was done, for each prompt that got an answer of its own. What it said between tools is left out, except
 * when there is nothing else.
 */
function answerOf(state: RunState): string {
  const messages = answersOf(state);
  const lastByPrompt = new Map(messages.map((message) => [message.parentId, message]));
  const answers = [...lastByPrompt.values()].filter((message) => !isBetweenTools(message)).map(textOf);
  const last = messages.at(-1);
  const said = answers.filter((text) => text !== "").join("\n\n");
  return said === "" && last !== undefined ? textOf(last) : said;
}

function isBetweenTools({ finish }: Message): boolean {
  return finish === "tool-calls";
}

function textOf({ texts }: Message): string {
  return [...texts.values()].filter((text) => text !== "").join("\n\n");
}

function resumeOf(state: RunState, failure: Failure | undefined): Pick<CompletedEvent, "resume"> {
  const value = state.session ?? state.requested;
  // A session that is gone is not offered again.
  return value === undefined || failure?.fault === "session_not_found" ? {} : { resume: { engine, value } };
}
