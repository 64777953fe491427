import { type FSWatcher, watch } from "node:fs";

/** The system tells of changes within a millisecond; this is for those it does not tell. */
const pollMs = 500;
/** Where it tells of none at all. */
const blindPollMs = 20;

/**
 * Wakes who waits for a change in a directory. Wakes too often rather than too seldom: look again, and wait on. To be closed.
 *
 * @example
 * for (;;) {
 *   const { version } = watch;
 *   if (isThere()) break;
 *   await watch.changedSince(version);
 * }
 */
export class DirectoryWatch {
  version = 0;
  readonly #watcher: FSWatcher | undefined;
  readonly #timer: NodeJS.Timeout;
  #waiting: (() => void)[] = [];

  constructor(path: string) {
    this.#watcher = this.#watch(path);
    this.#timer = setInterval(() => this.wake(), this.#watcher === undefined ? blindPollMs : pollMs);
  }

  /** Resolves when something may have changed since `version` was read, at once if it has already. */
  changedSince(version: number): Promise<void> {
    if (version !== this.version) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  wake(): void {
    this.version += 1;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  /** Wakes everybody a last time. */
  close(): void {
    clearInterval(this.#timer);
    this.#watcher?.close();
    this.wake();
  }

  #watch(path: string): FSWatcher | undefined {
    try {
      const watcher = watch(path, () => this.wake());
      // Such as the limit of watches, or the directory being gone: the timer goes on.
      watcher.on("error", () => {});
      return watcher;
    } catch {
      return undefined;
    }
  }
}
