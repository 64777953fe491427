import type { IncomingFile, IncomingMessage } from "../../domain/incoming.ts";
import type { Run } from "../../domain/run.ts";
import type { GuardDeps } from "../guard.ts";
import type { Store } from "../store-port.ts";

/** The files of the message that was replied to. */
export interface RepliedFiles {
  readonly files: readonly IncomingFile[];
  /** The reply is to what the bot said about them, and not to one of them. */
  readonly isToAnswer: boolean;
  /** Why they can't be taken along, as a sentence. */
  readonly problem?: string;
}

/** What a reply takes along: the file, with its whole album, of somebody who may chat. */
export function repliedFiles(
  { store, rights }: Pick<GuardDeps, "store" | "rights">,
  { thread: { chatId }, replyTo }: IncomingMessage,
): RepliedFiles {
  const none = { files: [], isToAnswer: false };
  if (replyTo === undefined) return none;
  const known = store.findSentFile({ chatId, messageId: replyTo.messageId });
  if (known !== undefined) {
    const files = store.albumOf(known).map(({ file }) => file);
    return { files, isToAnswer: known.messageId !== replyTo.messageId };
  }
  // What the bot sent itself comes from a session, which has it.
  if (replyTo.file === undefined || replyTo.fromBot) return none;
  if (replyTo.senderId !== undefined && rights(replyTo.senderId, { chatId }).chat)
    return { files: [replyTo.file], isToAnswer: false };
  const problem = "The file you replied to is not from somebody who may use this bot here, so nothing was started.";
  return { ...none, problem };
}

/** Without those that the session which is gone on with has already. */
export function newToSession(
  store: Store,
  files: readonly IncomingFile[],
  followed: Run | undefined,
): readonly IncomingFile[] {
  const isGiven = followed !== undefined && (followed.startedAt !== undefined || followed.finishedAt === undefined);
  if (!isGiven) return files;
  const given = store.filesOf(followed.id).filter(({ outcome }) => outcome?.kind !== "failed");
  return files.filter(({ uniqueId }) => !given.some(({ file }) => file.uniqueId === uniqueId));
}
