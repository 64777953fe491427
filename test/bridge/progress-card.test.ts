import { expect, it } from "vitest";
import { pressButton } from "../../src/bridge/presses/press-button.ts";
import { openStore } from "../../src/store/open-store.ts";
import { settled } from "../telegram/fake-clock.ts";
import { BridgeUnderTest } from "./bridge-under-test.ts";

/** A bridge whose journal can't note the next two receipts. */
async function withFailingLinks(): Promise<BridgeUnderTest> {
  const journal = openStore({ path: ":memory:", now: () => 1_000_000 });
  let failures = 2;
  const bridge = new BridgeUnderTest({
    store: {
      ...journal,
      linkMessage: (message, runId, role) => {
        failures -= 1;
        if (failures >= 0) throw new Error("the disk is full");
        journal.linkMessage(message, runId, role);
      },
    },
  });
  await bridge.open();
  return bridge;
}

it("a receipt that is visible is noted as soon as the journal can be written again, and not sent twice", async () => {
  const bridge = await withFailingLinks();
  bridge.prompt("work");
  await bridge.runner.nextRun();
  const card = await bridge.chat.shows(/^starting/);
  await settled();
  expect(bridge.store.findMessage(card.ref)).toBeUndefined();
  await bridge.clock.advance(3_000);
  expect(bridge.store.findMessage(card.ref)?.role).toBe("progress");
  expect(bridge.chat.sent.filter((text) => /^(starting|working)/.test(text))).toHaveLength(1);
});

it("a receipt that is cancelled before it is noted stays, and says so", async () => {
  const bridge = await withFailingLinks();
  bridge.prompt("work");
  const run = await bridge.runner.nextRun();
  const card = await bridge.chat.shows(/^starting/);
  await settled();
  const [cancel = ""] = card.keyboard.flat().map(({ data }) => data);
  pressButton(bridge.deps, bridge.press(cancel, card.ref.messageId));
  run.end();
  await bridge.clock.advance(3_000);
  await settled();
  expect(bridge.chat.visible.get(card.ref.messageId)?.text).toMatch(/^cancelled/);
  expect(bridge.chat.sent).toHaveLength(1);
});
