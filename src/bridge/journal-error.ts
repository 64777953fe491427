/**
 * What the journal throws; nothing was written then. `isPassing`: it has no space, or no permission to write. The same call works when
 * that is mended, so that nothing needs to be given up.
 */
export abstract class JournalError extends Error {
  abstract readonly isPassing: boolean;
}
