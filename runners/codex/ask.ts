import type { Decision, DecisionRequest } from "../../src/domain/decision.ts";
import type { Fields } from "../../src/runner/fields.ts";

/** Something Codex asks, as a question to the user, and how it wants to hear the answer. */
export interface Ask {
  readonly request: DecisionRequest;
  /** A decision that does not fit the question is a refusal: nothing runs by mistake. */
  readonly answer: (decision: Decision) => Fields;
  /** What is asked for, under names that are equal for equal things. Absent or empty: it can't be allowed for longer. */
  readonly names?: readonly string[];
  /** Paths of the files that would be changed, where nothing but that is asked for. */
  readonly edits?: readonly string[];
}

/** Where the question comes up. */
export interface AskedWhere {
  /** For the question, unique within the run. */
  readonly id: string;
  readonly cwd: string;
  /** What the file changes that are open would do, by their id. */
  readonly patches: ReadonlyMap<string, readonly Fields[]>;
}
