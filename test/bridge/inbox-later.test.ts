import { describe, expect, it } from "vitest";
import { Inbox } from "../../src/bridge/inbox.ts";
import { openStore } from "../../src/store/open-store.ts";
import { FakeClock, settled } from "../telegram/fake-clock.ts";
import { RecordingLog } from "../telegram/recording-log.ts";

/** An inbox in which `slow…` takes until the test says so. */
class SlowInbox {
  readonly handled: string[] = [];
  readonly givenUp: string[] = [];
  readonly inbox: Inbox;
  readonly #store = openStore({ path: ":memory:", now: () => 0 });
  readonly #ends: { resolve: () => void; reject: (reason: Error) => void }[] = [];

  constructor() {
    this.inbox = new Inbox({
      store: this.#store,
      clock: new FakeClock(),
      log: new RecordingLog(),
      handle: async (payload) => {
        this.handled.push(payload);
        if (!payload.startsWith("slow")) return {};
        return { later: new Promise<void>((resolve, reject) => this.#ends.push({ resolve, reject })) };
      },
      giveUp: (payload) => this.givenUp.push(payload),
    });
    this.inbox.open();
  }

  async receive(...payloads: readonly string[]): Promise<void> {
    for (const payload of payloads) {
      this.inbox.receive({ updateId: Number(/\d+/.exec(payload)?.[0]), payload, receivedAt: 0 });
    }
    await settled();
  }

  async end(outcome: "resolve" | "reject"): Promise<void> {
    const [next] = this.#ends.splice(0, 1);
    if (outcome === "resolve") next?.resolve();
    else next?.reject(new Error("broken"));
    await settled();
  }

  pending(): readonly string[] {
    return this.#store.pendingUpdates().map(({ payload }) => payload);
  }
}

describe("an update whose effect takes long", () => {
  it("lets those behind it pass, is handled once, and is done when its effect is there", async () => {
    const slow = new SlowInbox();
    await slow.receive("slow1", "quick2");
    await slow.receive("slow3", "quick4");
    expect(slow.handled).toEqual(["slow1", "quick2", "slow3", "quick4"]);
    expect(slow.pending()).toEqual(["slow1", "slow3"]);
    await slow.end("resolve");
    expect(slow.pending()).toEqual(["slow3"]);
    await slow.receive("quick5");
    await slow.end("resolve");
    expect(slow.pending()).toEqual([]);
    expect(slow.handled).toHaveLength(5);
    expect(slow.givenUp).toEqual([]);
  });

  it("is not tried again when it fails, and the user is told", async () => {
    const slow = new SlowInbox();
    await slow.receive("slow1", "quick2");
    await slow.end("reject");
    expect(slow.givenUp).toEqual(["slow1"]);
    expect(slow.pending()).toEqual([]);
    expect(slow.handled).toEqual(["slow1", "quick2"]);
  });

  it.each(["resolve", "reject"] as const)("is left for the next start when the bot ends first: %s", async (outcome) => {
    const slow = new SlowInbox();
    await slow.receive("slow1");
    await slow.inbox.close();
    await slow.end(outcome);
    expect(slow.pending()).toEqual(["slow1"]);
    expect(slow.givenUp).toEqual([]);
  });
});

describe("an update that arrives while the inbox comes to rest", () => {
  it.each([
    ["nothing", []],
    ["another one", ["quick1"]],
  ])("is handled at once, any number of turns after %s", async (_before, before) => {
    for (let turns = 0; turns < 40; turns += 1) {
      const slow = new SlowInbox();
      for (const payload of before) slow.inbox.receive({ updateId: 1, payload, receivedAt: 0 });
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      await slow.receive("quick2");
      expect({ turns, handled: slow.handled }).toEqual({ turns, handled: [...before, "quick2"] });
    }
  });
});
