/** Any failure of the client. Every exception it throws is one, except the reason of an `AbortSignal` that the caller passed. */
export class HappyError extends Error {
  override readonly name: string = "HappyError";
}

/** Credentials are missing, malformed, or refused by the server. */
export class AuthenticationError extends HappyError {
  override readonly name: string = "AuthenticationError";
}

/** The machine, or the program that runs a session on it, is not connected to the server. */
export class MachineOfflineError extends HappyError {
  override readonly name: string = "MachineOfflineError";
}

/** The server has no session with that id in this account. */
export class SessionNotFound extends HappyError {
  override readonly name: string = "SessionNotFound";
}

/** The machine did not start or resume a session. */
export class SpawnError extends HappyError {
  override readonly name: string = "SpawnError";
}

/** A wait took longer than it was allowed to. */
export class TimeoutError extends HappyError {
  override readonly name: string = "TimeoutError";
}

/** Something can't be encrypted, or can't be read with this secret. */
export class EncryptionError extends HappyError {
  override readonly name: string = "EncryptionError";
}

/** The server can't be reached, does not answer, or the connection broke. */
export class ConnectionError extends HappyError {
  override readonly name: string = "ConnectionError";
}

/** The server refused a change of a session's metadata, or did not acknowledge it. */
export class MetadataUpdateError extends HappyError {
  override readonly name: string = "MetadataUpdateError";
}

/** Others changed the metadata every time this change was tried. */
export class MetadataConflictError extends HappyError {
  override readonly name: string = "MetadataConflictError";
}
