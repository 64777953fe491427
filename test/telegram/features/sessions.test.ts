import type { Update } from "grammy/types";
import { describe, expect, it } from "vitest";
import type { SessionSummary } from "../../../src/runner/runner.ts";
import { BridgeUnderTest } from "../../bridge/bridge-under-test.ts";
import { ScriptedRunner, token } from "../../factories.ts";
import { message } from "../factories.ts";
import { settled } from "../fake-clock.ts";

/** A bot with an engine that lists its sessions when the test lets it. */
class SlowList {
  readonly bridge: BridgeUnderTest;
  readonly #answers: ((sessions: readonly SessionSummary[]) => void)[] = [];
  #lastId = 100;

  constructor() {
    const sessions = (): Promise<readonly SessionSummary[]> => new Promise((resolve) => this.#answers.push(resolve));
    this.bridge = new BridgeUnderTest({ runner: new ScriptedRunner({ sessions }) });
  }

  async open(): Promise<void> {
    await this.bridge.open();
    this.bridge.parts.inbox.open();
  }

  /** The user sends this; returns the id of the update. */
  async send(text: string): Promise<number> {
    const updateId = (this.#lastId += 1);
    const date = Math.floor(this.bridge.clock.now() / 1_000);
    const update: Update = { update_id: updateId, message: message({ text, date, message_id: updateId }) };
    this.bridge.parts.inbox.receive({ updateId, payload: JSON.stringify(update), receivedAt: 0 });
    await settled();
    return updateId;
  }

  async answer(): Promise<void> {
    for (const resolve of this.#answers.splice(0))
      resolve([{ token: token("a"), title: "old work", cwd: "/work", updatedAt: 0 }]);
    await settled();
  }

  get asked(): number {
    return this.#answers.length;
  }

  pending(): readonly number[] {
    return this.bridge.store.pendingUpdates().map(({ updateId }) => updateId);
  }
}

describe("/sessions", () => {
  it("does not hold up the updates behind it, and is done only when it is answered", async () => {
    const bot = new SlowList();
    await bot.open();
    const listing = await bot.send("/sessions");
    await bot.send("fix it");
    expect((await bot.bridge.runner.nextRun()).request.prompt).toBe("fix it");
    await bot.send("/queue");
    await bot.bridge.chat.shows(/^▸ scripted · fix it/);
    expect(bot.pending()).toEqual([listing]);
    expect(bot.asked).toBe(1);
    await bot.answer();
    await bot.bridge.chat.shows(/^Sessions in \/work, newest first:\n1\. scripted · old work/);
    expect(bot.pending()).toEqual([]);
  });

  it("is answered under its own message, however many wait at once", async () => {
    const bot = new SlowList();
    await bot.open();
    const updates = [
      await bot.send("/sessions"),
      await bot.send("/sessions@test_bot scripted"),
      await bot.send("/continue"),
    ];
    expect(bot.pending()).toEqual(updates);
    await bot.answer();
    const replies = [...bot.bridge.chat.visible.values()].map(({ replyTo }) => replyTo);
    expect(new Set(replies)).toEqual(new Set(updates));
    expect(replies).toHaveLength(updates.length);
    expect(bot.pending()).toEqual([]);
  });

  it("that was not answered when the bot ended is asked for again at the next start", async () => {
    const bot = new SlowList();
    await bot.open();
    const listing = await bot.send("/sessions");
    await bot.bridge.parts.inbox.close();
    await bot.answer();
    expect(bot.pending()).toEqual([listing]);
    const sessions = [{ token: token("b"), title: "found again", cwd: "/work", updatedAt: 0 }];
    const next = await bot.bridge.restarted({ runner: new ScriptedRunner({ sessions }) });
    next.parts.inbox.open();
    await next.chat.shows(/found again/);
    await settled();
    expect(next.store.pendingUpdates()).toEqual([]);
  });

  it("is given up after ten seconds, and done then", async () => {
    const bot = new SlowList();
    await bot.open();
    const listing = await bot.send("/sessions");
    await bot.bridge.clock.advance(9_999);
    expect(bot.pending()).toEqual([listing]);
    await bot.bridge.clock.advance(1);
    await bot.bridge.chat.shows(/No answer from: scripted\.$/);
    expect(bot.pending()).toEqual([]);
  });
});
