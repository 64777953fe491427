import type { Update } from "grammy/types";
import type { HandledUpdate } from "../bridge/inbox.ts";
import { currentChatId } from "../bridge/move-chat.ts";
import type { PressDeps } from "../bridge/presses/press-button.ts";
import type { Log } from "../bridge/ports.ts";
import { say } from "../bridge/say.ts";
import type { Vitals } from "../bridge/status/vitals.ts";
import type { Albums } from "../bridge/files/albums.ts";
import { afterAlbumFeature } from "./features/after-album.ts";
import { attachmentFeature } from "./features/attachment.ts";
import { cancelFeature } from "./features/cancel.ts";
import { chatChangesFeature } from "./features/chat-changes.ts";
import { choicesFeature } from "./features/choices.ts";
import { decisionReplyFeature } from "./features/decision-reply.ts";
import { editedPromptFeature } from "./features/edited-prompt.ts";
import type { Feature } from "./features/feature.ts";
import { fileFeature } from "./features/file.ts";
import { helpFeature } from "./features/help.ts";
import { newSessionFeature } from "./features/new-session.ts";
import { pressFeature } from "./features/press.ts";
import { promptFeature } from "./features/prompt.ts";
import { queueFeature } from "./features/queue.ts";
import { revealFeature } from "./features/reveal.ts";
import { sessionsFeature } from "./features/sessions.ts";
import { statusFeature } from "./features/status.ts";
import type { Incoming } from "../domain/incoming.ts";
import { parseUpdate } from "./parse-update.ts";

export type BotDeps = PressDeps & {
  readonly vitals: Vitals;
  readonly log: Log;
  readonly albums: Albums;
  readonly me: { readonly id: number; readonly username: string };
};

/** What happens to an update that was let in: the first feature that takes it. */
export function createUpdateHandler(deps: BotDeps): (payload: string) => Promise<HandledUpdate> {
  const features: readonly Feature[] = [
    pressFeature(deps),
    chatChangesFeature(deps),
    cancelFeature(deps),
    choicesFeature(deps),
    sessionsFeature(deps),
    queueFeature(deps),
    statusFeature(deps),
    newSessionFeature(deps),
    revealFeature(deps),
    helpFeature(deps),
    decisionReplyFeature(deps),
    afterAlbumFeature(deps),
    editedPromptFeature(deps),
    fileFeature(deps),
    attachmentFeature(deps),
    promptFeature(deps),
  ];
  return async (payload) => {
    const incoming = inCurrentChat(deps, parsePayload(deps, payload));
    if (incoming.kind === "ignored") {
      deps.log.debug("update ignored", { reason: incoming.reason });
      return {};
    }
    for (const feature of features) {
      const outcome = feature(incoming);
      if (outcome !== false) return outcome === true ? {} : outcome;
    }
    return {};
  };
}

/** A message may be handled after its group got a new id: what is allowed, remembered and answered goes by that. */
function inCurrentChat({ store }: BotDeps, incoming: Incoming): Incoming {
  if (incoming.kind !== "message" && incoming.kind !== "edited") return incoming;
  const { message } = incoming;
  const chatId = currentChatId(store, message.thread.chatId);
  return { ...incoming, message: { ...message, thread: { ...message.thread, chatId } } };
}

/** Says under a message that it could not be handled, so that it is not silently lost. */
export function createGiveUp(deps: BotDeps): (payload: string) => void {
  return (payload) => {
    const incoming = parsePayload(deps, payload);
    if (incoming.kind !== "message") return;
    const { thread, messageId: replyTo } = incoming.message;
    const text =
      "Something went wrong in Takopi and this message was not handled. The log says what; please send it again.";
    say(deps.deliveries, { thread, replyTo, text });
  };
}

function parsePayload({ me }: BotDeps, payload: string): ReturnType<typeof parseUpdate> {
  const update: Update = JSON.parse(payload);
  return parseUpdate(update, me.id, me.username);
}
