/** One Bot API call as it was received and answered. */
export interface LoggedRequest {
  /** From 1, ascending in the order of arrival. */
  readonly id: number;
  /** In Telegram's spelling where the method is known. */
  readonly method: string;
  /** Structured parameters are parsed; a file is `{name, size, type}`. */
  readonly params: Readonly<Record<string, unknown>>;
  /** When it arrived; milliseconds. */
  readonly at: number;
  /** The HTTP status of the answer; 0 while there is none, and when the connection was cut. */
  readonly status: number;
  /** The kind of the fault that hit it. */
  readonly fault?: string;
  /** Of a refusal. */
  readonly description?: string;
  readonly answeredAt?: number;
}

/** Calls kept; older ones are forgotten. */
const MAX_REQUESTS = 50_000;

/** Every call of the Bot API, oldest first. */
export class RequestLog {
  readonly #now: () => number;
  #requests: LoggedRequest[] = [];
  #lastId = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  open(method: string, params: Readonly<Record<string, unknown>>): number {
    this.#lastId += 1;
    this.#requests.push({ id: this.#lastId, method, params, at: this.#now(), status: 0 });
    if (this.#requests.length > 2 * MAX_REQUESTS) this.#requests = this.#requests.slice(-MAX_REQUESTS);
    return this.#lastId;
  }

  close(id: number, outcome: { status: number; fault?: string; description?: string }): void {
    const index = id - this.#lastId + this.#requests.length - 1;
    const request = this.#requests[index];
    if (request === undefined) return;
    this.#requests[index] = { ...request, ...outcome, answeredAt: this.#now() };
  }

  /** Calls younger than `after`, of one method when given (in any case of letters). */
  list(filter: { method?: string; after?: number } = {}): readonly LoggedRequest[] {
    const wanted = filter.method?.toLowerCase();
    const { after = 0 } = filter;
    return this.#requests.filter(
      (request) => request.id > after && (wanted === undefined || request.method.toLowerCase() === wanted),
    );
  }
}
