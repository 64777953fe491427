import type { IncomingMessage } from "../../domain/incoming.ts";
import { acceptPrompt, type PromptDeps } from "../accept-prompt.ts";
import { noticeRow } from "../say.ts";
import type { Albums } from "./albums.ts";
import type { FileStore, SentPart } from "./file-store.ts";
import { gotFiles } from "./file-words.ts";

export type AcceptFilesDeps = PromptDeps & { readonly albums: Albums };

const LATE = "A late part of that album: reply to it and say what to do with it.";
const MAY_NOT = "You may not send files to this bot, so nothing was started.";

/**
 * A message that brought a file: with a caption a prompt, without one something to reply to. The parts of an album count as one message.
 * Returns when to hand in the message again, where parts may be missing. Handling it again afterwards changes nothing.
 */
export function acceptFile(deps: AcceptFilesDeps, message: IncomingMessage): Promise<void> | undefined {
  const { store, albums } = deps;
  const [part] = toParts([message]);
  if (part === undefined || isKnown(deps, message)) return undefined;
  if (message.mediaGroupId === undefined) {
    acceptParts(deps, [message]);
    return undefined;
  }
  if (!albums.isGathering(message) && store.albumOf(part).length > 0) {
    answer(deps, [message], LATE);
    return undefined;
  }
  const gathered = albums.gather(message);
  if (gathered.kind === "wait") return gathered.again;
  acceptParts(deps, gathered.parts);
  albums.close(message);
  return undefined;
}

/** What a prompt reads after an edit: of an album all captions, the new one among them. */
export function editedText(store: FileStore, { thread: { chatId }, messageId, text }: IncomingMessage): string {
  const part = store.findSentFile({ chatId, messageId });
  if (part?.messageId !== messageId) return text;
  store.changeCaption({ chatId, messageId }, text);
  return joinCaptions(store.albumOf(part).map(({ caption }) => caption));
}

/** The captions of an album in the order of its messages, as one text. */
function joinCaptions(captions: readonly string[]): string {
  return captions.filter((caption) => caption.trim() !== "").join("\n");
}

function isKnown({ store }: AcceptFilesDeps, { thread: { chatId }, messageId }: IncomingMessage): boolean {
  return store.findSentFile({ chatId, messageId }) !== undefined;
}

function acceptParts(deps: AcceptFilesDeps, messages: readonly IncomingMessage[]): void {
  const { fileSenderIds } = deps.settings;
  const first = messages.find(({ text }) => text.trim() !== "") ?? messages[0];
  if (first === undefined) return;
  if (fileSenderIds.size > 0 && !fileSenderIds.has(first.sender.id)) {
    deps.refusals.refuse({ by: first.sender, why: "may not send files" });
    return answer(deps, messages, MAY_NOT);
  }
  const text = joinCaptions(messages.map((message) => message.text));
  if (text === "") return answer(deps, messages, gotFiles(toParts(messages)));
  acceptPrompt(deps, { ...first, text }, toParts(messages));
}

function answer(deps: AcceptFilesDeps, messages: readonly IncomingMessage[], text: string): void {
  const [first, ...others] = messages;
  if (first === undefined) return;
  const outbox = [noticeRow({ thread: first.thread, replyTo: first.messageId, text })];
  const updateIds = [first.updateId, ...others.map(({ updateId }) => updateId)] as const;
  if (deps.store.answerUpdates(updateIds, { parts: toParts(messages), outbox })) deps.deliveries.wake();
}

function toParts(messages: readonly IncomingMessage[]): readonly SentPart[] {
  return messages.flatMap(({ updateId, thread, messageId, sender, mediaGroupId, text: caption, file }) =>
    file === undefined
      ? []
      : [
          {
            updateId,
            thread,
            messageId,
            senderId: sender.id,
            caption,
            file,
            ...(mediaGroupId !== undefined && { albumId: mediaGroupId }),
          },
        ],
  );
}
