import type { Clock } from "../../bridge/ports.ts";
import type { Receiving } from "../../bridge/status/receiving.ts";
import type { NotedError, Vitals } from "../../bridge/status/vitals.ts";
import type { NotedErrors } from "./noted-errors.ts";

/** How this process is doing. It can be asked before receiving has begun. */
export class BotVitals implements Vitals {
  readonly startedAt: number;
  readonly #clock: Clock;
  readonly #errors: NotedErrors;
  #receiving: (() => Receiving) | undefined;

  constructor(clock: Clock, errors: NotedErrors) {
    this.startedAt = clock.now();
    this.#clock = clock;
    this.#errors = errors;
  }

  receiving(): Receiving {
    return this.#receiving?.() ?? { state: "starting", silentMs: this.#clock.now() - this.startedAt };
  }

  lastError(): NotedError | undefined {
    return this.#errors.last();
  }

  /** Receiving has begun, and this says how it goes. */
  watch(receiving: () => Receiving): void {
    this.#receiving = receiving;
  }
}
