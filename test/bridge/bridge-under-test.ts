import { assembleBot, type BotParts } from "../../src/app/bot-parts.ts";
import { newKey, newRunId } from "../../src/app/random-keys.ts";
import { acceptPrompt } from "../../src/bridge/accept-prompt.ts";
import type { AskRights } from "../../src/bridge/guard.ts";
import type { PressDeps } from "../../src/bridge/presses/press-button.ts";
import type { EngineSource, Files, Processes, RunRecords } from "../../src/bridge/ports.ts";
import { SeenPresses } from "../../src/bridge/presses/seen-presses.ts";
import type { RecordedProcess, Store } from "../../src/bridge/store-port.ts";
import { recover } from "../../src/bridge/recovery/recover.ts";
import { coversNothing } from "../../src/bridge/secret-cover.ts";
import type { BridgeSettings } from "../../src/bridge/settings.ts";
import type { Receiving } from "../../src/bridge/status/receiving.ts";
import type { Vitals } from "../../src/bridge/status/vitals.ts";
import type { EngineId } from "../../src/domain/event.ts";
import type { ButtonPress, IncomingMessage } from "../../src/domain/incoming.ts";
import { enforceContract } from "../../src/runner/enforce-contract.ts";
import { SessionLocks } from "../../src/runner/session-locks.ts";
import { openStore } from "../../src/store/open-store.ts";
import { ScriptedRunner, testEngine } from "../factories.ts";
import { FakeClock, settled } from "../telegram/fake-clock.ts";
import { RecordingLog } from "../telegram/recording-log.ts";
import { FakeChat } from "./fake-chat.ts";

export const CHAT = 1001;
const SENDER = { id: 1001, name: "You" };

export interface BridgeOptions {
  readonly settings?: Partial<BridgeSettings>;
  /** A journal left by an earlier start. */
  readonly store?: Store;
  readonly chat?: FakeChat;
  readonly clock?: FakeClock;
  readonly runner?: ScriptedRunner;
  /** Engines beside the one of `runner`. */
  readonly others?: readonly ScriptedRunner[];
  /** Engines that are known and can't run. */
  readonly missing?: readonly EngineId[];
  /** Who may do what; by default everybody may do everything. */
  readonly rights?: AskRights;
  /** Where runs are recorded; by default none is. */
  readonly records?: RunRecords;
  /** Where files come from; by default nowhere. */
  readonly files?: Files;
  /** The last id that Telegram gave to a message or an update. */
  readonly lastId?: number;
}

/** The bridge with a real journal in memory, a stepped clock, a chat that records and an engine the test drives. */
export class BridgeUnderTest {
  readonly chat: FakeChat;
  readonly clock: FakeClock;
  readonly store: Store;
  readonly log: RecordingLog = new RecordingLog();
  readonly vitals: FakeVitals = new FakeVitals();
  readonly runner: ScriptedRunner;
  readonly parts: BotParts;
  readonly ended: RecordedProcess[] = [];
  readonly deps: PressDeps & { readonly chat: FakeChat; readonly log: RecordingLog };
  readonly #records: RunRecords;
  #lastId: number;

  constructor(options: BridgeOptions = {}) {
    this.chat = options.chat ?? new FakeChat();
    this.runner = options.runner ?? new ScriptedRunner();
    this.clock = options.clock ?? new FakeClock();
    // After a restart Telegram's ids go on.
    this.#lastId = options.lastId ?? (options.store === undefined ? 0 : 500);
    this.store = options.store ?? openStore({ path: ":memory:", now: () => this.clock.now() });
    const { others = [], missing = [] } = options;
    const locks = new SessionLocks();
    const enforced = [this.runner, ...others].map((runner) => enforceContract(runner, locks));
    const engines: EngineSource = {
      runners: enforced,
      runner: (id) => enforced.find(({ engine }) => engine === id && !missing.includes(id)),
      whyUnavailable: (id) => `${id} is not installed`,
      environment: () => ({}),
    };
    const settings: BridgeSettings = { ...defaults, ...options.settings };
    const { chat, clock, store, log } = this;
    const records = options.records ?? noRecords;
    this.#records = records;
    const edges = { chat, clock, store, log, engines, settings, records, files: filesOf(options) };
    const rights = options.rights ?? (() => ({ chat: true, decide: true, admin: true }));
    this.parts = assembleBot({ ...edges, rights, vitals: this.vitals, me: { id: 7, username: "test_bot" } });
    this.deps = { ...edges, ...this.parts, rights, presses: new SeenPresses(), newRunId, newKey };
  }

