import { expect, it } from "vitest";
import { openStore } from "../../src/store/open-store.ts";
import { settled } from "../telegram/fake-clock.ts";
import { BridgeUnderTest } from "./bridge-under-test.ts";

it("a receipt that is visible is noted as soon as the journal can be written again, and not sent twice", async () => {
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
  bridge.prompt("work");
  await bridge.runner.nextRun();
  const card = await bridge.chat.shows(/^starting/);
  await settled();
  expect(bridge.store.findMessage(card.ref)).toBeUndefined();
  await bridge.clock.advance(3_000);
  expect(bridge.store.findMessage(card.ref)?.role).toBe("progress");
  expect(bridge.chat.sent.filter((text) => /^(starting|working)/.test(text))).toHaveLength(1);
});
