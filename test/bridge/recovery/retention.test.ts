import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { retentionCutoffs, startRetention } from "../../../src/bridge/recovery/retention.ts";
import type { RetentionStore } from "../../../src/bridge/recovery/retention-store.ts";
import type { Store } from "../../../src/bridge/store-port.ts";
import { newSessionKey, toRunId } from "../../../src/domain/run.ts";
import { openStore } from "../../../src/store/open-store.ts";
import { FakeClock } from "../../telegram/fake-clock.ts";

const DAY = 86_400_000;
/** Each takes several writes to the disk. */
const DAYS_BETWEEN_RUNS = 3;
const YEAR = 365;

describe("what may go", () => {
  it("is counted in days from now", () => {
    const now = 1_000 * DAY;
    const days = Object.entries(retentionCutoffs(now, 90)).map(([name, cutoff]) => [name, (now - cutoff) / DAY]);
    expect(Object.fromEntries(days)).toEqual({ runs: 90, outbox: 7, inbox: 2, audit: 365 });
  });

  it("is no run at all where they are kept for ever", () => {
    expect(retentionCutoffs(1_000 * DAY, 0).runs).toBe(0);
  });
});

describe("retention", () => {
  const disposals: (() => void)[] = [];
  afterEach(() => disposals.splice(0).forEach((dispose) => dispose()));

  it("goes in small steps soon after the start and once a day, until nothing is left to do", async () => {
    const clock = new FakeClock();
    const scripted = new ScriptedRetention([3, 2, 0, 0]);
    disposals.push(startRetention({ store: scripted, clock, log: silent, keepDays: 90 }));
    expect(scripted.calls).toBe(0);
    await clock.advance(10_000);
    expect(scripted.calls).toBe(3);
    await clock.advance(DAY);
    expect(scripted.calls).toBe(4);
  });

  it("tries again the next day when the journal can't be written", async () => {
    const clock = new FakeClock();
    const scripted = new ScriptedRetention([new Error("disk full"), 0]);
    disposals.push(startRetention({ store: scripted, clock, log: silent, keepDays: 90 }));
    await clock.advance(10_000);
    expect(scripted.calls).toBe(1);
    await clock.advance(DAY);
    expect(scripted.calls).toBe(2);
  });

  it("leaves the journal alone after it was ended", async () => {
    const clock = new FakeClock();
    const scripted = new ScriptedRetention([0]);
    startRetention({ store: scripted, clock, log: silent, keepDays: 90 })();
    await clock.advance(2 * DAY);
    expect(scripted.calls).toBe(0);
  });

  // Every entry of the year is really on the disk.
  it(
    "keeps the file of a busy year as small as that of some months, and finds every session of the last 90 days",
    { timeout: 60_000 },
    async () => {
      const year = await liveYear(disposals);
      const sizes = year.sizes;
      const afterQuarter = Math.max(...sizes.slice(0, 100));
      expect(Math.max(...sizes.slice(100))).toBeLessThan(afterQuarter * 1.25);
      const found = (day: number): boolean =>
        year.store.findMessage({ chatId: 7, messageId: messageOf(day) }) !== undefined;
      expect([276, 363].map(found)).toEqual([true, true]);
      expect(found(273)).toBe(false);
    },
  );
});

const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** Answers one call after another as it was told to. */
class ScriptedRetention implements RetentionStore {
  calls = 0;
  readonly #outcomes: readonly (number | Error)[];

  constructor(outcomes: readonly (number | Error)[]) {
    this.#outcomes = outcomes;
  }

  deleteOld(): number {
    const outcome = this.#outcomes[this.calls] ?? 0;
    this.calls += 1;
    if (typeof outcome !== "number") throw outcome;
    return outcome;
  }

  releaseSpace(): boolean {
    return false;
  }
}

interface Year {
  readonly store: Store;
  /** Bytes of the file and its -wal at the end of each day. */
  readonly sizes: readonly number[];
}

async function liveYear(disposals: (() => void)[]): Promise<Year> {
  const dir = mkdtempSync(join(tmpdir(), "takopi-year-"));
  const path = join(dir, "takopi.db");
  const clock = new FakeClock();
  const store = openStore({ path, now: () => clock.now() });
  const stop = startRetention({ store, clock, log: silent, keepDays: 90 });
  disposals.push(() => {
    stop();
    store.close();
    rmSync(dir, { recursive: true });
  });
  const sizes: number[] = [];
  for (let day = 0; day < YEAR; day += 1) {
    if (day % DAYS_BETWEEN_RUNS === 0) liveDay(store, clock, day);
    await clock.advance(DAY);
    sizes.push(statSync(path).size + statSync(`${path}-wal`).size);
  }
  return { store, sizes };
}

function liveDay(store: Store, clock: FakeClock, day: number): void {
  const messageId = messageOf(day);
  const id = toRunId(`r${messageId}`);
  const thread = { chatId: 7 };
  store.receiveUpdate({ updateId: messageId, payload: "{}", receivedAt: clock.now() });
  const common = { engine: "claude", sessionKey: newSessionKey(id), context: {}, cwd: "/", options: {} };
  const sender = { id: 1, name: "Ada" };
  const times = { createdAt: clock.now(), notBefore: 0 };
  store.acceptRun(
    { id, thread, sender, promptMessageId: messageId, prompt: "do it", state: "queued", ...common, ...times },
    messageId,
  );
  store.startRun(id, clock.now());
  const content = { text: "an answer ".repeat(3_000), entities: [] };
  const operation = { type: "send", content, silent: false, urgency: "normal" } as const;
  const outbox = [{ thread, runId: id, role: "final", operation } as const];
  store.endRun({ runId: id, state: "done", finishedAt: clock.now(), answer: content.text, outbox });
  for (const row of store.nextDeliveries(clock.now())) store.markSent(row.id, { chatId: 7, messageId: messageId + 50 });
  store.audit({ at: clock.now(), actor: "1", verb: "cancel", subject: id });
}

function messageOf(day: number): number {
  return 1 + day * 100;
}
