import type { Worker } from "./worker.ts";

export interface WorkersOptions {
  /** How many may wait at the same time. */
  readonly maxIdle: number;
  /** How long one may wait, in milliseconds. */
  readonly idleMs: number;
}

interface IdleWorker {
  readonly worker: Worker;
  readonly timer: NodeJS.Timeout;
}

/** The workers that wait for the next prompt of their session, by the value of its token. Those at work are not here. */
export class Workers {
  readonly #options: WorkersOptions;
  /** In the order in which they began to wait. */
  readonly #idle = new Map<string, IdleWorker>();
  readonly #ending = new Set<Promise<void>>();
  #isClosed = false;

  constructor(options: WorkersOptions) {
    this.#options = options;
  }

  /** Hands the worker of a session over; undefined when there is none any more. */
  take(session: string): Worker | undefined {
    const idle = this.#idle.get(session);
    if (idle === undefined) return undefined;
    clearTimeout(idle.timer);
    this.#idle.delete(session);
    if (idle.worker.isAlive) return idle.worker;
    void this.#end(idle.worker);
    return undefined;
  }

  /** The worker of a session, left where it is. */
  find(session: string): Worker | undefined {
    return this.#idle.get(session)?.worker;
  }

  /** Keeps a worker for the next prompt of its session, as long as the limits allow. Resolves when it is kept, or gone. */
  async keep(session: string, worker: Worker): Promise<void> {
    if (this.#isClosed || this.#options.maxIdle === 0 || !worker.isAlive) return await this.#end(worker);
    this.#drop(session);
    const timer = setTimeout(() => this.#drop(session), this.#options.idleMs).unref();
    this.#idle.set(session, { worker, timer });
    void worker.ended.then(() => this.#forget(session, worker));
    const oldest = this.#idle.keys().next().value;
    if (this.#idle.size > this.#options.maxIdle && oldest !== undefined) this.#drop(oldest);
  }

  /** Keeps none from now on. Resolves when those that waited are gone. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const session of this.#idle.keys()) this.#drop(session);
    await Promise.allSettled(this.#ending);
  }

  #drop(session: string): void {
    const worker = this.take(session);
    if (worker !== undefined) void this.#end(worker);
  }

  async #end(worker: Worker): Promise<void> {
    // What can't be ended has at least lost its input, which is the end of a worker that hears.
    const ending = worker.end().catch(() => {});
    this.#ending.add(ending);
    await ending;
    this.#ending.delete(ending);
  }

  /** One that ended by itself may have left something behind. */
  #forget(session: string, worker: Worker): void {
    if (this.#idle.get(session)?.worker === worker) this.take(session);
  }
}
