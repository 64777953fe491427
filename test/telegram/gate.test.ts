import type { Update } from "grammy/types";
import { describe, expect, it } from "vitest";
import { Refusals } from "../../src/bridge/refusals.ts";
import type { AuditEntry, Store } from "../../src/bridge/store-port.ts";
import type { AccessRule } from "../../src/routing/access.ts";
import { createGate } from "../../src/telegram/gate.ts";
import { pairingCodeHash } from "../../src/telegram/pairing-code.ts";
import { memoryStore } from "../store/factories.ts";
import { ANN, BOT, CHANNEL, FORUM, GROUP, message, messageUpdate, PRIVATE } from "./factories.ts";
import { FakeClock } from "./fake-clock.ts";
import { RecordingLog } from "./recording-log.ts";

const EVE = { ...ANN, id: 66, first_name: "Eve" };
const EVES_CHAT = { ...PRIVATE, id: 66, first_name: "Eve" };

const RULE: AccessRule = {
  userIds: new Set([ANN.id]),
  chatIds: new Set([GROUP.id]),
  chats: new Map([[FORUM.id, [{ chat: new Set<number>() }]]]),
  projects: new Map(),
};

/** A gate, what it let in, and what it wrote down. */
class GateUnderTest {
  readonly admitted: Update[] = [];
  readonly paired: number[] = [];
  readonly rows: AuditEntry[] = [];
  readonly store: Store;
  readonly take: (update: Update) => void;

  constructor(rule: AccessRule = RULE) {
    const clock = new FakeClock();
    this.store = { ...memoryStore(), audit: (entry) => void this.rows.push(entry) };
    this.take = createGate({
      store: this.store,
      clock,
      refusals: new Refusals({ store: this.store, clock, log: new RecordingLog() }),
      rule: () => rule,
      admit: (update) => void this.admitted.push(update),
      onPaired: ({ userId }) => void this.paired.push(userId),
    });
  }
}

describe("the gate", () => {
  it.each([
    ["a user of the list in private", messageUpdate()],
    ["a user of the list in a known group", messageUpdate({ chat: GROUP })],
  ])("lets %s in", (_, update) => {
    const gate = new GateUnderTest();
    gate.take(update);
    expect(gate.admitted).toEqual([update]);
    expect(gate.rows).toEqual([]);
  });

  const query = { id: "1", chat_instance: "c", data: "v1:cancel:0123456789ab" };
  it.each<[string, Update]>([
    ["a stranger", messageUpdate({ from: EVE, chat: EVES_CHAT, text: "claude --resume 1234" })],
    ["a stranger in a known group", messageUpdate({ from: EVE, chat: GROUP })],
    ["a user of the list in a group whose list is empty", messageUpdate({ chat: FORUM })],
    ["a stranger's press", { update_id: 1, callback_query: { ...query, from: EVE, message: message({ from: BOT }) } }],
  ])("keeps %s out, with a row in the audit and nothing else", (_, update) => {
    const gate = new GateUnderTest();
    gate.take(update);
    expect(gate.admitted).toEqual([]);
    expect(gate.rows).toMatchObject([{ verb: "refuse", detail: { why: "may not use this bot" } }]);
    expect(gate.store.pendingUpdates()).toEqual([]);
    expect(gate.store.nextDeliveries(1e15)).toEqual([]);
  });

  it("keeps anonymous administrators and channels out", () => {
    const gate = new GateUnderTest();
    gate.take(messageUpdate({ chat: GROUP, sender_chat: GROUP }));
    gate.take(messageUpdate({ chat: GROUP, sender_chat: CHANNEL }));
    gate.take({
      update_id: 1,
      channel_post: { message_id: 1, date: 1, chat: CHANNEL, sender_chat: CHANNEL, text: "x" },
    });
    expect(gate.admitted).toEqual([]);
  });

  it("writes a flood of a stranger down in a few rows, with its size", () => {
    const gate = new GateUnderTest();
    for (let count = 0; count < 5_000; count += 1) gate.take(messageUpdate({ from: EVE, chat: EVES_CHAT }));
    expect(gate.rows.map(({ detail }) => detail?.["updates"] ?? 1)).toEqual([1, 9, 90, 900]);
  });

  it("closes an open pairing after five wrong codes, also for the right one", () => {
    const gate = new GateUnderTest();
    gate.store.openPairing(pairingCodeHash("RIGHT234"), 1e15);
    for (let count = 0; count < 5; count += 1) gate.take(messageUpdate({ from: EVE, chat: EVES_CHAT, text: "WRONG" }));
    gate.take(messageUpdate({ from: EVE, chat: EVES_CHAT, text: "RIGHT234" }));
    expect(gate.paired).toEqual([]);
    expect(gate.rows.filter(({ verb }) => verb === "pair").map(({ detail }) => detail?.["outcome"])).toEqual([
      "wrong",
      "wrong",
      "wrong",
      "wrong",
      "locked",
    ]);
  });
});
