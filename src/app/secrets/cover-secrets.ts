import type { Chat, Keyboard } from "../../bridge/chat-port.ts";
import { coverContent, type SecretCover } from "../../bridge/secret-cover.ts";
import type { MessageText } from "../../domain/message-text.ts";

export interface ChatCover {
  /** For everything, except a message that shows secrets because the user asked. */
  readonly secrets: SecretCover;
  /** For that one too: the bot's own token goes nowhere. */
  readonly never: SecretCover;
  /** The line that resumes a session must work whatever its token looks like. */
  readonly isResumeLine: (line: string) => boolean;
}

/** The same chat, in which secrets never appear: the net below what the use cases cover, see `SecretCover`. */
export function coverSecrets(chat: Chat, { secrets, never, isResumeLine }: ChatCover): Chat {
  const withResumeLines = { cover: (text: string): string => coverLines(text, secrets, isResumeLine) };
  const coverKeyboard = (keyboard: Keyboard | undefined): { readonly keyboard?: Keyboard } =>
    keyboard === undefined ? {} : { keyboard: keyboard.map((row) => row.map((button) => coverLabel(button, secrets))) };
  const coverText = (content: MessageText): MessageText => coverContent(never, coverContent(withResumeLines, content));
  return {
    send: ({ reveals = false, keyboard, ...message }) => {
      const content = reveals ? coverContent(never, message.content) : coverText(message.content);
      return chat.send({ ...message, content, ...coverKeyboard(keyboard) });
    },
    sendDocument: ({ caption, ...document }) =>
      chat.sendDocument({
        ...document,
        text: secrets.cover(document.text),
        fileName: secrets.cover(document.fileName),
        ...(caption !== undefined && { caption: coverText(caption) }),
      }),
    edit: ({ keyboard, ...edit }) =>
      chat.edit({ ...edit, content: coverText(edit.content), ...coverKeyboard(keyboard) }),
    delete: (message) => chat.delete(message),
    typing: (thread, runId) => chat.typing(thread, runId),
    settleRun: (runId) => chat.settleRun(runId),
    answerPress: (pressId, text) => chat.answerPress(pressId, text && secrets.cover(text)),
  };
}

function coverLabel<Button extends { readonly label: string }>(button: Button, { cover }: SecretCover): Button {
  return { ...button, label: cover(button.label) };
}

/** Of the covered text those lines are put back; covering leaves every line where it was. */
function coverLines(text: string, { cover }: SecretCover, isKept: (line: string) => boolean): string {
  const covered = cover(text);
  if (covered === text) return text;
  const coveredLines = covered.split("\n");
  return text
    .split("\n")
    .map((line, index) => (isKept(line) ? line : (coveredLines[index] ?? "")))
    .join("\n");
}
