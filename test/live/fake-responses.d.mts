export interface FakeResponses {
  /** With `/v1` at its end. */
  readonly url: string;
  /** Every text of a user the model was sent so far. */
  readonly texts: readonly string[];
  /** Every request's body so far. */
  readonly requests: readonly unknown[];
  /** Resolves when the model was sent this text of a user. */
  asked(text: string): Promise<void>;
  close(): Promise<void>;
}

export function startFakeResponses(): Promise<FakeResponses>;
