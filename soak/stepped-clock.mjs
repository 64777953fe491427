import { setImmediate as turn } from "node:timers/promises";

/** Turns of the event loop without any call, after which everything that was set off has had its effect: all of it is in this process. */
const QUIET_TURNS = 12;

/** Time that moves only when told to. Milliseconds since 1970. */
export class SteppedClock {
  #now;
  #timers = new Set();

  constructor(now) {
    this.#now = now;
  }

  now() {
    return this.#now;
  }

  setTimer(delayMs, run) {
    const timer = { at: this.#now + Math.max(0, delayMs), run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  sleep(ms) {
    return new Promise((resolve) => this.setTimer(ms, resolve));
  }

  /** Moves on in steps of `stepMs`; after each one, what it set off settles. `isIdle` says whether something is under way. */
  async advance(ms, { stepMs, isIdle }) {
    const end = this.#now + ms;
    while (this.#now < end) {
      const stop = Math.min(end, this.#now + stepMs);
      for (let timer = this.#nextUntil(stop); timer !== undefined; timer = this.#nextUntil(stop)) {
        this.#timers.delete(timer);
        this.#now = Math.max(this.#now, timer.at);
        timer.run();
      }
      this.#now = stop;
      await settled(isIdle);
    }
  }

  #nextUntil(end) {
    let next;
    for (const timer of this.#timers) if (timer.at <= end && (next === undefined || timer.at < next.at)) next = timer;
    return next;
  }
}

/** Makes the timers of everything in this process take stepped time. Returns how to undo that. */
export function takeTimers(clock) {
  const { setTimeout, clearTimeout } = globalThis;
  const cancels = new WeakMap();
  globalThis.setTimeout = (run, ms = 0, ...args) => {
    const timer = { ref: () => timer, unref: () => timer, hasRef: () => true };
    cancels.set(
      timer,
      clock.setTimer(ms, () => run(...args)),
    );
    return timer;
  };
  globalThis.clearTimeout = (timer) => {
    const cancel = typeof timer === "object" && timer !== null ? cancels.get(timer) : undefined;
    if (cancel === undefined) clearTimeout(timer);
    else cancel();
  };
  return () => Object.assign(globalThis, { setTimeout, clearTimeout });
}

async function settled(isIdle) {
  for (let quiet = 0; quiet < QUIET_TURNS; quiet += 1) {
    await turn();
    if (!isIdle()) quiet = 0;
  }
}
