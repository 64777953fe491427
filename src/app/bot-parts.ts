import { Decisions } from "../bridge/decisions/decisions.ts";
import { Deliveries } from "../bridge/deliveries.ts";
import type { AskRights } from "../bridge/guard.ts";
import { Albums } from "../bridge/files/albums.ts";
import { Inbox } from "../bridge/inbox.ts";
import { LiveRuns } from "../bridge/live-runs.ts";
import type { Chat } from "../bridge/chat-port.ts";
import type { Clock, EngineSource, Files, Log, RunRecords } from "../bridge/ports.ts";
import type { Store } from "../bridge/store-port.ts";
import { Scheduler } from "../bridge/scheduler.ts";
import { SessionMemory } from "../bridge/session-memory.ts";
import { Refusals } from "../bridge/refusals.ts";
import { SeenPresses } from "../bridge/presses/seen-presses.ts";
import type { BridgeSettings } from "../bridge/settings.ts";
import type { Vitals } from "../bridge/status/vitals.ts";
import { createGiveUp, createUpdateHandler } from "../telegram/bot.ts";
import { newKey, newRunId } from "./random-keys.ts";

export interface BotPartsInput {
  readonly chat: Chat;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly engines: EngineSource;
  readonly settings: BridgeSettings;
  readonly me: { readonly id: number; readonly username: string };
  readonly rights: AskRights;
  readonly records: RunRecords;
  readonly files: Files;
  readonly vitals: Vitals;
}

/** The parts of a bot between its edges, in the order of a message's way. */
export interface BotParts {
  readonly inbox: Inbox;
  readonly scheduler: Scheduler;
  readonly lives: LiveRuns;
  readonly deliveries: Deliveries;
  readonly decisions: Decisions;
  readonly memory: SessionMemory;
  readonly refusals: Refusals;
}

/** Puts the parts together; none of them does anything before it is opened. */
export function assembleBot(input: BotPartsInput): BotParts {
  const deliveries = new Deliveries(input);
  const refusals = new Refusals(input);
  const memory = new SessionMemory(input.store, input.settings);
  const lives = new LiveRuns({ ...input, deliveries });
  const decisions = new Decisions({ ...input, deliveries, newKey });
  const scheduler = new Scheduler({ ...input, deliveries, lives, memory, decisions, newKey });
  const deps = {
    ...input,
    deliveries,
    lives,
    scheduler,
    memory,
    decisions,
    refusals,
    albums: new Albums({ ...input, quietMs: input.settings.albumQuietMs }),
    presses: new SeenPresses(),
    newRunId,
    newKey,
  };
  const inbox = new Inbox({ ...input, handle: createUpdateHandler(deps), giveUp: createGiveUp(deps) });
  return { inbox, scheduler, lives, deliveries, decisions, memory, refusals };
}
