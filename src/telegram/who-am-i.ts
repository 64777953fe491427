import { createHash } from "node:crypto";
import { type Api, GrammyError } from "grammy";
import { z } from "zod";
import type { Clock, Log } from "../bridge/ports.ts";
import type { Store } from "../bridge/store-port.ts";
import { faultOf } from "./call-fault.ts";
import { pause, withDeadline } from "./deadline.ts";
import { BadTokenError } from "./poll-errors.ts";

/** The bot itself, as Telegram knows it. */
export interface BotIdentity {
  readonly id: number;
  readonly username: string;
}

interface IdentityDeps {
  readonly api: Api;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly token: string;
}

const DEADLINE_MS = 10_000;
const RETRY_MS = 3_000;
const identity = z.object({ id: z.number(), username: z.string() });

/**
 * Who the bot is: from the journal when this token was used before, so that a start needs no network, else from Telegram, waiting for
 * the network as long as it takes. Rejects with `BadTokenError`.
 */
export async function whoAmI(deps: IdentityDeps): Promise<BotIdentity> {
  const fact = `bot:${createHash("sha256").update(deps.token).digest("hex").slice(0, 16)}`;
  const known = deps.store.getFact(fact);
  if (known !== undefined) return identity.parse(JSON.parse(known));
  const found = await askTelegram(deps);
  deps.store.setFact(fact, JSON.stringify(found));
  return found;
}

async function askTelegram({ api, clock, log }: IdentityDeps): Promise<BotIdentity> {
  const { signal } = new AbortController();
  for (;;) {
    try {
      const me = await withDeadline({ clock, ms: DEADLINE_MS, signal }, (callSignal) => api.getMe(callSignal));
      return identity.parse(me);
    } catch (error) {
      if (error instanceof GrammyError && (error.error_code === 401 || error.error_code === 404)) {
        throw new BadTokenError(error.description);
      }
      const fault = faultOf(error);
      log.warn("Telegram can't be reached; trying again", {
        reason: fault.kind === "failed" ? fault.message : fault.kind,
      });
      await pause(clock, RETRY_MS, signal);
    }
  }
}
