import type { ButtonPress } from "../../domain/incoming.ts";
import type { PressTarget } from "../../routing/callback-data.ts";
import type { Deliveries } from "../deliveries.ts";
import { DEAD_BUTTON } from "./press-guard.ts";
import type { Store } from "../store-port.ts";

interface LostCopyDeps {
  readonly store: Store;
  readonly deliveries: Deliveries;
}

/**
 * Takes away a copy of a message whose id was lost with Telegram's answer, or with a crash, when a button under it is pressed in vain:
 * nothing else would ever change it. A message the journal knows is left alone, whatever is said to have been pressed under it.
 */
export function removeLostCopy(
  deps: LostCopyDeps,
  press: ButtonPress,
  pressed: { readonly target: PressTarget; readonly toast: string },
): void {
  const { thread, messageId } = press;
  if (deps.store.findMessage({ chatId: thread.chatId, messageId }) !== undefined || !isLost(deps, press, pressed))
    return;
  deps.deliveries.enqueue({ thread, role: "notice", operation: { type: "delete", messageId } });
}

function isLost(
  { store }: LostCopyDeps,
  { thread }: ButtonPress,
  { target, toast }: { readonly target: PressTarget; readonly toast: string },
): boolean {
  switch (target.kind) {
    case "run":
      return toast === DEAD_BUTTON && store.findRun(target.runId)?.thread.chatId === thread.chatId;
    case "decision": {
      const row = store.findDecision(target.key);
      if (row?.thread.chatId !== thread.chatId) return false;
      // While it is asked for the first time its message may only not be known yet.
      return row.message !== undefined || (row.state !== "pending" && row.state !== "answered");
    }
    case "offer":
      return false;
  }
}
