import type { Chat } from "../bridge/chat-port.ts";
import type { MessageText } from "../domain/message-text.ts";

/**
 * The same chat, in which these secrets never appear: an engine may read a file that holds them. Each is covered character for
 * character, so that the entities of a text stay where they are. A secret that was cut in two by the splitting of an answer is missed.
 */
export function coverSecrets(chat: Chat, secrets: readonly string[]): Chat {
  const cover = (text: string): string =>
    secrets.reduce((covered, secret) => covered.replaceAll(secret, "•".repeat(secret.length)), text);
  const coverContent = (content: MessageText): MessageText => ({ ...content, text: cover(content.text) });
  return {
    send: (message) => chat.send({ ...message, content: coverContent(message.content) }),
    sendDocument: ({ caption, ...document }) =>
      chat.sendDocument({
        ...document,
        text: cover(document.text),
        ...(caption !== undefined && { caption: coverContent(caption) }),
      }),
    edit: (edit) => chat.edit({ ...edit, content: coverContent(edit.content) }),
    delete: (message) => chat.delete(message),
    typing: (thread, runId) => chat.typing(thread, runId),
    settleRun: (runId) => chat.settleRun(runId),
    answerPress: (pressId, text) => chat.answerPress(pressId, text && cover(text)),
  };
}
