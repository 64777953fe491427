import { join } from "node:path";
import Database from "better-sqlite3";
import { describe, expect, it } from "vitest";
import type { DecisionFace, NewDecision } from "../../src/bridge/decisions/decision-store.ts";
import type { Store } from "../../src/bridge/store-port.ts";
import type { DecisionRequest } from "../../src/domain/decision.ts";
import { toRunId } from "../../src/domain/run.ts";
import { journalSql } from "../../src/store/migrations/001-journal.ts";
import { openStore } from "../../src/store/open-store.ts";
import { accept, memoryStore, queuedRun, tempDir } from "./factories.ts";

const approval: DecisionRequest = {
  kind: "approval",
  id: "r1",
  tool: "Bash",
  title: "ls",
  input: { command: "ls", deep: [1, null] },
  scopes: ["once", "project"],
};
const yes = {
  decision: { kind: "approve", scope: "once" },
  decidedBy: "42",
  decidedByName: "Ada",
  decidedAt: 2_000,
} as const;
const no = { decision: { kind: "deny", reason: "no" }, decidedBy: "43", decidedAt: 3_000 } as const;

function face(text: string): DecisionFace {
  return { content: { text, entities: [] }, keyboard: [] };
}

function asked(key: string, more: Partial<NewDecision> = {}): NewDecision {
  return {
    key,
    runId: toRunId("a"),
    thread: { chatId: 7 },
    request: approval,
    askedAt: 1_000,
    messages: [{ type: "send", content: { text: `ask ${key}`, entities: [] }, silent: false, urgency: "decision" }],
    ...more,
  };
}

/** A store with a run that works, to which decisions can belong. */
function storeWithRun(): Store {
  const store = memoryStore();
  accept(store, queuedRun("a", { state: "running" }));
  return store;
}

/** Sends what is due next; returns its text. */
function sendNext(store: Store, messageId: number): string | undefined {
  const [row] = store.nextDeliveries(1_000);
  if (row === undefined) return undefined;
  store.markSending(row.id);
  store.markSent(row.id, { chatId: row.thread.chatId, messageId });
  return row.operation.type === "send" ? row.operation.content.text : row.operation.type;
}

/** The edits that wait, as text and the message they are for. */
function edits(store: Store): readonly (readonly [number, string])[] {
  return store
    .nextDeliveries(1_000)
    .flatMap(({ operation }) =>
      operation.type === "edit" ? [[operation.messageId, operation.content.text] as const] : [],
    );
}

