import { describe, expect, it } from "vitest";
import { Inbox } from "../../src/bridge/inbox.ts";
import { StoreError } from "../../src/store/store-error.ts";
import { openStore } from "../../src/store/open-store.ts";
import { FakeClock } from "../telegram/fake-clock.ts";
import { RecordingLog } from "../telegram/recording-log.ts";

interface InboxUnderTest {
  readonly inbox: Inbox;
  readonly clock: FakeClock;
  readonly handled: string[];
  readonly givenUp: string[];
  readonly pending: () => number;
}

function createInbox(handle: (payload: string) => void = () => {}): InboxUnderTest {
  const clock = new FakeClock();
  const store = openStore({ path: ":memory:", now: () => clock.now() });
  const handled: string[] = [];
  const givenUp: string[] = [];
  const inbox = new Inbox({
    store,
    clock,
    log: new RecordingLog(),
    handle: async (payload) => {
      handle(payload);
      handled.push(payload);
      return {};
    },
    giveUp: (payload) => givenUp.push(payload),
  });
  return { inbox, clock, handled, givenUp, pending: () => store.pendingUpdates().length };
}

function update(updateId: number): { updateId: number; payload: string; receivedAt: number } {
  return { updateId, payload: `u${updateId}`, receivedAt: 0 };
}

describe("the inbox", () => {
  it("handles each update once and in order, however often it is received", async () => {
    const { inbox, clock, handled, pending } = createInbox();
    inbox.receive(update(1));
    inbox.open();
    for (const id of [2, 1, 3, 2]) inbox.receive(update(id));
    await clock.advance(0);
    inbox.receive(update(3));
    inbox.receive(update(4));
    await clock.advance(0);
    expect(handled).toEqual(["u1", "u2", "u3", "u4"]);
    expect(pending()).toBe(0);
  });

  it("keeps an update for as long as the journal takes nothing, and those behind it", async () => {
    let isFull = true;
    const { inbox, clock, handled, givenUp, pending } = createInbox(() => {
      if (isFull) throw new StoreError("full", "no space");
    });
    inbox.open();
    for (const id of [1, 2]) inbox.receive(update(id));
    await clock.advance(600_000);
    expect({ handled, givenUp, left: pending() }).toEqual({ handled: [], givenUp: [], left: 2 });
    isFull = false;
    await clock.advance(1_000);
    expect({ handled, givenUp, left: pending() }).toEqual({ handled: ["u1", "u2"], givenUp: [], left: 0 });
  });

  it("tries an update three times, then says so and goes on with the next", async () => {
    const { inbox, clock, handled, givenUp } = createInbox((payload) => {
      if (payload === "u1") throw new Error("broken");
    });
    inbox.open();
    inbox.receive(update(1));
    inbox.receive(update(2));
    await clock.advance(10_000);
    expect(givenUp).toEqual(["u1"]);
    expect(handled).toEqual(["u2"]);
  });

  it("keeps what it has not handled when it is closed", async () => {
    const { inbox, handled, pending } = createInbox();
    inbox.receive(update(1));
    await inbox.close();
    expect(handled).toEqual([]);
    expect(pending()).toBe(1);
  });
});
