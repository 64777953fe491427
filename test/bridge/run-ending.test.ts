import { expect, it } from "vitest";
import { ScriptedRunner } from "../factories.ts";
import { settled } from "../telegram/fake-clock.ts";
import { BridgeUnderTest } from "./bridge-under-test.ts";

it("tells of a run that the bot's end cut short before its progress message was there", async () => {
  const runner = new ScriptedRunner({
    script: async function* (_request, host) {
      await new Promise((resolve) => host.signal.addEventListener("abort", resolve));
      yield { type: "completed", engine: "scripted", ok: false, answer: "", error: "stopped" };
    },
  });
  const bridge = new BridgeUnderTest({ runner });
  await bridge.open();
  bridge.chat.faults.push("unavailable");
  const prompt = bridge.prompt("work");
  await settled();
  await bridge.parts.scheduler.drain();
  const notice = await bridge.chat.shows(/^interrupted · scripted/);
  expect(notice.keyboard.flat().map(({ label }) => label)).toEqual(["Resume"]);
  expect(notice.replyTo).toBe(prompt.messageId);
});
