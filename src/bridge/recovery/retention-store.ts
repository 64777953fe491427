/** Until when what has ended is kept; what ended before may go. Milliseconds since 1970. */
export interface RetentionCutoffs {
  /** Runs with their prompts and answers, their messages and decisions; and what was offered behind buttons. */
  readonly runs: number;
  /** What was sent. Nothing reads it again. */
  readonly outbox: number;
  /** Updates that had their effect, kept to know them again. */
  readonly inbox: number;
  readonly audit: number;
}

/** The part of the journal that takes away what is old. Nothing that is still to be done is ever deleted. */
export interface RetentionStore {
  /** Deletes some of what is older, few enough not to hold up anything else. Returns how many entries went; 0: there are no more. */
  deleteOld(cutoffs: RetentionCutoffs): number;
  /** Gives some of the space that became free back to the system. False when there is no more to give. */
  releaseSpace(): boolean;
}
