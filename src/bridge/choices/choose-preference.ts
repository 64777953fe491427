import type { Sender } from "../../domain/run.ts";
import type { Thread } from "../../domain/thread.ts";
import { ambientProject } from "../ambient-project.ts";
import { type GuardDeps, note } from "../guard.ts";
import type { BridgeSettings } from "../settings.ts";
import type { PreferenceName } from "./choice-store.ts";

export type ChooseDeps = GuardDeps & { readonly settings: BridgeSettings };

const NOT_ADMIN = "Only an admin of this chat may change what everybody here uses.";

/** Changes what a chat or topic uses from now on; without a value back to what it would use by itself. Returns why not, when it may not be. */
export function choosePreference(
  deps: ChooseDeps,
  { thread, sender }: { readonly thread: Thread; readonly sender: Sender },
  choice: { readonly name: PreferenceName; readonly value?: string | undefined },
): string | undefined {
  const { chatId } = thread;
  const detail = { chat: chatId, ...choice };
  if (!mayChoose(deps, { thread, sender })) {
    deps.refusals.refuse({ by: sender, why: "is not an admin here", detail });
    return NOT_ADMIN;
  }
  deps.store.setPreference(thread, choice.name, choice.value);
  note(deps, sender, { verb: "choose", detail: { ...detail, value: choice.value ?? "default" } });
  return undefined;
}

/** Whether somebody may change what holds for everybody in a chat. */
export function mayChoose(
  { rights, settings }: ChooseDeps,
  { thread, sender }: { readonly thread: Thread; readonly sender: Sender },
): boolean {
  return rights(sender.id, { chatId: thread.chatId, ...ambientProject(settings, thread.chatId) }).admin;
}
