import { join } from "node:path";
import { assembleBot, type BotParts } from "./bot-parts.ts";
import { currentAccess } from "./current-access.ts";
import { bridgeSettings } from "./bridge-settings.ts";
import { coverSecrets } from "./cover-secrets.ts";
import { chooseDefaultEngine, engineSource, enginesOf } from "./engine-source.ts";
import { disposeEngines } from "./engines.ts";
import { newKey } from "./new-run-id.ts";
import { takeLocks } from "./locks.ts";
import { startPolling } from "./polling.ts";
import { stopBot } from "./stop-bot.ts";
import { systemClock } from "./system-clock.ts";
import type { Log, Processes } from "../bridge/ports.ts";
import type { Store } from "../bridge/store-port.ts";
import { moveChat } from "../bridge/move-chat.ts";
import { recover } from "../bridge/recover.ts";
import { accessProblem } from "../config/access-rule.ts";
import type { LoadedConfig } from "../config/load-config.ts";
import { openStore } from "../store/open-store.ts";
import { announce } from "../telegram/announce.ts";
import { createApi } from "../telegram/create-api.ts";
import { Outbox } from "../telegram/outbox/outbox.ts";
import { createTelegramChat } from "../telegram/telegram-chat.ts";
import { whoAmI } from "../telegram/who-am-i.ts";
import { endRecordedProcesses, watchTrees } from "../wire/process-tree.ts";
import { StartError } from "./start-error.ts";

export interface BotRequest {
  readonly loaded: LoadedConfig;
  /** Where the journal is; default: beside the configuration. */
  readonly dataDir?: string;
  /** The engine of prompts that name none; default: the file's, else the first one installed. */
  readonly engine?: string;
  readonly log: Log;
  /** Default true: final messages make a sound. */
  readonly finalNotify?: boolean;
  /** Where runs without a project work. Absolute. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Groups in which allowed users are heard, beside those in the configuration. */
  readonly groups?: readonly number[];
  /** Whether the scripted engine may stand in where no real one is installed. Default false. */
  readonly allowMock?: boolean;
}

export interface RunningBot {
  readonly username: string;
  /** Engine of prompts that name none. */
  readonly defaultEngine: string;
  /** Resolves when the bot was stopped; rejects with `StartError` when it can't go on. */
  readonly finished: Promise<void>;
  /** Lets nothing new in, interrupts what runs, shows it, and ends; within 10 s. */
  stop(): Promise<void>;
}

const JOURNAL = "takopi.db";

/**
 * Starts the bot of a configuration. Resolves when it polls; throws errors whose message is one sentence for people: `StartError`,
 * `StoreError`, `AlreadyRunningError`.
 */
export async function startBot(request: BotRequest): Promise<RunningBot> {
  const { bot_token: token, api_root: apiRoot } = request.loaded.config.transports.telegram;
  const { dataDir: dir = request.loaded.dir, env } = request;
  const locks = takeLocks({ dir, token, apiRoot, env });
  try {
    const store = openStore({ path: join(dir, JOURNAL), now: () => systemClock.now() });
    try {
      return await runBot(request, store, () => locks.release());
    } catch (error) {
      store.close();
      throw error;
    }
  } catch (error) {
    locks.release();
    throw error;
  }
}

async function runBot(request: BotRequest, store: Store, releaseLocks: () => void): Promise<RunningBot> {
  const { loaded, log, env } = request;
  const { config } = loaded;
  const { bot_token: token, api_root: apiRoot } = config.transports.telegram;
  const clock = systemClock;
  checkAccess(loaded, store);
  const engines = await enginesOf(loaded, env);
  const defaultEngine = chooseDefaultEngine(engines, wishOf(request));
  const api = createApi({ token, apiRoot });
  const me = await whoAmI({ api, store, log, clock, token });
  const outbox = new Outbox({ clock, log });
  const onMigrate = (from: number, to: number): void => moveChat({ store, log }, from, to);
  const chat = coverSecrets(createTelegramChat({ api, outbox, clock, log, onMigrate }), [token]);
  const settings = bridgeSettings(config, {
    defaultEngine,
    cwd: request.cwd,
    finalNotify: request.finalNotify ?? true,
  });
  const source = engineSource(engines, env, [token]);
  const parts = assembleBot({ chat, store, clock, log, engines: source, settings, me });
  const recovered = openParts(parts, { store, log });
  const { groups = [] } = request;
  const polling = startPolling({ api, store, log, parts, access: () => currentAccess(config, store, groups) });
  const { chat_id: mainChatId } = config.transports.telegram;
  void announce({ api, chat, log, settings, engines: source, ...(mainChatId !== undefined && { mainChatId }) });
  const endProcesses = (): Promise<void> => killRecorded(store);
  const close = (): void => closeAll(store, releaseLocks);
  const stop = stopBot({
    parts,
    polling,
    outbox,
    recovered,
    log,
    disposeEngines: () => disposeEngines(engines),
    endProcesses,
    close,
  });
  return { username: me.username, defaultEngine, finished: polling.finished, stop };
}

/** The journal is put right first; updates are taken meanwhile, runs start when nothing of the last time is left. */
function openParts(parts: BotParts, { store, log }: { store: Store; log: Log }): Promise<void> {
  const processes: Processes = { endRecorded: (recorded) => endRecordedProcesses(recorded) };
  const recovered = recover({ store, log, clock: systemClock, processes, newKey, ...parts })
    .catch((error: unknown) => log.error("recovery was incomplete", { error }))
    .then(() => parts.scheduler.open());
  parts.inbox.open();
  return recovered;
}

function checkAccess({ config }: LoadedConfig, store: Store): void {
  const problem = accessProblem(currentAccess(config, store, []), store.hasOpenPairing(systemClock.now()));
  if (problem !== undefined) throw new StartError(problem);
}

function wishOf({ engine, loaded, allowMock = false }: BotRequest): Parameters<typeof chooseDefaultEngine>[1] {
  const configured = loaded.isSet("default_engine") ? loaded.config.default_engine : undefined;
  return { allowMock, ...(engine !== undefined && { engine }), ...(configured !== undefined && { configured }) };
}

/** They were asked to end before. */
async function killRecorded(store: Store): Promise<void> {
  const roots = store.recordedProcesses().map((recorded) => ({ ...recorded, ownsGroup: false }));
  if (roots.length > 0) await watchTrees(roots).end(0);
}

function closeAll(store: Store, releaseLocks: () => void): void {
  store.close();
  releaseLocks();
}
