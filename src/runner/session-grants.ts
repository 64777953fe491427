/**
 * What the user allowed for the rest of a session, under names the engine's folder gives it. Engines keep it in the memory of their process,
 * which ends with the run; this keeps it for the session's later runs, until the bot is restarted. One for all runs of a runner.
 */
export class SessionGrants {
  readonly #bySession = new Map<string, ReadonlySet<string>>();

  /** Adds to what was allowed in the session before. */
  add(session: string, names: readonly string[]): void {
    const granted = new Set([...(this.#bySession.get(session) ?? []), ...names]);
    this.#bySession.delete(session);
    this.#bySession.set(session, granted);
    const [oldest] = this.#bySession.keys();
    if (this.#bySession.size > maxSessions && oldest !== undefined) this.#bySession.delete(oldest);
  }

  /** Whether all of it was allowed before. Nothing is not. */
  covers(session: string, names: readonly string[]): boolean {
    const granted = this.#bySession.get(session);
    return granted !== undefined && names.length > 0 && names.every((name) => granted.has(name));
  }
}

/** Those that were allowed something last are kept. */
const maxSessions = 1_000;
