import { expect, it } from "vitest";
import { pressButton } from "../../../src/bridge/presses/press-button.ts";
import { completed, started, token } from "../../factories.ts";
import { settled } from "../../telegram/fake-clock.ts";
import { BridgeUnderTest } from "../bridge-under-test.ts";
import { approval, Asking } from "../decisions/asking.ts";
import type { VisibleMessage } from "../fake-chat.ts";

async function press(bridge: BridgeUnderTest, message: VisibleMessage, label: string): Promise<void> {
  const data = message.keyboard.flat().find((button) => button.label === label)?.data ?? "";
  pressButton(bridge.deps, bridge.press(data, message.ref.messageId));
  await settled();
}

const isVisible = (bridge: BridgeUnderTest, { ref }: VisibleMessage): boolean => bridge.chat.visible.has(ref.messageId);

it("a receipt whose id was lost goes away with its button, also after the run and a restart", async () => {
  const dead = new BridgeUnderTest();
  await dead.open();
  dead.chat.faults.push("uncertain");
  dead.prompt("work");
  const run = await dead.runner.nextRun();
  const lost = await dead.chat.shows(/^starting/);
  await dead.clock.advance(2_000);
  run.emit(started(token("s1")), completed("all done", { resume: token("s1") }));
  run.end();
  await dead.chat.shows(/all done/);
  const bridge = await dead.restarted();
  await settled();
  expect(isVisible(bridge, lost)).toBe(true);
  await press(bridge, lost, "Cancel");
  expect(isVisible(bridge, lost)).toBe(false);
});

it("a receipt whose id was lost becomes the run's message when the run is dropped under it", async () => {
  const bridge = new BridgeUnderTest();
  await bridge.open();
  bridge.prompt("work");
  const run = await bridge.runner.nextRun();
  run.emit(started(token("s1")));
  await settled();
  const card = await bridge.chat.shows(/^(starting|working)/);
  bridge.chat.faults.push("uncertain");
  bridge.prompt("more", { replyTo: { messageId: card.ref.messageId, fromBot: true } });
  const lost = await bridge.chat.shows(/^queued/);
  await press(bridge, lost, "Drop");
  await bridge.clock.advance(10_000);
  expect(bridge.chat.visible.get(lost.ref.messageId)?.text).toMatch(/^cancelled/);
  expect(bridge.chat.texts().filter((text) => /^(queued|cancelled)/.test(text))).toHaveLength(1);
});

it("the first copy of a question whose id was lost goes away when it is pressed, and the second one goes on asking", async () => {
  const asking = await Asking.begin();
  const { bridge } = asking;
  bridge.chat.faults.push("uncertain");
  void asking.run.host.decide(approval());
  await settled();
  const lost = await bridge.chat.shows(/^scripted asks/);
  await bridge.clock.advance(1_000);
  const second = await bridge.chat.shows(/^↻ sent again/);
  await press(bridge, lost, "Approve");
  expect(isVisible(bridge, lost)).toBe(false);
  expect(asking.labels(asking.now(second))).toContain("Approve");
});

it("a message the journal knows stays, whatever is said to have been pressed under it", async () => {
  const asking = await Asking.begin();
  const { shown } = await asking.ask(approval());
  const card = await asking.bridge.chat.shows(/^(starting|working|waiting for you)/);
  const [data = ""] = shown.keyboard.flat().map((button) => button.data);
  pressButton(asking.bridge.deps, asking.bridge.press(data, card.ref.messageId));
  await settled();
  expect(isVisible(asking.bridge, card)).toBe(true);
  expect(asking.labels(asking.now(shown))).toContain("Approve");
});
