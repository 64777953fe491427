export interface FakeOpenAi {
  /** With `/v1` at its end. */
  readonly url: string;
  /** Every text of a user the model was sent so far. */
  readonly texts: readonly string[];
  /** Every request's body so far. */
  readonly requests: readonly unknown[];
  close(): Promise<void>;
}

export function startFakeOpenAi(): Promise<FakeOpenAi>;
