import { Mutex } from "async-mutex";
import type { SessionKey } from "../domain/run.ts";

/** Frees a lock; calling it again does nothing. */
export type ReleaseLock = () => void;

interface KeyedMutex {
  readonly mutex: Mutex;
  /** How many hold or await it. */
  users: number;
}

/**
 * One lock per session, granted in the order of asking. A key takes memory only while somebody holds or awaits it.
 * One instance serves the whole program: two instances know nothing of each other.
 */
export class SessionLocks {
  readonly #mutexes = new Map<SessionKey, KeyedMutex>();

  /** How many keys are held or awaited. */
  get size(): number {
    return this.#mutexes.size;
  }

  /**
   * Waits for its turn. Rejects with the signal's reason when that aborts first; the place in the queue is then given up. A free key
   * is granted even so: a run that was aborted may still have to say which session it is in.
   */
  async acquire(key: SessionKey, signal: AbortSignal): Promise<ReleaseLock> {
    if (this.#mutexes.has(key)) signal.throwIfAborted();
    return await unlessAborted(this.#turn(key), signal);
  }

  async #turn(key: SessionKey): Promise<ReleaseLock> {
    const entry = this.#mutexes.get(key) ?? { mutex: new Mutex(), users: 0 };
    this.#mutexes.set(key, entry);
    entry.users += 1;
    const release = await entry.mutex.acquire();
    return once(() => {
      entry.users -= 1;
      if (entry.users === 0) this.#mutexes.delete(key);
      release();
    });
  }
}

/** A mutex can't take a waiter out of its queue, so an abandoned turn is given back as soon as it comes. */
function unlessAborted(turn: Promise<ReleaseLock>, signal: AbortSignal): Promise<ReleaseLock> {
  return new Promise((resolve, reject) => {
    const abandon = (): void => {
      reject(signal.reason);
      void turn.then((release) => release());
    };
    signal.addEventListener("abort", abandon, { once: true });
    void turn.then((release) => {
      signal.removeEventListener("abort", abandon);
      resolve(release);
    });
  });
}

function once(run: () => void): ReleaseLock {
  let called = false;
  return () => {
    if (called) return;
    called = true;
    run();
  };
}
