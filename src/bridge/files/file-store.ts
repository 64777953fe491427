import type { IncomingFile } from "../../domain/incoming.ts";
import type { Run, RunId } from "../../domain/run.ts";
import type { MessageRef, Thread } from "../../domain/thread.ts";

/** A message with a file that was let in and handled. Kept so that a reply can take the file along. */
export interface SentFile {
  readonly thread: Thread;
  readonly messageId: number;
  readonly senderId: number;
  /** Equal for the parts of one album. */
  readonly albumId?: string;
  readonly caption: string;
  readonly file: IncomingFile;
}

/** The same with the update that brought it. */
export interface SentPart extends SentFile {
  readonly updateId: number;
}

/** What became of a file that a run is to get. `why` is a part of a sentence for people and engines. */
export type FileOutcome =
  { readonly kind: "fetched"; readonly path: string } | { readonly kind: "failed"; readonly why: string };

/** A file of a run; without an outcome it is still to be fetched. */
export interface RunFile {
  readonly file: IncomingFile;
  readonly outcome?: FileOutcome;
}

/** Which file of which run; positions count from 0 in the order in which the engine gets them. */
export interface RunFilePlace {
  readonly runId: RunId;
  readonly position: number;
}

/** The part of the journal that knows files. What is written of them together with messages is in `Store`. */
export interface FileStore {
  /** The file of this message, or of the message that this one of the bot answered. */
  findSentFile(message: MessageRef): SentFile | undefined;
  /** All known parts of an album, in the order of their messages; of a file that is in none, itself. */
  albumOf(part: Pick<SentFile, "thread" | "messageId" | "senderId" | "albumId">): readonly SentFile[];
  /** The user wrote another caption. */
  changeCaption(message: MessageRef, caption: string): void;
  /** The files of a run, in the order in which its engine gets them. */
  filesOf(runId: RunId): readonly RunFile[];
  /** Queued runs of which a file has no outcome yet, oldest first. They do not start before that. */
  runsToFetch(): readonly Run[];
}
