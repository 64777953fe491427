export interface FakeModels {
  readonly url: string;
  /** Every text of a user the model was sent so far. */
  readonly texts: readonly string[];
  close(): Promise<void>;
}

export function startFakeModels(): Promise<FakeModels>;
