import { parseFields, fieldsAt, isFields, listAt, textAt, type Fields } from "../../src/runner/fields.ts";

/** What the CLI was told in this run before the program around it was started again. */
export interface Past {
  /** Whether it has the prompt. */
  readonly hasPrompt: boolean;
  /** Ids of the user lines after the prompt. */
  readonly followUps: ReadonlySet<string>;
  /** The requests it has the answer to, by id, with the permissions that the answer gave for longer. */
  readonly answered: ReadonlyMap<string, readonly Fields[]>;
}

/** Reads what was written to the CLI, one line each. */
export function readPast(told: readonly string[]): Past {
  const lines = told.map(parseFields).filter((line) => line !== undefined);
  const [prompt, ...others] = lines.filter((line) => line["type"] === "user");
  const answers = lines.filter((line) => line["type"] === "control_response").map((line) => fieldsAt(line, "response"));
  return {
    hasPrompt: prompt !== undefined,
    followUps: new Set(others.map((line) => textAt(line, "uuid") ?? "")),
    answered: new Map(answers.map((answer) => [textAt(answer, "request_id") ?? "", permissionsOf(answer)])),
  };
}

function permissionsOf(answer: Fields): readonly Fields[] {
  return listAt(fieldsAt(answer, "response"), "updatedPermissions").filter(isFields);
}
