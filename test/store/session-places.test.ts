import Database from "better-sqlite3";
import { describe, expect, it } from "vitest";
import { newSessionKey, sessionKeyOf, toRunId } from "../../src/domain/run.ts";
import { journalSql } from "../../src/store/migrations/001-journal.ts";
import { choicesSql } from "../../src/store/migrations/002-choices.ts";
import { accessSql } from "../../src/store/migrations/004-access.ts";
import { accept, memoryStore, queuedRun, textRow } from "./factories.ts";

const TOKEN = { engine: "claude", value: "Abc-1" };
const KEY = sessionKeyOf(TOKEN);

describe("where a session was used", () => {
  it("is known from the moment a run has its name: resumed, or named by the engine", () => {
    const store = memoryStore();
    expect(store.placesOfSession(TOKEN)).toEqual([]);
    accept(store, queuedRun("a", { resume: TOKEN, sessionKey: KEY, context: { project: "api" } }));
    accept(store, queuedRun("b", { thread: { chatId: -5, topicId: 3 } }));
    expect(store.placesOfSession(TOKEN)).toEqual([{ chatId: 7, project: "api" }]);
    store.bindSession(toRunId("b"), TOKEN);
    expect(store.placesOfSession(TOKEN)).toEqual([{ chatId: -5 }, { chatId: 7, project: "api" }]);
  });

  it("is the same under another engine and in other letters", () => {
    const store = memoryStore();
    accept(store, queuedRun("a", { resume: TOKEN, sessionKey: KEY }));
    expect(store.placesOfSession({ engine: "acp", value: "aBC-1" })).toEqual([{ chatId: 7 }]);
    expect(store.placesOfSession({ engine: "claude", value: "bc-1" })).toEqual([]);
  });

  it("moves with its chat", () => {
    const store = memoryStore();
    accept(store, queuedRun("a", { thread: { chatId: -5 }, resume: TOKEN, sessionKey: KEY }));
    accept(store, queuedRun("b", { thread: { chatId: -100 }, resume: TOKEN, sessionKey: KEY }));
    store.migrateChat(-5, -100);
    expect(store.placesOfSession(TOKEN)).toEqual([{ chatId: -100 }]);
  });

  it("is taken from the runs of a journal that did not keep it yet", () => {
    const old = new Database(":memory:");
    old.exec(journalSql);
    old.exec(choicesSql);
    const insert = old.prepare(
      `INSERT INTO runs (id, chat_id, sender_id, sender_name, prompt_message_id, prompt, engine, session_key, context, cwd, options,
         state, created_at, not_before)
       VALUES (?, -5, 42, 'Ada', 1, 'p', 'claude', ?, '{"project":"api"}', '/', '{}', 'done', 1, 0)`,
    );
    insert.run("a", KEY);
    insert.run("b", newSessionKey(toRunId("b")));
    old.exec(accessSql);
    expect(old.prepare("SELECT * FROM session_places").all()).toEqual([
      { session_key: "claude:Abc-1", chat_id: -5, project: "api" },
    ]);
    old.close();
  });
});

describe("an offer", () => {
  const offer = { kind: "preference", name: "engine" } as const;
  const keyboard = [[{ label: "Default", data: "v1:o:0123456789ab" }]];

  it("belongs to the message with its button, from the moment that was sent or edited", () => {
    const store = memoryStore();
    const made = { thread: { chatId: 7 }, offer, madeAt: 1, askedBy: 42 };
    store.makeOffers([
      { id: "0123456789ab", ...made },
      { id: "ba9876543210", ...made },
    ]);
    const content = { text: "choose", entities: [] };
    const sent = store.enqueue(
      textRow("", { operation: { type: "send", content, keyboard, silent: true, urgency: "normal" } }),
    );
    expect(store.findOffer("0123456789ab")).toMatchObject({ askedBy: 42 });
    expect(store.findOffer("0123456789ab")?.messageId).toBeUndefined();
    store.markSent(sent, { chatId: 7, messageId: 900 });
    expect(store.findOffer("0123456789ab")).toMatchObject({ messageId: 900 });
    const edited = [[{ label: "Default", data: "v1:o:ba9876543210" }]];
    store.markSent(
      store.enqueue(textRow("", { operation: { type: "edit", messageId: 901, content, keyboard: edited } })),
    );
    expect(store.findOffer("ba9876543210")).toMatchObject({ messageId: 901 });
  });

  it("is taken with all others under its message, and with none of another message or chat", () => {
    const store = memoryStore();
    const ids = ["aaaaaaaaaaaa", "bbbbbbbbbbbb", "cccccccccccc", "dddddddddddd"];
    for (const [index, id] of ids.entries()) {
      const chatId = index === 3 ? 8 : 7;
      store.makeOffers([{ id, thread: { chatId }, offer, madeAt: 1 }]);
      if (index === 2) continue;
      const operation = {
        type: "edit",
        messageId: 900,
        content: { text: "x", entities: [] },
        keyboard: [[{ label: "x", data: `v1:o:${id}` }]],
      } as const;
      store.markSent(store.enqueue({ thread: { chatId }, role: "notice", operation }));
    }
    store.takeOffersWith("aaaaaaaaaaaa");
    expect(ids.map((id) => store.findOffer(id)?.isTaken)).toEqual([true, true, false, false]);
  });
});

it("a message of a run that is on its way is known to be", () => {
  const store = memoryStore();
  const run = accept(store, queuedRun("a"));
  expect(store.isSendingFor(run.id)).toBe(false);
  const id = store.enqueue(textRow("hello", { runId: run.id }));
  store.markSending(id);
  expect(store.isSendingFor(run.id)).toBe(true);
  store.markSent(id, { chatId: 7, messageId: 1 });
  expect(store.isSendingFor(run.id)).toBe(false);
});
