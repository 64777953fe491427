export interface FakeAnthropic {
  readonly url: string;
  /** Every text block the model was sent so far. */
  readonly texts: readonly string[];
  close(): Promise<void>;
}

export function startFakeAnthropic(): Promise<FakeAnthropic>;
