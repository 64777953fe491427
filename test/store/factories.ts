import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { NewOutboxRow, RunEnding, Store } from "../../src/bridge/store-port.ts";
import { newSessionKey, toRunId, type Run } from "../../src/domain/run.ts";
import { openStore } from "../../src/store/open-store.ts";

/** A store in memory whose clock stands at `clock.now` until the test moves it. */
export function memoryStore(clock: { now: number } = { now: 1_000 }): Store {
  const store = openStore({ path: ":memory:", now: () => clock.now });
  onTestFinished(() => store.close());
  return store;
}

/** A directory that is removed after the test. */
export function tempDir(): string {
  const dir = mkdtempSync(join(tmpdir(), "takopi-store-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** A queued run with a session of its own, due at once. */
export function queuedRun(id: string, changes: Partial<Run> = {}): Run {
  const runId = toRunId(id);
  return {
    id: runId,
    thread: { chatId: 7 },
    sender: { id: 42, name: "Ada" },
    promptMessageId: 100,
    prompt: `prompt of ${id}`,
    engine: "claude",
    sessionKey: newSessionKey(runId),
    context: {},
    cwd: "/home/ada/project",
    options: {},
    state: "queued",
    createdAt: 1_000,
    notBefore: 0,
    ...changes,
  };
}

let updateId = 0;

/** Accepts the run from an update of its own, and starts it when its state says `running`. */
export function accept(store: Store, run: Run): Run {
  updateId += 1;
  if (!store.acceptRun({ ...run, state: run.state === "running" ? "queued" : run.state }, updateId)) {
    throw new Error(`update ${updateId} was used before`);
  }
  if (run.state === "running") store.startRun(run.id, 1_500);
  return run;
}

export function ending(run: Run, changes: Partial<RunEnding> = {}): RunEnding {
  return { runId: run.id, state: "done", finishedAt: 2_000, outbox: [], ...changes };
}

export function textRow(text: string, changes: Partial<NewOutboxRow> = {}): NewOutboxRow {
  return {
    thread: { chatId: 7 },
    role: "notice",
    operation: { type: "send", content: { text, entities: [] }, silent: false, urgency: "normal" },
    ...changes,
  };
}

/** The texts of what may be delivered now, for short assertions. */
export function dueTexts(store: Store, now = 1_000): readonly string[] {
  return store
    .nextDeliveries(now)
    .map(({ operation }) => (operation.type === "send" ? operation.content.text : operation.type));
}
