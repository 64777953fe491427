import { fieldsAt, textAt, type Fields } from "../../src/runner/fields.ts";
import type { RunRequest } from "../../src/runner/runner.ts";
import type { CodexConfig } from "./config.ts";

/** What goes with each turn of a run beside its words. */
export interface TurnSettings {
  /** Of a turn that only makes a plan. */
  readonly planning: Fields;
  /** Of any other turn. */
  readonly acting: Fields;
}

export interface TurnFacts {
  readonly request: RunRequest;
  readonly config: CodexConfig;
  /** What the turn's commands may do; `undefined` leaves it to Codex. */
  readonly sandbox: Fields | undefined;
  /** The answer to `thread/start` or `thread/resume`. */
  readonly thread: Fields;
}

/**
 * Codex's plan mode is only words to the model, which may still write files (0.169.0): the sandbox sees to it that it can't. The mode and
 * the sandbox stay for the turns after it, and the mode is kept with the session: whoever wants no plan is taken out of it.
 */
export function turnSettings({ request, config, sandbox, thread }: TurnFacts): TurnSettings {
  const { options } = request;
  const chosen = options.effort ?? config.effort;
  const effort = chosen === undefined ? {} : { effort: chosen };
  const toMode = (mode: "plan" | "default"): Fields => modeFields(mode, thread, chosen);
  const isPlan = options.plan === true;
  const wasPlan = textAt(fieldsAt(thread, "collaborationMode"), "mode") === "plan";
  const policy = sandbox ?? (isPlan ? fieldsAt(thread, "sandbox") : undefined);
  return {
    planning: { ...effort, ...toMode("plan"), sandboxPolicy: readOnly(policy ?? {}) },
    acting: {
      ...effort,
      ...(isPlan || wasPlan ? toMode("default") : {}),
      ...(policy === undefined ? {} : { sandboxPolicy: policy }),
    },
  };
}

/** The mode's settings come before those of the turn, and have to name a model. */
function modeFields(mode: "plan" | "default", thread: Fields, chosen: string | undefined): Fields {
  const effort = chosen ?? textAt(thread, "reasoningEffort") ?? null;
  const settings = { model: textAt(thread, "model"), reasoning_effort: effort, developer_instructions: null };
  return { collaborationMode: { mode, settings } };
}

/** The network is open to it where it is to the other turns. */
function readOnly(policy: Fields): Fields {
  return { type: "readOnly", networkAccess: policy["type"] === "dangerFullAccess" || policy["networkAccess"] === true };
}
