import { join } from "node:path";
import { assembleBot, type BotParts } from "./bot-parts.ts";
import { BotVitals } from "./status/bot-vitals.ts";
import { currentAccess } from "./current-access.ts";
import { bridgeSettings } from "./bridge-settings.ts";
import { chooseDefaultEngine, engineSource, enginesOf } from "./engines/engine-source.ts";
import { disposeEngines } from "./engines/engines.ts";
import { newKey } from "./random-keys.ts";
import { takeLocks } from "./locks.ts";
import { noteErrors } from "./status/noted-errors.ts";
import { openStatus } from "./status/open-status.ts";
import { openTelegram } from "./open-telegram.ts";
import { type PlannedFaults, plannedFaults } from "./faults/planned-faults.ts";
import { repairPrivateFiles } from "./doctor/private-files.ts";
import { startPolling } from "./polling.ts";
import { createRunRecords } from "./run-records.ts";
import { stopBot, type StopOptions } from "./stop-bot.ts";
import { systemClock } from "./system-clock.ts";
import type { EngineSource, Log, Processes, RunRecords } from "../bridge/ports.ts";
import type { Store } from "../bridge/store-port.ts";
import { recover } from "../bridge/recovery/recover.ts";
import { startRetention } from "../bridge/recovery/retention.ts";
import type { BridgeSettings } from "../bridge/settings.ts";
import { accessProblem } from "../config/access-rule.ts";
import type { AskRights } from "../bridge/guard.ts";
import { type AccessRule, rightsOf } from "../routing/access.ts";
import type { LoadedConfig } from "../config/load-config.ts";
import { openStore } from "../store/open-store.ts";
import { announce } from "../telegram/announce.ts";
import { endMarkedProcesses, endRecordedProcesses, watchTrees } from "../wire/process-tree.ts";
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
  /** Of this program, for `takopi status`. */
  readonly version?: string;
}

export interface RunningBot {
  readonly username: string;
  /** Engine of prompts that name none. */
  readonly defaultEngine: string;
  /** Resolves when the bot was stopped; rejects with `StartError` when it can't go on. */
  readonly finished: Promise<void>;
  /** Lets nothing new in, interrupts what runs, shows it, and ends; within 10 s. */
  stop(options?: StopOptions): Promise<void>;
}

const JOURNAL = "takopi.db";

/**
 * Starts the bot of a configuration. Resolves when it polls; throws errors whose message is one sentence for people: `StartError`,
 * `StoreError`, `AlreadyRunningError`.
 */
export async function startBot(request: BotRequest): Promise<RunningBot> {
  const { bot_token: token, api_root: apiRoot } = request.loaded.config.transports.telegram;
  const { dataDir: dir = request.loaded.dir, env } = request;
  const faults = plannedFaults({ env, log: request.log, kill: () => process.kill(process.pid, "SIGKILL") });
  const { path: configPath } = request.loaded;
  for (const { text } of repairPrivateFiles({ configPath, dir, env })) request.log.warn(text);
  const locks = takeLocks({ dir, token, apiRoot, env });
  try {
    const store = faults.store(openStore({ path: join(dir, JOURNAL), now: () => systemClock.now() }));
    try {
      const errors = noteErrors(request.log, { clock: systemClock, secrets: [token] });
      const vitals = new BotVitals(systemClock, errors);
      const held = { store, faults, vitals, releaseLocks: () => locks.release() };
      return await runBot({ ...request, log: errors.log }, held);
    } catch (error) {
      store.close();
      throw error;
    }
  } catch (error) {
    locks.release();
    throw error;
  }
}

interface HeldParts {
  readonly store: Store;
  readonly faults: PlannedFaults;
  readonly vitals: BotVitals;
  readonly releaseLocks: () => void;
}

