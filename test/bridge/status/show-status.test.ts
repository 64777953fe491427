import { beforeEach, describe, expect, it } from "vitest";
import type { Receiving } from "../../../src/bridge/status/receiving.ts";
import { showStatus, type ShowStatusDeps } from "../../../src/bridge/status/show-status.ts";
import { workStatus } from "../../../src/bridge/status/status.ts";
import type { IncomingMessage } from "../../../src/domain/incoming.ts";
import { actionStarted, started } from "../../factories.ts";
import { settled } from "../../telegram/fake-clock.ts";
import { BridgeUnderTest, CHAT } from "../bridge-under-test.ts";

const GROUP = -5001;

let bridge: BridgeUnderTest;
let receiving: Receiving;
let isAdmin: boolean;
let deps: ShowStatusDeps;

beforeEach(async () => {
  bridge = new BridgeUnderTest();
  receiving = { state: "well", silentMs: 4_000, lastAnswerAt: bridge.clock.now() };
  isAdmin = true;
  const vitals = {
    startedAt: bridge.clock.now() - 3_600_000,
    receiving: () => receiving,
    lastError: () => ({ at: bridge.clock.now() - 60_000, message: "a delivery broke" }),
  };
  const rights = () => ({ chat: true, decide: true, admin: isAdmin });
  deps = { ...bridge.deps, vitals, rights };
  await bridge.open();
});

async function ask(more: Partial<IncomingMessage> = {}): Promise<string> {
  showStatus(deps, bridge.message("/status", more));
  await settled();
  return bridge.chat.sent.at(-1) ?? "";
}

const inGroup: Partial<IncomingMessage> = { thread: { chatId: GROUP }, chatType: "supergroup" };

/** A run that works in a chat and has said something. */
async function works(prompt: string, more: Partial<IncomingMessage> = {}) {
  bridge.prompt(prompt, more);
  await bridge.clock.advance(1_000);
  const run = await bridge.runner.nextRun();
  run.emit(started({ engine: "scripted", value: prompt.replaceAll(" ", "-") }), actionStarted());
  await settled();
  return run;
}

describe("/status", () => {
  it("is calm when nothing goes on", async () => {
    expect(await ask()).toBe(
      "All is well · up 1h 00m\nTelegram answered 4s ago\nLast error 1m 00s ago: a delivery broke\n\nNothing is running here.",
    );
  });

  it("shows what runs and what waits here, with the beginnings of the prompts", async () => {
    await works("fix the tests");
    bridge.prompt("and the docs", { replyTo: { messageId: 1, fromBot: false } });
    await bridge.clock.advance(120_000);
    expect(await ask()).toMatch(
      /\n\n▸ scripted · fix the tests · working · 2m 0\ds · step 1 · silent for 2m 00s\n1\. scripted · and the docs · queued 2m 0\ds$/,
    );
  });

  it("says first what is wrong", async () => {
    receiving = { state: "deaf", silentMs: 300_000, reason: "no connection to Telegram (ENOTFOUND)" };
    expect(await ask()).toMatch(
      /^Not well · up 1h 00m\n✗ Telegram has not answered for 5m 00s: no connection to Telegram \(ENOTFOUND\)\n/,
    );
  });

  it("tells of the last outage", async () => {
    const now = bridge.clock.now();
    receiving = { ...receiving, lastOutage: { from: now - 9 * 3_600_000, to: now - 3_600_000 } };
    expect(await ask()).toContain("\nLast offline for 8h 00m, until 1h 00m ago\n");
  });

  it("shows an admin in private what goes on elsewhere, without its prompts", async () => {
    await works("secret plans", inGroup);
    const text = await ask();
    expect(text).toMatch(/Nothing is running here\.\n\nIn other chats:\n▸ scripted · You · working · \d+s · step 1$/);
    expect(text).not.toContain("secret");
  });

  it("shows others only how much goes on elsewhere, and no errors", async () => {
    await works("secret plans", inGroup);
    isAdmin = false;
    const text = await ask();
    expect(text).toMatch(/Nothing is running here\.\n\nIn other chats: 1 running, 0 queued\.$/);
    expect(text).not.toContain("Last error");
  });

  it("shows in a group only what is the group's, also to an admin", async () => {
    await works("secret plans");
    await works("group work", inGroup);
    const text = await ask(inGroup);
    expect(text).toMatch(/▸ scripted · group work · working[^\n]*\n\nIn other chats: 1 running, 0 queued\.$/);
    expect(text).not.toContain("secret");
  });
});

describe("the status of the work", () => {
  it("names who waits for what", async () => {
    const run = await works("deploy it");
    void run.host.decide({ kind: "approval", id: "r1", tool: "Bash", title: "rm -rf", input: {}, scopes: ["once"] });
    await settled();
    await bridge.clock.advance(5_000);
    const { running, decisions } = workStatus(deps);
    expect(running).toMatchObject([
      { label: "waiting for you", session: "deploy-it", steps: 1, startedBy: "You", thread: `${CHAT}` },
    ]);
    expect(decisions).toEqual([{ runId: running[0]?.id, kind: "approval", tool: "Bash", waitingMs: 5_000 }]);
    expect(JSON.stringify(workStatus(deps))).not.toContain("rm -rf");
  });

  it("tells how long what can't be sent has waited", async () => {
    expect(workStatus(deps).outbox).toEqual({ waiting: 0 });
    deps.store.enqueue({
      thread: { chatId: CHAT },
      role: "notice",
      operation: { type: "send", content: { text: "hi", entities: [] }, silent: true, urgency: "normal" },
    });
    await bridge.clock.advance(0);
    expect(workStatus(deps).outbox).toEqual({ waiting: 1, oldestMs: 0 });
  });
});
