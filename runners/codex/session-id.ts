const uuid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/u;

/** The pattern of a session's id inside another. */
export const sessionIdPattern: string = uuid.source;

/** Codex takes a session's name, too, and begins a new session when it does not know it: only ids are safe. */
export function isSessionId(value: string): boolean {
  return new RegExp(`^${uuid.source}$`, "iu").test(value);
}