  /** Recovers as at a start, then lets runs begin. */
  async open(): Promise<void> {
    const processes: Processes = {
      endRecorded: async (recorded) => void this.ended.push(...recorded),
      endMarked: async () => {},
    };
    await recover({ ...this.deps, ...this.parts, processes, records: this.#records });
    this.parts.scheduler.open();
    await settled();
  }

  /** A bot started on the same journal and in the same chat after this one died without ado. Its engine is another process. */
  async restarted(options: BridgeOptions = {}): Promise<BridgeUnderTest> {
    // What was under way stays as it is, and nothing further is sent.
    void this.parts.deliveries.stop();
    const { store, chat } = this;
    const clock = new FakeClock(this.clock.now());
    const next = new BridgeUnderTest({ store, chat, clock, lastId: this.#lastId + 500, ...options });
    await next.open();
    return next;
  }

  /** The user writes; returns the message. */
  prompt(text: string, more: Partial<IncomingMessage> = {}): IncomingMessage {
    const message = this.message(text, more);
    this.store.receiveUpdate({ updateId: message.updateId, payload: "{}", receivedAt: this.clock.now() });
    acceptPrompt(this.deps, message);
    return message;
  }

  message(text: string, more: Partial<IncomingMessage> = {}): IncomingMessage {
    this.#lastId += 1;
    return {
      updateId: this.#lastId,
      thread: { chatId: CHAT },
      chatType: "private",
      messageId: this.#lastId,
      sender: SENDER,
      sentAt: this.clock.now(),
      text,
      forwarded: false,
      ...more,
    };
  }

  press(data: string, messageId: number): ButtonPress {
    this.#lastId += 1;
    this.store.receiveUpdate({ updateId: this.#lastId, payload: "{}", receivedAt: this.clock.now() });
    const pressId = `press-${this.#lastId}`;
    return { pressId, updateId: this.#lastId, thread: { chatId: CHAT }, messageId, sender: SENDER, data };
  }
}

const noRecords: RunRecords = {
  begin: () => undefined,
  find: () => undefined,
  isUnbegun: () => false,
  runIds: () => [],
  remove: () => {},
};

function filesOf({ files }: BridgeOptions): Files {
  return files ?? { fetch: () => Promise.reject(new Error("a test that fetches files says where from")) };
}

/** How the program around the bridge does, as the test says. */
class FakeVitals implements Vitals {
  readonly startedAt: number = 1_000_000;
  state: Receiving["state"] = "well";

  receiving(): Receiving {
    return { state: this.state, silentMs: 0 };
  }

  lastError(): undefined {}
}

const defaults: BridgeSettings = {
  sessionMode: "stateless",
  showResumeLine: true,
  defaultEngine: testEngine,
  projects: new Map(),
  cwd: "/work",
  maxParallelRuns: 16,
  maxAgeMs: 3_600_000,
  progressEnd: "delete",
  finalNotify: true,
  maxFinalParts: 4,
  approvals: { policy: "auto", engines: new Map(), allow: [] },
  remindAfterMs: 600_000,
  silentAfterMs: 0,
  dailyCostUsd: 0,
  albumQuietMs: 1_000,
  fileSenderIds: new Set(),
  secrets: coversNothing,
};
