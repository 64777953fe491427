import { pendingFace } from "./decisions/decision-messages.ts";
import type { DecisionRow } from "./decisions/decision-store.ts";
import type { Log } from "./ports.ts";
import { type SecretCover, withCoveredRequest } from "./secret-cover.ts";
import type { Store } from "./store-port.ts";

interface MoveDeps {
  readonly store: Store;
  readonly log: Log;
  readonly secrets: SecretCover;
}

/**
 * A group became a supergroup with another id: the journal follows, and remembers it for what the configuration says by the old id. What
 * engines wait for is asked again: the buttons stay behind in the old group.
 */
export function moveChat(deps: MoveDeps, fromChatId: number, toChatId: number): void {
  for (const row of deps.store.openDecisions()) if (row.thread.chatId === fromChatId) askAgain(deps, row);
  deps.store.migrateChat(fromChatId, toChatId);
  deps.store.setFact(movedFact(fromChatId), String(toChatId));
  deps.log.warn("a group got a new id: write it into takopi.toml where the old one stands", { fromChatId, toChatId });
}

/** In the chat as it was: all that waits to be sent there moves with it. */
function askAgain({ store, secrets }: MoveDeps, row: DecisionRow): void {
  const run = store.findRun(row.runId);
  if (run === undefined) return;
  const face = pendingFace(run, withCoveredRequest(secrets, row), row.draft);
  store.showAgain(row.key, { type: "send", ...face, silent: false, urgency: "decision" });
}

/** The id a chat goes by now. */
export function currentChatId(store: Store, chatId: number): number {
  const moved = store.getFact(movedFact(chatId));
  return moved === undefined ? chatId : Number(moved);
}

function movedFact(chatId: number): string {
  return `moved:${chatId}`;
}
