import { Api, HttpError } from "grammy";
import type { FakeClock } from "./fake-clock.ts";

/**
 * How the line to Telegram is. `refused`, `no-dns`: calls fail at once, open ones too. `silent`: neither bytes nor errors, also for calls
 * that are open, for good. `unheld`: answers at once however long it may wait.
 */
type LineState = "up" | "refused" | "no-dns" | "silent" | "unheld";

/** Also what keeps a poller that never rests from hanging its test. */
const ROUND_TRIP_MS = 10;

interface OpenCall {
  /** Asked, or open, while the line was silent. */
  isDead: boolean;
  readonly answer: () => void;
  readonly fail: (error: Error) => void;
}

/** Telegram at the other end of a line that a test can cut; only polls are known. Time is the stepped clock's. */
export class FakeLine {
  readonly api: Api = new Api("1:secret");
  readonly #clock: FakeClock;
  readonly #open = new Set<OpenCall>();
  #state: LineState = "up";
  polls = 0;
  /** When polls were answered. */
  readonly answers: number[] = [];

  constructor(clock: FakeClock) {
    this.#clock = clock;
    this.api.config.use(async (...[, method, payload, signal]) => {
      if (method !== "getUpdates") throw new Error(`${method} was not expected`);
      this.polls += 1;
      const heldMs = "timeout" in payload ? Number(payload.timeout) * 1000 : 0;
      await this.#poll(this.#state === "unheld" ? 0 : heldMs, signal);
      this.answers.push(clock.now());
      // The type knows that the result fits the method, and not which method it is.
      return JSON.parse('{"ok":true,"result":[]}');
    });
  }

  become(state: LineState): void {
    this.#state = state;
    for (const call of this.#open) {
      if (state === "refused" || state === "no-dns") call.fail(lineError("ECONNRESET"));
      if (state === "silent") call.isDead = true;
    }
  }

  #poll(heldMs: number, signal: Signal | undefined): Promise<void> {
    if (this.#state === "refused") return Promise.reject(lineError("ECONNREFUSED"));
    if (this.#state === "no-dns") return Promise.reject(lineError("ENOTFOUND"));
    return new Promise((resolve, reject) => {
      const call: OpenCall = {
        isDead: this.#state === "silent",
        answer: () => this.#end(call, resolve),
        fail: (error) => this.#end(call, () => reject(error)),
      };
      this.#open.add(call);
      signal?.addEventListener("abort", () => call.fail(lineError("ABORT_ERR")));
      this.#clock.setTimer(heldMs + ROUND_TRIP_MS, () => call.isDead || call.answer());
    });
  }

  #end(call: OpenCall, settle: () => void): void {
    if (this.#open.delete(call)) settle();
  }
}

interface Signal {
  addEventListener(type: "abort", listener: () => void): void;
}

function lineError(code: string): HttpError {
  return new HttpError("Network request for 'getUpdates' failed!", Object.assign(new Error(code), { code }));
}
