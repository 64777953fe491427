import { describe, expect, it } from "vitest";
import type { SentPart } from "../../src/bridge/files/file-store.ts";
import type { IncomingFile } from "../../src/domain/incoming.ts";
import { accept, dueTexts, ending, memoryStore, queuedRun, textRow } from "./factories.ts";

function file(name: string): IncomingFile {
  return { fileId: `id-${name}`, uniqueId: `u-${name}`, name, mediaType: "text/plain", sizeBytes: 3 };
}

function part(messageId: number, more: Partial<SentPart> = {}): SentPart {
  const own = { updateId: messageId, thread: { chatId: 7 }, messageId, senderId: 42, caption: "" };
  return { ...own, file: file(`${messageId}.txt`), ...more };
}

const day = 86_400_000;

describe("files of messages", () => {
  it("are known by their message and by the bot's answer to it, also under the new id of a group", () => {
    const store = memoryStore();
    const sent = part(11, { thread: { chatId: -7, topicId: 3 }, caption: "x" });
    const operation = {
      type: "send",
      content: { text: "Got it", entities: [] },
      replyTo: 11,
      silent: true,
      urgency: "normal",
    } as const;
    store.answerUpdates([11], { parts: [sent], outbox: [{ thread: { chatId: -7 }, role: "notice", operation }] });
    const [row] = store.nextDeliveries(1_000);
    store.markSent(row?.id ?? 0, { chatId: -7, messageId: 900 });
    const { updateId: _update, ...known } = sent;
    for (const messageId of [11, 900]) expect(store.findSentFile({ chatId: -7, messageId })).toEqual(known);
    store.migrateChat(-7, -1007);
    expect(store.findSentFile({ chatId: -1007, messageId: 900 })?.thread).toEqual({ chatId: -1007, topicId: 3 });
    expect(store.findSentFile({ chatId: -7, messageId: 11 })).toBeUndefined();
  });

  it("belong to the album of their sender in their thread", () => {
    const store = memoryStore();
    const parts = [part(13, { albumId: "g" }), part(11, { albumId: "g" }), part(12, { albumId: "g", senderId: 5 })];
    const elsewhere = part(14, { albumId: "g", thread: { chatId: 7, topicId: 2 } });
    store.answerUpdates([1], { parts: [...parts, elsewhere, part(15)], outbox: [] });
    const names = (of: SentPart): readonly string[] => store.albumOf(of).map((found) => found.file.name);
    expect(names(part(11, { albumId: "g" }))).toEqual(["11.txt", "13.txt"]);
    expect(names(elsewhere)).toEqual(["14.txt"]);
    expect(names(part(15))).toEqual(["15.txt"]);
    expect(names(part(16))).toEqual([]);
  });

  it("are answered once, all updates of an album together", () => {
    const store = memoryStore();
    for (const updateId of [1, 2]) store.receiveUpdate({ updateId, payload: "{}", receivedAt: 1 });
    const answer = { parts: [part(11), part(12)], outbox: [textRow("Got 2 files.")] };
    expect([store.answerUpdates([1, 2], answer), store.answerUpdates([1, 2], answer)]).toEqual([true, false]);
    expect(store.pendingUpdates()).toEqual([]);
    expect(dueTexts(store)).toEqual(["Got 2 files."]);
  });

  it("are forgotten with the runs of their time", () => {
    const clock = { now: day };
    const store = memoryStore(clock);
    store.answerUpdates([1], { parts: [part(11)], outbox: [] });
    const cutoffs = { outbox: 0, inbox: 0, audit: 0 };
    expect(store.deleteOld({ ...cutoffs, runs: day })).toBe(0);
    expect(store.deleteOld({ ...cutoffs, runs: day + 1 })).toBe(1);
    expect(store.findSentFile({ chatId: 7, messageId: 11 })).toBeUndefined();
  });
});

describe("the files of a run", () => {
  const files = [{ file: file("a") }, { file: file("b") }];

  it("are accepted with it, with all updates and messages that brought them", () => {
    const store = memoryStore();
    for (const updateId of [100, 101]) store.receiveUpdate({ updateId, payload: "{}", receivedAt: 1 });
    const run = queuedRun("r1");
    const parts = [part(100), part(101)];
    expect(store.acceptRun(run, 100, { parts, files })).toBe(true);
    expect(store.acceptRun(queuedRun("r2"), 101, { parts, files })).toBe(false);
    expect(store.pendingUpdates()).toEqual([]);
    expect(store.filesOf(run.id)).toEqual(files);
    for (const messageId of [100, 101])
      expect(store.findMessage({ chatId: 7, messageId })).toEqual({ runId: "r1", role: "prompt" });
  });

  it("keep it from starting, and those behind it in its session, until each has an outcome", () => {
    const store = memoryStore();
    const run = queuedRun("r1");
    store.acceptRun(run, 100, { files });
    accept(store, queuedRun("r2", { sessionKey: run.sessionKey }));
    const runnable = (): readonly string[] => store.runnableRuns(5_000).map(({ id }) => id);
    expect([runnable(), store.runsToFetch().map(({ id }) => id)]).toEqual([[], ["r1"]]);
    store.recordFile({ runId: run.id, position: 0 }, { kind: "fetched", path: "/p/a" }, []);
    expect(runnable()).toEqual([]);
    store.recordFile({ runId: run.id, position: 1 }, { kind: "failed", why: "too big" }, [textRow("one is missing")]);
    expect([runnable(), store.runsToFetch()]).toEqual([["r1"], []]);
    expect(dueTexts(store)).toEqual(["one is missing"]);
    expect(store.filesOf(run.id).map(({ outcome }) => outcome)).toEqual([
      { kind: "fetched", path: "/p/a" },
      { kind: "failed", why: "too big" },
    ]);
  });

  it("are not recorded, nor told of, once it has ended", () => {
    const store = memoryStore();
    const run = queuedRun("r1");
    store.acceptRun(run, 100, { files });
    store.endRun(ending(run, { state: "cancelled" }));
    store.recordFile({ runId: run.id, position: 0 }, { kind: "fetched", path: "/p/a" }, [textRow("never")]);
    expect(store.filesOf(run.id)[0]).toEqual({ file: file("a") });
    expect([store.runsToFetch(), dueTexts(store)]).toEqual([[], []]);
  });

  it("go with it", () => {
    const store = memoryStore();
    const run = queuedRun("r1");
    store.acceptRun(run, 100, { files });
    store.endRun(ending(run));
    expect(store.deleteOld({ outbox: 0, inbox: 0, audit: 0, runs: 3_000 })).toBe(1);
    expect([store.findRun(run.id), store.filesOf(run.id)]).toEqual([undefined, []]);
  });
});
