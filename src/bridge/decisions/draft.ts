/** Which text the next reply to a decision's message is taken as. */
export type AwaitedText = "reason" | "revision" | "answer";

/** A partial answer: where the user is among the questions, and what they have chosen. Kept in the journal. */
export interface Draft {
  /** Position of the question that is shown. */
  readonly position: number;
  /** By question id: the labels chosen, or the text written. */
  readonly answers: Readonly<Record<string, readonly string[]>>;
  /** Set by a button that asks for words. */
  readonly awaits?: AwaitedText;
}

/** Nothing chosen yet. */
export const emptyDraft: Draft = { position: 0, answers: {} };

/** What was chosen for a question. Its id is the engine's own, and may be the name of something every object has. */
export function chosenFor(answers: Draft["answers"], questionId: string): readonly string[] {
  return Object.hasOwn(answers, questionId) ? (answers[questionId] ?? []) : [];
}
