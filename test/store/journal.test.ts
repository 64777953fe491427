import { join } from "node:path";
import Database from "better-sqlite3";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Store } from "../../src/bridge/store-port.ts";
import { toRunId } from "../../src/domain/run.ts";
import { composeStore } from "../../src/store/compose-store.ts";
import { createJournal } from "../../src/store/journal.ts";
import { migrate } from "../../src/store/migrate.ts";
import { StoreError, type StoreErrorReason } from "../../src/store/store-error.ts";
import { accept, dueTexts, ending, queuedRun, tempDir, textRow } from "./factories.ts";

/** A store on disk together with the connection it uses, so that the test can take its space or its rights away. */
function storeWithConnection(): { store: Store; connection: Database.Database; path: string } {
  const path = join(tempDir(), "takopi.db");
  const connection = new Database(path);
  onTestFinished(() => {
    connection.close();
  });
  connection.pragma("foreign_keys = ON");
  migrate(connection, path);
  return { store: composeStore(createJournal(connection, path), () => 1_000), connection, path };
}

function faultOf(work: () => void): { reason: StoreErrorReason; message: string } {
  try {
    work();
  } catch (error) {
    if (error instanceof StoreError) return { reason: error.reason, message: error.message };
    throw error;
  }
  throw new Error("it worked");
}

describe("a journal that can't be written", () => {
  it("says that the disk is full, writes nothing, and goes on when there is space", () => {
    const { store, connection, path } = storeWithConnection();
    const run = accept(store, queuedRun("a", { state: "running" }));
    const pages = Number(connection.pragma("page_count", { simple: true }));
    connection.pragma(`max_page_count = ${pages}`);
    const done = ending(run, { answer: "x".repeat(100_000), outbox: [textRow("answer", { runId: run.id })] });
    const fault = faultOf(() => store.endRun(done));
    expect(fault.reason).toBe("full");
    expect(fault.message).toContain(path);
    expect(fault.message).toContain("free some disk space");
    expect(store.findRun(run.id)?.state).toBe("running");
    expect(dueTexts(store)).toEqual([]);

    connection.pragma(`max_page_count = ${pages + 1_000}`);
    expect(store.endRun(done)).toBe(true);
    expect(dueTexts(store)).toEqual(["answer"]);
  });

  it("says that the file is read-only, and still reads", () => {
    const { store, connection } = storeWithConnection();
    const run = accept(store, queuedRun("a"));
    connection.pragma("query_only = ON");
    expect(faultOf(() => store.startRun(run.id, 1)).reason).toBe("unwritable");
    expect(faultOf(() => store.acceptRun(queuedRun("b"), 900_010)).reason).toBe("unwritable");
    expect(store.findRun(run.id)?.state).toBe("queued");
  });

  it("does not hang while another program keeps the file locked", () => {
    const { store, connection, path } = storeWithConnection();
    connection.pragma("busy_timeout = 1");
    const other = new Database(path);
    other.exec("BEGIN EXCLUSIVE");
    expect(faultOf(() => store.setFact("a", "1")).reason).toBe("failed");
    other.exec("ROLLBACK");
    other.close();
    store.setFact("a", "1");
    expect(store.getFact("a")).toBe("1");
  });
});

describe("a journal that was changed by hand", () => {
  it("refuses rows it can't understand instead of handing them on", () => {
    const { store, connection } = storeWithConnection();
    accept(store, queuedRun("a"));
    for (const options of ["not json", '"text"', '{"model":7}']) {
      connection.prepare("UPDATE runs SET options = ?").run(options);
      expect(faultOf(() => store.findRun(toRunId("a"))).reason).toBe("failed");
    }
    connection.prepare("UPDATE runs SET options = ?").run('{"model":"opus","later":true}');
    expect(store.findRun(toRunId("a"))?.options).toEqual({ model: "opus", later: true });
  });

  it("refuses what belongs to no run", () => {
    const { store } = storeWithConnection();
    const unknown = toRunId("unknown");
    expect(faultOf(() => store.linkMessage({ chatId: 7, messageId: 1 }, unknown, "final")).reason).toBe("failed");
    expect(faultOf(() => store.enqueue(textRow("x", { runId: unknown }))).reason).toBe("failed");
    expect(faultOf(() => store.recordProcess({ runId: unknown, pid: 1, startMark: "1" })).reason).toBe("failed");
  });
});

describe("migrations", () => {
  it("run once: a second start changes nothing", () => {
    const { store, connection, path } = storeWithConnection();
    store.setFact("a", "1");
    const version = connection.pragma("user_version", { simple: true });
    expect(version).toBeGreaterThan(0);
    migrate(connection, path);
    expect(store.getFact("a")).toBe("1");
    expect(connection.pragma("user_version", { simple: true })).toBe(version);
  });
});
