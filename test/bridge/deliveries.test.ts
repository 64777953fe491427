import { describe, expect, it } from "vitest";
import { ChatError, type OutgoingMessage } from "../../src/bridge/chat-port.ts";
import { Deliveries } from "../../src/bridge/deliveries.ts";
import { say } from "../../src/bridge/say.ts";
import type { MessageRef } from "../../src/domain/thread.ts";
import { openStore } from "../../src/store/open-store.ts";
import { FakeClock } from "../telegram/fake-clock.ts";
import { RecordingLog } from "../telegram/recording-log.ts";
import { FakeChat } from "./fake-chat.ts";

function createDeliveries(): { chat: FakeChat; clock: FakeClock; deliveries: Deliveries } {
  const chat = new FakeChat();
  const clock = new FakeClock();
  const store = openStore({ path: ":memory:", now: () => clock.now() });
  return { chat, clock, deliveries: new Deliveries({ chat, clock, store, log: new RecordingLog() }) };
}

const thread = { chatId: 1 };

/** Its first answer is a refusal, and comes when the test says so. */
class RefusingChat extends FakeChat {
  readonly refuse: () => void;
  readonly #refusal: Promise<void>;
  #isOpen = false;

  constructor() {
    super();
    let refuse = (): void => {};
    this.#refusal = new Promise((resolve) => (refuse = resolve));
    this.refuse = refuse;
  }

  override async send(message: OutgoingMessage): Promise<MessageRef> {
    if (this.#isOpen) return await super.send(message);
    this.#isOpen = true;
    await this.#refusal;
    throw new ChatError("chat_closed", "blocked");
  }
}

describe("deliveries", () => {
  it("sends again, unmarked, what surely did not arrive", async () => {
    const { chat, clock, deliveries } = createDeliveries();
    chat.faults.push("unavailable", "unavailable", "unavailable");
    say(deliveries, { thread, text: "hello" });
    await clock.advance(10_000);
    expect(chat.sent).toEqual(["hello"]);
  });

  it("marks a second copy when the answer to the first was lost, within five seconds", async () => {
    const { chat, clock, deliveries } = createDeliveries();
    chat.faults.push("uncertain");
    say(deliveries, { thread, text: "hello" });
    await clock.advance(5_000);
    expect(chat.sent).toEqual(["hello", "↻ sent again, the first copy may have arrived too\n\nhello"]);
  });

  it("says an edit in a new message when its message is gone and it has buttons or must be shown, and drops it otherwise", async () => {
    const { chat, clock, deliveries } = createDeliveries();
    const content = { text: "interrupted", entities: [] };
    const keyboard = [[{ label: "Resume", data: "x" }]];
    const edit = { type: "edit", messageId: 5, content } as const;
    deliveries.enqueue({ thread, role: "notice", operation: { ...edit, keyboard } });
    deliveries.enqueue({ thread, role: "notice", operation: { ...edit, content: { text: "done", entities: [] } } });
    const cancelled = { text: "cancelled", entities: [] };
    deliveries.enqueue({ thread, role: "notice", operation: { ...edit, content: cancelled, mustShow: true } });
    await clock.advance(5_000);
    expect([...chat.visible.values()]).toMatchObject([{ text: "interrupted", keyboard }, { text: "cancelled" }]);
  });

  it("keeps the order within a chat while the first message waits for a connection", async () => {
    const { chat, clock, deliveries } = createDeliveries();
    chat.faults.push("unavailable");
    say(deliveries, { thread, text: "one" });
    say(deliveries, { thread, text: "two" });
    await clock.advance(5_000);
    expect(chat.sent).toEqual(["one", "two"]);
  });

  it("delivers what was refused in the very moment in which the chat was opened again", async () => {
    const clock = new FakeClock();
    const chat = new RefusingChat();
    const store = openStore({ path: ":memory:", now: () => clock.now() });
    const deliveries = new Deliveries({ chat, clock, store, log: new RecordingLog() });
    say(deliveries, { thread, text: "hello" });
    deliveries.reopen(thread.chatId);
    chat.refuse();
    await clock.advance(5_000);
    expect(chat.sent).toEqual(["hello"]);
  });

  it("does not let one chat hold up another", async () => {
    const { chat, clock, deliveries } = createDeliveries();
    chat.faults.push("unavailable");
    say(deliveries, { thread, text: "one" });
    say(deliveries, { thread: { chatId: 2 }, text: "other" });
    await clock.advance(0);
    expect(chat.sent).toEqual(["other"]);
  });

  it("passes over what the server will never take", async () => {
    const { chat, clock, deliveries } = createDeliveries();
    chat.faults.push("rejected");
    say(deliveries, { thread, text: "one" });
    say(deliveries, { thread, text: "two" });
    await clock.advance(5_000);
    expect(chat.sent).toEqual(["two"]);
  });
});