describe("a decision in the journal", () => {
  it("is shown again in the place of a message that can't be seen any more, while it is pending", () => {
    const store = storeWithRun();
    store.openDecision(asked("k1"));
    const again = { type: "send", ...face("again"), silent: false, urgency: "decision" } as const;
    store.showAgain("k1", again);
    expect(sendNext(store, 11)).toBe("ask k1");
    expect(store.nextDeliveries(1_000)).toEqual([]);
    store.showAgain("k1", again);
    expect(store.findDecision("k1")?.message).toBeUndefined();
    expect(sendNext(store, 12)).toBe("again");
    expect(store.findDecision("k1")?.message).toEqual({ chatId: 7, messageId: 12 });
    store.answerDecision("k1", yes);
    store.showAgain("k1", again);
    expect(store.nextDeliveries(1_000)).toEqual([]);
  });

  it("is pending until its one answer, which keeps who gave it and when", () => {
    const store = storeWithRun();
    store.openDecision(asked("k1"));
    expect(store.findDecision("k1")).toEqual({
      key: "k1",
      runId: "a",
      thread: { chatId: 7 },
      request: approval,
      state: "pending",
      draft: { position: 0, answers: {} },
      askedAt: 1_000,
    });
    expect(store.answerDecision("k1", yes)).toBe(true);
    expect(store.answerDecision("k1", no)).toBe(false);
    expect(store.draftDecision("k1", { position: 1, answers: {} }, face("late"))).toBe(false);
    expect(store.findDecision("k1")).toMatchObject({ state: "answered", ...yes });
    expect(store.settleDecision("k1", "taken", face("done"))).toBe(true);
    expect(store.settleDecision("k1", "withdrawn", face("gone"))).toBe(false);
    expect(store.findDecision("k1")).toMatchObject({ state: "taken", ...yes });
    expect(store.answerDecision("nobody", yes)).toBe(false);
    expect(store.findDecision("nobody")).toBeUndefined();
  });

  it("can be read although the engine gave no input", () => {
    const store = storeWithRun();
    store.openDecision(asked("k1", { request: { ...approval, input: undefined } }));
    expect(store.openDecisions()).toMatchObject([{ request: { ...approval, input: null } }]);
  });

  it.each<DecisionRequest>([
    { ...approval, input: null },
    { ...approval, input: "text" },
    { kind: "plan", id: "p", markdown: "# Plan" },
    {
      kind: "question",
      id: "q",
      questions: [
        {
          id: "__proto__",
          text: "?",
          options: [{ label: "A" }, { label: "B", description: "b" }],
          multiSelect: true,
          allowFreeText: false,
        },
      ],
    },
  ])("comes back as it was asked: %j", (request) => {
    const store = storeWithRun();
    store.openDecision(asked("k1", { request }));
    expect(store.findDecision("k1")?.request).toEqual(request);
  });

  it("keeps a part of the answer while it is pending", () => {
    const store = storeWithRun();
    store.openDecision(asked("k1"));
    const draft = { position: 1, answers: { q: ["A", "B"] }, awaits: "answer" } as const;
    expect(store.draftDecision("k1", draft, face("half"))).toBe(true);
    expect(store.findDecision("k1")?.draft).toEqual(draft);
  });

  it("that nobody had to be asked for is taken at once and says nothing", () => {
    const store = storeWithRun();
    const { messages: _none, ...decision } = asked("k1");
    store.recordDecision(decision, { ...no, decidedBy: "policy" });
    expect(store.findDecision("k1")).toMatchObject({ state: "taken", decidedBy: "policy" });
    expect(store.nextDeliveries(1_000)).toEqual([]);
    expect(store.openDecisions()).toEqual([]);
  });

  it("is open until it is final, and is listed with the others of its run, oldest first", () => {
    const store = storeWithRun();
    accept(store, queuedRun("b", { state: "running" }));
    for (const key of ["k3", "k1", "k2"]) store.openDecision(asked(key));
    store.openDecision(asked("other", { runId: toRunId("b") }));
    store.answerDecision("k1", yes);
    const keys = (runId?: string): readonly string[] =>
      store.openDecisions(runId === undefined ? undefined : toRunId(runId)).map(({ key }) => key);
    expect(keys()).toEqual(["k3", "k1", "k2", "other"]);
    expect(keys("a")).toEqual(["k3", "k1", "k2"]);
    store.settleDecision("k1", "taken", face("done"));
    store.settleDecision("k3", "expired", face("late"));
    expect(keys("a")).toEqual(["k2"]);
    expect(keys("b")).toEqual(["other"]);
  });

  it("outlives the program", () => {
    const path = join(tempDir(), "takopi.db");
    const before = openStore({ path, now: () => 1_000 });
    accept(before, queuedRun("a", { state: "running" }));
    before.openDecision(asked("k1"));
    before.close();
    const store = openStore({ path, now: () => 1_000 });
    expect(store.openDecisions()).toMatchObject([{ key: "k1", state: "pending", request: approval }]);
    store.close();
  });
});