async function runBot(request: BotRequest, { store, faults, vitals, releaseLocks }: HeldParts): Promise<RunningBot> {
  const { loaded, log, env } = request;
  const { config } = loaded;
  const { bot_token: token, chat_id: mainChatId } = config.transports.telegram;
  const clock = systemClock;
  checkAccess(loaded, store);
  const engines = await enginesOf(loaded, env);
  const defaultEngine = chooseDefaultEngine(engines, wishOf(request));
  const source = engineSource(engines, env, [token]);
  const telegram = await openTelegram({ loaded, env, log, store, engines, source });
  const { api, closeIdle, me, outbox, files, secrets } = telegram;
  const chat = faults.chat(telegram.chat);
  const settings = bridgeSettings(config, {
    defaultEngine,
    cwd: request.cwd,
    finalNotify: request.finalNotify ?? true,
    secrets,
  });
  const { groups = [] } = request;
  const access = (): AccessRule => currentAccess(config, store, groups);
  const rights: AskRights = (userId, place) => rightsOf(userId, place, access());
  const records = createRunRecords({
    dataDir: request.dataDir ?? loaded.dir,
    log,
    isOn: config.limits.survive_restart,
  });
  const edges = { store, clock, log, vitals, engines: source, me };
  const parts = assembleBot({ ...edges, chat, files, settings, rights, records });
  const status = await openStatus({ ...statusPlace(request), ...edges, ...parts });
  const recovered = openParts(parts, { store, log, settings, engines: source, records });
  const polling = startPolling({ api, closeIdle, store, log, parts, access, vitals });
  noteLife({ store, log }, "start", { as: me.username });
  void announce({ api, chat, log, settings, engines: source, ...(mainChatId !== undefined && { mainChatId }) });
  const endProcesses = ({ keepRuns = false }: StopOptions): Promise<void> =>
    killRecorded(store, keepRuns ? records : undefined);
  const stopRetention = startRetention({ store, clock, log, keepDays: config.limits.keep_days });
  const close = (): void => {
    stopRetention();
    status.close();
    parts.refusals.flush();
    noteLife({ store, log }, "stop");
    closeAll(store, releaseLocks);
  };
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
function openParts(
  parts: BotParts,
  edges: { store: Store; log: Log; settings: BridgeSettings; engines: EngineSource; records: RunRecords },
): Promise<void> {
  const { log } = edges;
  const processes: Processes = {
    endRecorded: (recorded) => endRecordedProcesses(recorded),
    endMarked: (runIds) => endMarkedProcesses(runIds),
  };
  const recovered = recover({ ...edges, clock: systemClock, processes, newKey, ...parts })
    .catch((error: unknown) => log.error("recovery was incomplete", { error }))
    .then(() => parts.scheduler.open());
  parts.inbox.open();
  return recovered;
}

function checkAccess({ config }: LoadedConfig, store: Store): void {
  const problem = accessProblem(currentAccess(config, store, []), store.hasOpenPairing(systemClock.now()));
  if (problem !== undefined) throw new StartError(problem, { isConfiguration: true });
}

/** Where others may ask how the bot is. */
function statusPlace({ loaded, dataDir: dir = loaded.dir, env, version = "unknown" }: BotRequest) {
  return { dir, env, version, configPath: loaded.path, health: loaded.config.health };
}

function wishOf({ engine, loaded, allowMock = false }: BotRequest): Parameters<typeof chooseDefaultEngine>[1] {
  const configured = loaded.isSet("default_engine") ? loaded.config.default_engine : undefined;
  return { allowMock, ...(engine !== undefined && { engine }), ...(configured !== undefined && { configured }) };
}

/** They were asked to end before; those of runs with a record in `kept` were not. */
async function killRecorded(store: Store, kept?: RunRecords): Promise<void> {
  const ending = store.recordedProcesses().filter(({ runId }) => kept?.find(runId) === undefined);
  const roots = ending.map((recorded) => ({ ...recorded, ownsGroup: false }));
  if (roots.length > 0) await watchTrees(roots).end(0);
}

/** A journal that can't be written keeps the bot neither from working nor from ending. */
function noteLife(
  { store, log }: { store: Store; log: Log },
  verb: "start" | "stop",
  more: Readonly<Record<string, string>> = {},
): void {
  try {
    store.audit({ at: systemClock.now(), actor: "bot", verb, detail: { ...more, process: process.pid } });
  } catch (error) {
    log.error(`the ${verb} of the bot could not be written to the audit`, { error });
  }
}

function closeAll(store: Store, releaseLocks: () => void): void {
  store.close();
  releaseLocks();
}
