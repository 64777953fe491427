/** A time without an answer of the chat service, in milliseconds since 1970. */
export interface Outage {
  readonly from: number;
  readonly to: number;
}

/** How receiving messages goes. */
export interface Receiving {
  /** `starting`: nothing was answered yet. `waiting`: the latest attempt failed. `deaf`: no answer for so long that somebody should look. */
  readonly state: "starting" | "well" | "waiting" | "deaf";
  /** Milliseconds since the last answer, or since the start; the time the machine slept does not count. */
  readonly silentMs: number;
  /** Milliseconds since 1970; absent before the first answer. */
  readonly lastAnswerAt?: number;
  /** Why it waits, for people. */
  readonly reason?: string;
  /** The latest one that is over. */
  readonly lastOutage?: Outage;
}
