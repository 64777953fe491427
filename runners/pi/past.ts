import { commandId, followUpsOf, getState } from "./commands.ts";
import type { PiConfig } from "./config.ts";
import { parseFields, textAt, type Fields } from "../../src/runner/fields.ts";

/** What pi was told in this run before the program around it was started again. In print mode it was told nothing of this. */
export interface Past {
  /** How many commands had a number. */
  readonly commands: number;
  /** Ids of the prompts, in order: the run's own, then those of follow-ups. */
  readonly prompts: readonly string[];
  /** The ids of their prompts, by the ids of the follow-ups in them. */
  readonly followUps: ReadonlyMap<string, string>;
  /** How often it was asked whether it has ended. */
  readonly questions: number;
  /** Ids of the dialogs it has the answers to. */
  readonly answered: ReadonlySet<string>;
}

/** Reads what was written to pi: one command in a line. */
export function readPast(told: readonly string[]): Past {
  const lines = told.flatMap((text) => text.split("\n"));
  const commands = lines.map(parseFields).filter((command) => command !== undefined);
  const prompts = idsOf(commands, "prompt");
  const stateRequests = idsOf(commands, "get_state");
  return {
    commands: prompts.length + stateRequests.length,
    prompts,
    followUps: new Map(prompts.flatMap((prompt) => followUpsOf(prompt).map((id) => [id, prompt] as const))),
    // The first one is for the name of the session.
    questions: Math.max(0, stateRequests.length - 1),
    answered: new Set(idsOf(commands, "extension_ui_response")),
  };
}

/** The mode it was told things in; undefined when it was told nothing. Not the config's: that may be another one by now. */
export function modeOf([first]: readonly string[]): PiConfig["mode"] | undefined {
  if (first === undefined) return undefined;
  return first.startsWith(getState(commandId(1))) ? "rpc" : "print";
}

function idsOf(commands: readonly Fields[], type: string): readonly string[] {
  return commands.flatMap((command) => (textAt(command, "type") === type ? [textAt(command, "id") ?? ""] : []));
}
