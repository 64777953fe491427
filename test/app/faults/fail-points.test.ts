import { expect, test } from "vitest";
import { FAIL_POINTS, parseFailPoint } from "../../../src/app/faults/fail-points.ts";
import { plannedFaults, type PlannedFaults } from "../../../src/app/faults/planned-faults.ts";
import type { Chat, OutgoingMessage } from "../../../src/bridge/chat-port.ts";
import type { NewOutboxRow, Store } from "../../../src/bridge/store-port.ts";
import { toRunId } from "../../../src/domain/run.ts";
import { openStore } from "../../../src/store/open-store.ts";
import { FakeChat } from "../../bridge/fake-chat.ts";
import { RecordingLog } from "../../telegram/recording-log.ts";

class Killed extends Error {}

function faultsOf(env: Readonly<Record<string, string>>): PlannedFaults {
  const kill = (): void => {
    throw new Killed();
  };
  return plannedFaults({ env, log: new RecordingLog(), kill });
}

const openMemory = (): Store => openStore({ path: ":memory:", now: () => 1 });
const update = (updateId: number) => ({ updateId, payload: "{}", receivedAt: 1 });
const message = (urgency: OutgoingMessage["urgency"]): OutgoingMessage => ({
  thread: { chatId: 1 },
  content: { text: "x", entities: [] },
  silent: true,
  urgency,
});

test("without a planned fault the ports are the very same", () => {
  const store = openMemory();
  const chat: Chat = new FakeChat();
  expect(faultsOf({}).store(store)).toBe(store);
  expect(faultsOf({}).chat(chat)).toBe(chat);
});

test("a point before a write ends the program with nothing written", () => {
  const journal = openMemory();
  const store = faultsOf({ TAKOPI_FAIL_POINT: "inbox.before" }).store(journal);
  expect(() => store.receiveUpdate(update(1))).toThrow(Killed);
  expect(journal.pendingUpdates()).toEqual([]);
});

test("a point after a write ends the program with all written", () => {
  const journal = openMemory();
  const store = faultsOf({ TAKOPI_FAIL_POINT: "inbox.received" }).store(journal);
  expect(() => store.receiveUpdate(update(1))).toThrow(Killed);
  expect(journal.pendingUpdates().length).toBe(1);
});

test("the program ends at the passing that was named and at no other", () => {
  const store = faultsOf({ TAKOPI_FAIL_POINT: "inbox.received@2" }).store(openMemory());
  expect(store.receiveUpdate(update(1))).toBe(true);
  expect(() => store.receiveUpdate(update(2))).toThrow(Killed);
  expect(store.receiveUpdate(update(3))).toBe(true);
});

test("a point of final messages is not passed by receipts", async () => {
  const chat = faultsOf({ TAKOPI_FAIL_POINT: "final.arrived" }).chat(new FakeChat());
  await expect(chat.send(message("receipt"))).resolves.toMatchObject({ chatId: 1 });
  await expect(chat.send(message("final"))).rejects.toBeInstanceOf(Killed);
});

test("a row that is being sent is known by its kind", () => {
  const journal = openMemory();
  const store = faultsOf({ TAKOPI_FAIL_POINT: "progress.closed" }).store(journal);
  const row = (operation: NewOutboxRow["operation"]): NewOutboxRow => ({
    thread: { chatId: 1 },
    role: "notice",
    operation,
  });
  const sent = store.enqueue(
    row({ type: "send", content: { text: "x", entities: [] }, silent: true, urgency: "normal" }),
  );
  const removed = store.enqueue(row({ type: "delete", messageId: 5 }));
  store.nextDeliveries(1);
  store.markSending(sent);
  store.markSent(sent);
  store.markSending(removed);
  expect(() => store.markSent(removed)).toThrow(Killed);
});

test("writes of the journal fail as if the disk were full, as many as were planned, and reads go on", () => {
  const store = faultsOf({ TAKOPI_JOURNAL_FAULT: "full@2..3" }).store(openMemory());
  expect(store.receiveUpdate(update(1))).toBe(true);
  for (const attempt of [1, 2]) {
    expect(() => store.receiveUpdate(update(2)), `attempt ${attempt}`).toThrow(
      expect.objectContaining({ reason: "full" }),
    );
    expect(store.pendingUpdates().length).toBe(1);
  }
  expect(store.receiveUpdate(update(2))).toBe(true);
});

test("writes of the journal fail as if the file were read-only", () => {
  const store = faultsOf({ TAKOPI_JOURNAL_FAULT: "readonly@1..1" }).store(openMemory());
  expect(() => store.forgetProcesses(toRunId("a"))).toThrow(expect.objectContaining({ reason: "unwritable" }));
});

test("the names of fail points are unique, and there are at least fourteen", () => {
  const names = FAIL_POINTS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names.length).toBeGreaterThanOrEqual(14);
});

test("every fail point names calls that the ports have", () => {
  const calls = { store: openMemory(), chat: new FakeChat() };
  for (const { name, at } of FAIL_POINTS) {
    for (const call of at.calls) expect(Reflect.get(calls[at.port], call), name).toBeTypeOf("function");
  }
});

test.each(["nowhere", "inbox.received@0", "inbox.received@", ""])(
  "an unknown fail point %j is one clear start error",
  (text) => {
    expect(() => parseFailPoint(text)).toThrow(
      /^TAKOPI_FAIL_POINT, which is for tests only, names no fail point with ".*inbox\.before/s,
    );
  },
);

test("a fault of the journal that can't be read is one clear start error", () => {
  expect(() => faultsOf({ TAKOPI_JOURNAL_FAULT: "full@3" })).toThrow(
    "TAKOPI_JOURNAL_FAULT, which is for tests only, can't be read",
  );
});
