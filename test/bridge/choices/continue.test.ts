import { describe, expect, it } from "vitest";
import { completed, started, token } from "../../factories.ts";
import { settled } from "../../telegram/fake-clock.ts";
import type { BridgeOptions } from "../bridge-under-test.ts";
import { Choosing, session } from "./choosing.ts";

const CHAT_MODE: BridgeOptions = { settings: { sessionMode: "chat" } };
const both = {
  sessions: [session("a", { updatedAt: 100 })],
  codexSessions: [session("c", { engine: "codex", updatedAt: 200, cwd: "/work/sub" })],
};

describe("/continue", () => {
  it("with a prompt runs it in the newest session at once", async () => {
    const chat = await Choosing.begin(both);
    await chat.say("/model set codex gpt-5");
    const message = chat.bridge.message("/continue  add tests\nfor both");
    chat.send(message);
    const run = await chat.codex.nextRun();
    expect(run.request).toMatchObject({
      prompt: "add tests\nfor both",
      resume: token("c", "codex"),
      cwd: "/work/sub",
      options: { model: "gpt-5" },
    });
    await settled();
    expect(chat.answerTo(message).text).toMatch(/^starting · codex/);
  });

  it("without a prompt says what the next message or reply goes on with", async () => {
    const stateless = await Choosing.begin(both);
    expect((await stateless.say("/continue")).text).toBe(
      "“title of c” of codex. Reply to this message to go on there.\n\ncodex --resume c",
    );
    const chat = await Choosing.begin({ ...CHAT_MODE, ...both });
    expect((await chat.say("/continue")).text).toMatch(/^“title of c” of codex\. Your next message goes on there\./);
    expect((await chat.run("go on", { engine: "codex" })).request.resume).toEqual(token("c", "codex"));
  });

  it("makes the session the chat's own, and its engine the chat's", async () => {
    const chat = await Choosing.begin({ ...CHAT_MODE, ...both });
    chat.send(chat.bridge.message("/continue add tests"));
    const run = await chat.codex.nextRun();
    run.emit(started(token("c", "codex")), completed("", { engine: "codex", resume: token("c", "codex") }));
    run.end();
    await settled();
    expect((await chat.run("and docs", { engine: "codex" })).request.resume).toEqual(token("c", "codex"));
  });

  it("waits for the run that works in that session", async () => {
    const chat = await Choosing.begin({ sessions: [session("a")] });
    await chat.run("first\nscripted --resume a");
    chat.send(chat.bridge.message("/continue second"));
    await chat.bridge.chat.shows(/^queued · scripted/);
    expect(chat.bridge.runner.requests).toHaveLength(1);
  });

  it("runs a prompt once, also when its update is handled again", async () => {
    const chat = await Choosing.begin(both);
    const message = chat.bridge.message("/continue add tests");
    chat.send(message);
    chat.send(message);
    await settled();
    expect(chat.codex.requests).toHaveLength(1);
  });

  it("says that there is nothing to go on with, and who did not answer", async () => {
    const codexSessions = (): Promise<never> => Promise.reject(new Error("broken"));
    const chat = await Choosing.begin({ sessions: [], codexSessions });
    expect((await chat.say("/continue go")).text).toBe("There are no sessions in /work.\nNo answer from: codex.");
  });

  it("takes the words of a prompt for a prompt, even if they name an engine", async () => {
    const chat = await Choosing.begin({ sessions: [session("a")] });
    chat.send(chat.bridge.message("/continue codex is wrong"));
    expect((await chat.bridge.runner.nextRun()).request.prompt).toBe("codex is wrong");
  });

  it("warns about a session that is open, and then runs the prompt once", async () => {
    const chat = await Choosing.begin({ sessions: [session("a", { isOpen: true })] });
    const warning = await chat.say("/continue add tests");
    expect(warning.text).toMatch(/^“title of a” is open in scripted right now\./);
    expect(chat.bridge.runner.requests).toEqual([]);
    await chat.press(warning, "Continue anyway");
    expect(await chat.press(warning, "Continue anyway")).toBe("This was already started.");
    await settled();
    expect(chat.bridge.runner.requests).toMatchObject([{ prompt: "add tests", resume: token("a") }]);
  });

  it.each([
    ["old", { sentAt: 1_000_000 - 7_200_000 }, /^You sent this 2h 00m ago, while I was away\. Run it now\?$/],
    ["forwarded", { forwarded: true }, /^This is a forwarded message\. Run it as a prompt\?$/],
  ])("with an %s prompt asks before it runs", async (_case, more, question) => {
    const chat = await Choosing.begin({ sessions: [session("a")] });
    const offer = await chat.say("/continue add tests", more);
    expect(offer).toMatchObject({ text: expect.stringMatching(question), silent: false });
    expect(chat.bridge.runner.requests).toEqual([]);
    await chat.press(offer, "Run");
    expect((await chat.bridge.runner.nextRun()).request).toMatchObject({ prompt: "add tests", resume: token("a") });
  });
});
