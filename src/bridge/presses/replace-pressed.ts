import type { ButtonPress } from "../../domain/incoming.ts";
import { plain } from "../../render/text-builder.ts";
import type { Deliveries } from "../deliveries.ts";

interface PressedDeps {
  readonly deliveries: Deliveries;
}

/** Puts a sentence in the place of the message whose button was pressed; its buttons are gone with it. */
export function replacePressed({ deliveries }: PressedDeps, { messageId, thread }: ButtonPress, text: string): void {
  const operation = { type: "edit", messageId, content: plain(text), keyboard: [] } as const;
  deliveries.enqueue({ thread, role: "notice", operation });
}

/** Takes the message whose button was pressed out of the chat. */
export function removePressed({ deliveries }: PressedDeps, { messageId, thread }: ButtonPress): void {
  deliveries.enqueue({ thread, role: "notice", operation: { type: "delete", messageId } });
}
