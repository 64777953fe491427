import type { MessageText } from "../domain/message-text.ts";
import type { Keyboard } from "./chat-port.ts";

/** A call to the chat that must happen although the program may die at any point. */
export type DurableOperation =
  | {
      readonly type: "send";
      readonly content: MessageText;
      readonly replyTo?: number;
      readonly silent: boolean;
      readonly keyboard?: Keyboard;
      readonly urgency: "final" | "decision" | "normal";
    }
  | {
      readonly type: "document";
      readonly fileName: string;
      readonly text: string;
      readonly caption?: MessageText;
      readonly replyTo?: number;
      readonly silent: boolean;
    }
  | {
      readonly type: "edit";
      readonly messageId: number;
      readonly content: MessageText;
      readonly keyboard?: Keyboard;
      /** It is told nowhere else: where the message is gone, it becomes a new one. */
      readonly mustShow?: boolean;
    }
  | { readonly type: "delete"; readonly messageId: number };
