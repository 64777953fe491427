import type { Clock } from "../../src/bridge/ports.ts";

interface Timer {
  at: number;
  readonly run: () => void;
}

/** Time that stands still until a test moves it. */
export class FakeClock implements Clock {
  #now: number;
  #timers: Timer[] = [];
  #watchers: (() => void)[] = [];

  constructor(now = 1_000_000) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  setTimer(delayMs: number, run: () => void): () => void {
    const timer = { at: this.#now + Math.max(0, delayMs), run };
    this.#timers.push(timer);
    for (const watcher of this.#watchers.splice(0)) watcher();
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** How long until the timers that are set, ascending. */
  get pending(): readonly number[] {
    return this.#timers.map((timer) => timer.at - this.#now).toSorted((a, b) => a - b);
  }

  /** Resolves when a timer of exactly this delay is set, now or later: for code that does real I/O before it waits. */
  async timerOf(delayMs: number): Promise<void> {
    while (!this.pending.includes(delayMs)) await new Promise<void>((resolve) => this.#watchers.push(resolve));
  }

  /** Moves the time, running each timer at its own time and letting promises settle before and after it. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settled();
    for (let timer = this.#nextUntil(end); timer !== undefined; timer = this.#nextUntil(end)) {
      this.#now = Math.max(this.#now, timer.at);
      this.#timers.splice(this.#timers.indexOf(timer), 1);
      timer.run();
      await settled();
    }
    this.#now = end;
    await settled();
  }

  /**
   * The machine sleeps. `stopped`: afterwards each timer still has all of its rest before it, as Node's have on Linux. `late`: those
   * that came due run at the wake-up.
   */
  async sleep(ms: number, timers: "stopped" | "late"): Promise<void> {
    this.#now += ms;
    if (timers === "stopped") for (const timer of this.#timers) timer.at += ms;
    await this.advance(0);
  }

  #nextUntil(end: number): Timer | undefined {
    const due = this.#timers.filter((timer) => timer.at <= end);
    return due.reduce<Timer | undefined>((first, timer) => (first && first.at <= timer.at ? first : timer), undefined);
  }
}

/** Lets chains of promises that wait for nothing outside run to their end. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}
