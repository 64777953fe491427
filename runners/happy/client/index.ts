// The package export `takopi/happy`: a package needs one module that names what it promises, so that all else may change.
export type { Agent } from "./start-session.ts";
export type { CredentialOptions } from "./credentials.ts";
export {
  AuthenticationError,
  ConnectionError,
  EncryptionError,
  HappyError,
  MachineOfflineError,
  MetadataConflictError,
  MetadataUpdateError,
  SessionNotFound,
  SpawnError,
  TimeoutError,
} from "./errors.ts";
export { HappyClient, type HappyClientOptions, type RunTaskOptions, type SpawnOptions } from "./happy-client.ts";
export type { LiveSession, PermissionAnswer, Turn } from "./live-session.ts";
export type { Patience } from "./patience.ts";
export type { PermissionMode, PromptOptions } from "./prompt.ts";
export type { Machine, Message, Session } from "./records.ts";
export type { SessionEvent } from "./session-event.ts";
export type { PendingRequest, SessionState } from "./session-state.ts";
export { signIn } from "./sign-in.ts";
export type { TurnEvent } from "./turn-event.ts";
export type { TurnOutcome } from "./turn-verdict.ts";
export type { TurnResult, WaitOptions } from "./waits.ts";
