import type { ActionEvent, CompletedEvent, TakopiEvent } from "../../src/domain/event.ts";
import { explainAnswer } from "./failure.ts";
import { fieldsAt, isFields, textAt, type Fields } from "../../src/runner/fields.ts";
import { unknownTypes } from "../../src/runner/unknown-types.ts";
import { answerOf, closeThought } from "./speech.ts";
import { remark, steps, unchanged, type Failure, type RunState, type Step } from "./state.ts";
import { endTool } from "./tool.ts";
import { planId } from "./translate.ts";

/** How a run came to its end: with the agent's result, or without one. */
export type Outcome =
  | { readonly kind: "result"; readonly result: Fields; readonly stderr: string }
  | ({ readonly kind: "failed" } & Failure);

/** The last events of a run. */
export function complete(state: RunState, outcome: Outcome): readonly TakopiEvent[] {
  const verdict = verdictOf(state, outcome);
  const { state: last, events } = steps(
    state,
    closeThought,
    (next) => closeTools(next, verdict.failure === undefined),
    closePlan,
    (next) =>
      verdict.warning === undefined
        ? unchanged(next)
        : remark(next, { kind: "warning", level: "warning", title: verdict.warning }),
  );
  const { engine, unknown: counts } = last;
  const unknown = unknownTypes({ engine, what: "messages", counts, id: "acp.unknown" });
  return [...events, ...unknown, completedEvent(last, outcome, verdict)];
}

interface Verdict {
  readonly failure?: Failure;
  /** What looks like the answer is the failure's text. */
  readonly isAnswerless?: true;
  readonly warning?: string;
}

function verdictOf(state: RunState, outcome: Outcome): Verdict {
  if (outcome.kind === "failed") return { failure: outcome };
  const { engine } = state;
  const reason = textAt(outcome.result, "stopReason") ?? "";
  switch (reason) {
    case "end_turn":
      return endedTurn(state, outcome);
    case "max_tokens":
      return { warning: `${engine} reached its limit of output tokens; send a message to let it go on` };
    case "max_turn_requests":
      return { warning: `${engine} reached its limit of steps; send a message to let it go on` };
    case "refusal":
      return {
        failure: { error: `${engine} refused to go on. Say it in other words, or start a new session with /new.` },
      };
    case "cancelled":
      return {
        failure: {
          error: `${engine} stopped, for an action was refused or it was interrupted. Send a message to let it go on.`,
        },
      };
    default:
      return { warning: `${engine} ended its turn for a reason unknown here: ${reason === "" ? "none" : reason}` };
  }
}

/** Some agents end their turn well when the model can't be reached, and say so in the answer or nowhere. */
function endedTurn(state: RunState, { result, stderr }: Extract<Outcome, { kind: "result" }>): Verdict {
  const answer = answerOf(state);
  if (answer !== "") {
    const isError = !isFields(result["usage"]) && state.quirks.errorAnswer?.test(answer) === true;
    return isError ? { failure: explainAnswer(state.engine, answer), isAnswerless: true } : {};
  }
  if (state.tools.size > 0) return {};
  const said = stderr.split("\n").slice(-5).join("\n").trim();
  const error = `${state.engine} ended its turn without an answer. Its model may be out of reach: check its login and model.`;
  return { failure: { error: said === "" ? error : `${error}\n${said}` } };
}

/** Codex and Copilot leave calls open, most of all after a cancel. */
function closeTools(state: RunState, ok: boolean): Step {
  const open = [...state.tools.values()].filter(({ shown }) => shown === "open");
  const events = open.flatMap((tool) => endTool(tool, { engine: state.engine, cwd: state.cwd, ok }).events);
  return { state, events };
}

function closePlan(state: RunState): Step {
  if (state.planTitle === undefined) return unchanged(state);
  const event: ActionEvent = {
    type: "action",
    engine: state.engine,
    action: { id: planId, kind: "note", title: state.planTitle, detail: state.planDetail },
    phase: "completed",
  };
  return { state, events: [event] };
}

function completedEvent(state: RunState, outcome: Outcome, { failure, isAnswerless }: Verdict): CompletedEvent {
  const usage = usageOf(state, outcome);
  return {
    type: "completed",
    engine: state.engine,
    ok: failure === undefined,
    answer: isAnswerless === true ? "" : answerOf(state),
    ...resumeOf(state, failure),
    ...(failure === undefined ? {} : { error: failure.error }),
    ...(failure?.fault === undefined ? {} : { fault: failure.fault }),
    ...(Object.keys(usage).length === 0 ? {} : { usage }),
  };
}

function resumeOf(state: RunState, failure: Failure | undefined): Pick<CompletedEvent, "resume"> {
  const value = state.session ?? state.requested;
  if (value === undefined || failure?.fault === "session_not_found") return {};
  return { resume: { engine: state.engine, value } };
}

/** As reported: of the turn with most agents, of the session so far with Copilot. Gemini has it in `_meta.quota` alone. */
function usageOf(state: RunState, outcome: Outcome): Fields {
  if (outcome.kind === "failed") return state.usage;
  const { usage } = outcome.result;
  const quota = fieldsAt(fieldsAt(fieldsAt(outcome.result, "_meta"), "quota"), "token_count");
  return { ...state.usage, ...(isFields(usage) ? usage : quota) };
}
