import { describe, expect, it } from "vitest";
import { editPrompt } from "../../src/bridge/edit-prompt.ts";
import { pressButton } from "../../src/bridge/presses/press-button.ts";
import type { IncomingMessage } from "../../src/domain/incoming.ts";
import { completed, started, token } from "../factories.ts";
import { settled } from "../telegram/fake-clock.ts";
import { BridgeUnderTest } from "./bridge-under-test.ts";
import type { VisibleMessage } from "./fake-chat.ts";

async function pressFirst(bridge: BridgeUnderTest, shown: VisibleMessage): Promise<string | undefined> {
  pressButton(bridge.deps, bridge.press(shown.keyboard[0]?.[0]?.data ?? "", shown.ref.messageId));
  await settled();
  return bridge.chat.toasts.at(-1);
}

/** Edits a prompt whose run works; returns the offer to send the new text after it. */
async function edited(bridge: BridgeUnderTest, prompt: IncomingMessage, text: string): Promise<VisibleMessage> {
  const before = new Set(bridge.chat.visible.keys());
  editPrompt(bridge.deps, { ...prompt, text }, text);
  await settled();
  const offer = [...bridge.chat.visible.values()].find(({ ref }) => !before.has(ref.messageId));
  if (offer === undefined) throw new Error("nothing was offered");
  return offer;
}

describe("a prompt that is edited while its run works", () => {
  it("can be sent after it, each edit once, in the session of the run, even before that has a name", async () => {
    const bridge = new BridgeUnderTest();
    await bridge.open();
    const prompt = bridge.prompt("old");
    const run = await bridge.runner.nextRun();
    await settled();
    const offers = [await edited(bridge, prompt, "new"), await edited(bridge, prompt, "newer")];
    for (const offer of offers) await pressFirst(bridge, offer);
    for (const offer of offers) expect(await pressFirst(bridge, offer)).toMatch(/^This was already/);
    expect(bridge.runner.requests).toHaveLength(1);
    run.emit(started(token("s1")), completed("x", { resume: token("s1") }));
    run.end();
    for (const text of ["new", "newer"]) {
      const next = await bridge.runner.nextRun();
      expect(next.request).toMatchObject({ prompt: expect.stringContaining(`\n\n${text}`), resume: token("s1") });
      next.emit(started(token("s1")), completed("x", { resume: token("s1") }));
      next.end();
    }
    await settled();
    expect(bridge.runner.requests).toHaveLength(3);
  });

  it("can still be resumed when the bot dies after that", async () => {
    const dead = new BridgeUnderTest();
    await dead.open();
    const prompt = dead.prompt("old");
    const run = await dead.runner.nextRun();
    run.emit(started(token("s1")));
    await settled();
    await pressFirst(dead, await edited(dead, prompt, "new"));
    const bridge = await dead.restarted();
    const card = await bridge.chat.shows(/^interrupted/);
    expect(await pressFirst(bridge, card)).toBe("Resuming.");
  });
});
