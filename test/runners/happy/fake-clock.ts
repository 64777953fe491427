import { setImmediate } from "node:timers/promises";
import type { Clock } from "../../../runners/happy/client/clock.ts";

interface Timer {
  readonly at: number;
  readonly run: () => void;
}

/** Time that stands still until it is stepped. */
export class FakeClock implements Clock {
  readonly #timers = new Set<Timer>();
  #now: number;

  constructor(now = 0) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  after(ms: number, run: () => void): () => void {
    const timer = { at: this.#now + ms, run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Fires what is due until then, each at its own time, and lets everything settle that waits for nothing else. */
  async stepTo(time: number): Promise<void> {
    await setImmediate();
    for (let next = this.#next(time); next !== undefined; next = this.#next(time)) {
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.run();
      await setImmediate();
    }
    this.#now = Math.max(this.#now, time);
  }

  #next(time: number): Timer | undefined {
    const due = [...this.#timers].filter(({ at }) => at <= time);
    return due.toSorted((a, b) => a.at - b.at)[0];
  }
}
