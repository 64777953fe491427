import type { LocalMessage } from "../bot-api-types.ts";
import type { LocalState } from "./local-state.ts";

/** Messages shown per chat. */
const MAX_LINES = 20;

/** The visible messages of all chats as text, for people who read a failed test. */
export function describeChats(state: LocalState): string {
  const chats = [...state.chats.values()].filter((chat) => chat.messages.length > 0);
  const texts = chats.map((chat) => {
    const lines = chat.messages.slice(-MAX_LINES).map(describe);
    return [`chat ${chat.id} (${chat.info.type})`, ...lines].join("\n  ");
  });
  return texts.join("\n");
}

function describe(message: LocalMessage): string {
  const { message_id, from, text, caption, document, reply_markup, message_thread_id } = message;
  const buttons = (reply_markup?.inline_keyboard ?? []).flat().map((button) => `[${button.text}]`);
  const topic = message_thread_id === undefined ? "" : ` topic ${message_thread_id}`;
  const file = document === undefined ? "" : `<${document.file_name ?? "file"}> `;
  return `#${message_id}${topic} ${from?.first_name ?? "channel"}: ${file}${text ?? caption ?? ""} ${buttons.join(" ")}`.trimEnd();
}
