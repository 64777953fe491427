/**
 * What the user allowed for the rest of a session. The CLI keeps it in the memory of its process, which ends with the run; this keeps it
 * for the session's later runs, until the bot is restarted.
 */
export class SessionGrants {
  readonly #bySession = new Map<string, Set<string>>();

  add(session: string, names: readonly string[]): void {
    const granted = this.#bySession.get(session) ?? new Set();
    this.#bySession.delete(session);
    this.#bySession.set(session, new Set([...granted, ...names]));
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
