import type { Log } from "../bridge/ports.ts";
import type { Store } from "../bridge/store-port.ts";
import { say } from "../bridge/say.ts";
import type { AccessRule } from "../routing/access.ts";
import type { ApiConnection } from "../telegram/create-api.ts";
import { createGate } from "../telegram/gate.ts";
import { createPoller } from "../telegram/poll-updates.ts";
import { watchPolling } from "../telegram/poll-watch.ts";
import type { BotParts } from "./bot-parts.ts";
import type { BotVitals } from "./status/bot-vitals.ts";
import { StartError } from "./start-error.ts";
import { systemClock } from "./system-clock.ts";

export interface Polling {
  /** Resolves when polling was stopped; rejects with `StartError` when Telegram will not have this bot. */
  readonly finished: Promise<void>;
  stop(): Promise<void>;
}

interface PollingDeps extends ApiConnection {
  readonly store: Store;
  readonly log: Log;
  readonly parts: BotParts;
  /** Who may use the bot; asked for every update. */
  readonly access: () => AccessRule;
  /** Told how receiving goes. */
  readonly vitals: BotVitals;
}

/** Takes updates in, from now on: gate, then inbox, and only then does the next poll confirm them. */
export function startPolling({ api, closeIdle, store, log, parts, access, vitals }: PollingDeps): Polling {
  const clock = systemClock;
  const receive = createGate({
    store,
    clock,
    refusals: parts.refusals,
    rule: access,
    admit: (update) =>
      parts.inbox.receive({ updateId: update.update_id, payload: JSON.stringify(update), receivedAt: clock.now() }),
    onPaired: ({ userId, name }) => {
      log.info("paired", { userId });
      const text = `Hello ${name}, you are paired with this bot. Send a prompt, or /help.`;
      say(parts.deliveries, { thread: { chatId: userId }, text });
    },
  });
  const abort = new AbortController();
  const poller = createPoller({ api, closeIdle, receive, clock, log });
  const watch = watchPolling({ poller, clock, log });
  vitals.watch(() => watch.receiving());
  const finished = poller
    .run(abort.signal)
    .finally(() => watch.stop())
    .catch((error: unknown) => {
      throw new StartError(error instanceof Error ? error.message : String(error), { cause: error });
    });
  // Looked at by whoever awaits `finished`; a bot that is stopped first must not end in an unhandled rejection.
  finished.catch(() => undefined);
  return {
    finished,
    stop: async () => {
      abort.abort();
      await finished.catch(() => undefined);
    },
  };
}