describe("the message of a decision", () => {
  it("is the last of those that ask, and is known by its chat and its id", () => {
    const store = storeWithRun();
    const part = { type: "document", fileName: "plan.md", text: "x", silent: true } as const;
    store.openDecision(asked("k1", { messages: [part, ...asked("k1").messages] }));
    expect(store.decisionOfMessage({ chatId: 7, messageId: 500 })).toBeUndefined();
    expect([sendNext(store, 500), sendNext(store, 501)]).toEqual(["document", "ask k1"]);
    expect(store.decisionOfMessage({ chatId: 7, messageId: 500 })).toBeUndefined();
    expect(store.decisionOfMessage({ chatId: 7, messageId: 501 })?.key).toBe("k1");
    expect(store.findDecision("k1")?.message).toEqual({ chatId: 7, messageId: 501 });
    expect(store.findMessage({ chatId: 7, messageId: 500 })).toEqual({ runId: "a", role: "notice" });
  });

  it("is another one than that with the same id in another chat", () => {
    const store = storeWithRun();
    store.openDecision(asked("k1"));
    sendNext(store, 500);
    store.openDecision(asked("k2", { thread: { chatId: 8 } }));
    sendNext(store, 500);
    expect(store.decisionOfMessage({ chatId: 7, messageId: 500 })?.key).toBe("k1");
    expect(store.decisionOfMessage({ chatId: 8, messageId: 500 })?.key).toBe("k2");
  });

  it("is edited once it is there, in its topic", () => {
    const store = storeWithRun();
    store.openDecision(asked("k1", { thread: { chatId: 7, topicId: 3 } }));
    sendNext(store, 500);
    store.draftDecision("k1", { position: 0, answers: {} }, face("half"));
    expect(edits(store)).toEqual([[500, "half"]]);
    expect(store.nextDeliveries(1_000)).toMatchObject([{ thread: { chatId: 7, topicId: 3 } }]);
    sendNext(store, 0);
    store.settleDecision("k1", "withdrawn", face("gone"));
    expect(edits(store)).toEqual([[500, "gone"]]);
  });

  it("is replaced by how it ended while it still waits to be sent", () => {
    const store = storeWithRun();
    store.openDecision(asked("k1"));
    store.draftDecision("k1", { position: 0, answers: {} }, face("half"));
    store.settleDecision("k1", "expired", face("late"));
    expect(sendNext(store, 500)).toBe("late");
    expect(edits(store)).toEqual([]);
  });

  it("is edited as soon as a sending that was under way has succeeded", () => {
    const store = storeWithRun();
    store.openDecision(asked("k1"));
    const [row] = store.nextDeliveries(1_000);
    store.markSending(row?.id ?? 0);
    store.draftDecision("k1", { position: 0, answers: {} }, face("half"));
    store.settleDecision("k1", "withdrawn", face("gone"));
    expect(edits(store)).toEqual([]);
    store.markSent(row?.id ?? 0, { chatId: 7, messageId: 500 });
    expect(edits(store)).toEqual([[500, "gone"]]);
  });

  it("never goes back to what it was to show before, when its sending is repeated", () => {
    const store = storeWithRun();
    store.openDecision(asked("k1"));
    const [row] = store.nextDeliveries(1_000);
    store.markSending(row?.id ?? 0);
    store.draftDecision("k1", { position: 0, answers: {} }, face("half"));
    store.postpone(row?.id ?? 0, { notBefore: 0, uncertain: true, error: "lost" });
    store.settleDecision("k1", "withdrawn", face("gone"));
    expect(sendNext(store, 500)).toBe("gone");
    expect(edits(store)).toEqual([]);
  });

  it("shows how it ended also when its sending was given up and taken up again", () => {
    const store = storeWithRun();
    store.openDecision(asked("k1"));
    const [row] = store.nextDeliveries(1_000);
    store.markFailed(row?.id ?? 0, "blocked");
    store.settleDecision("k1", "withdrawn", face("gone"));
    store.retryFailed(7);
    expect(sendNext(store, 500)).toBe("ask k1");
    expect(edits(store)).toEqual([[500, "gone"]]);
  });
});

describe("a journal of the first version", () => {
  it("is brought up to date with its decisions and runs", () => {
    const path = join(tempDir(), "takopi.db");
    const old = new Database(path);
    old.exec(journalSql);
    old.pragma("user_version = 1");
    old.exec(`
      INSERT INTO runs (id, chat_id, topic_id, sender_id, sender_name, prompt_message_id, prompt, engine, session_key, context, cwd,
        options, state, created_at, not_before)
      VALUES ('a', 7, 3, 42, 'Ada', 100, 'go', 'claude', 'claude:s1', '{}', '/work', '{}', 'queued', 1, 0);
      INSERT INTO decisions (run_id, request_id, kind, request, decision, decided_by, decided_at)
      VALUES ('a', 'r1', 'approval', '${JSON.stringify(approval)}', '${JSON.stringify(no.decision)}', 'policy', 5);
      INSERT INTO outbox (chat_id, run_id, role, operation, state, created_at)
      VALUES (7, 'a', 'notice', '{"type":"delete","messageId":1}', 'queued', 1);`);
    old.close();
    for (let start = 0; start < 2; start += 1) {
      const store = openStore({ path, now: () => 1_000 });
      expect(store.findDecision("old1")).toEqual({
        key: "old1",
        runId: "a",
        thread: { chatId: 7, topicId: 3 },
        request: approval,
        state: "taken",
        draft: { position: 0, answers: {} },
        decision: no.decision,
        decidedBy: "policy",
        askedAt: 5,
        decidedAt: 5,
      });
      expect(store.openDecisions()).toEqual([]);
      expect(store.runnableRuns(1_000)).toMatchObject([{ id: "a", prompt: "go" }]);
      expect(store.nextDeliveries(1_000)).toMatchObject([{ runId: "a" }]);
      store.close();
    }
  });
});
