import { describe, expect, it } from "vitest";
import { pressButton } from "../../src/bridge/presses/press-button.ts";
import { startNewSession } from "../../src/bridge/start-new-session.ts";
import { cancelByCommand } from "../../src/bridge/cancel-run.ts";
import { editPrompt } from "../../src/bridge/edit-prompt.ts";
import { completed, started, token } from "../factories.ts";
import { settled } from "../telegram/fake-clock.ts";
import { BridgeUnderTest, CHAT } from "./bridge-under-test.ts";

async function opened(options?: ConstructorParameters<typeof BridgeUnderTest>[0]): Promise<BridgeUnderTest> {
  const bridge = new BridgeUnderTest(options);
  await bridge.open();
  return bridge;
}

describe("prompts in chat mode", () => {
  it("makes ten messages at once one session with one run at a time, in order", async () => {
    const bridge = await opened({ settings: { sessionMode: "chat" } });
    for (let index = 0; index < 10; index += 1) bridge.prompt(`prompt ${index}`);
    for (let index = 0; index < 10; index += 1) {
      const run = await bridge.runner.nextRun();
      expect(run.request.prompt).toBe(`prompt ${index}`);
      expect(run.request.resume).toEqual(index === 0 ? undefined : token("s1"));
      expect(bridge.store.runsInState(["running"])).toHaveLength(1);
      run.emit(started(token("s1")), completed(`answer ${index}`, { resume: token("s1") }));
      run.end();
    }
    await bridge.chat.shows(/answer 9/);
  });

  it("gives every waiting prompt a receipt that says queued", async () => {
    const bridge = await opened({ settings: { sessionMode: "chat" } });
    bridge.prompt("first");
    bridge.prompt("second");
    await settled();
    expect(bridge.chat.texts()).toEqual(["starting · scripted · 0s", "queued · scripted · 0s\n\nnext in its session"]);
  });

  it("begins a new session after /new, also when the old run names its session later", async () => {
    const bridge = await opened({ settings: { sessionMode: "chat" } });
    bridge.prompt("old");
    const old = await bridge.runner.nextRun();
    await bridge.clock.advance(10);
    startNewSession(bridge.deps, bridge.message("/new"));
    old.emit(started(token("old")));
    await bridge.clock.advance(10);
    bridge.prompt("new");
    const next = await bridge.runner.nextRun();
    expect(next.request).toMatchObject({ prompt: "new" });
    expect(next.request.resume).toBeUndefined();
  });
});

describe("prompts in stateless mode", () => {
  it("runs two messages in parallel sessions", async () => {
    const bridge = await opened();
    bridge.prompt("one");
    bridge.prompt("two");
    await bridge.runner.nextRun();
    await bridge.runner.nextRun();
    expect(bridge.store.runsInState(["running"])).toHaveLength(2);
  });

  it("continues the session of the run whose message is replied to, waiting until that run has ended", async () => {
    const bridge = await opened();
    const first = bridge.prompt("one");
    const run = await bridge.runner.nextRun();
    await settled();
    bridge.prompt("two", { replyTo: { messageId: first.messageId, fromBot: false } });
    expect(bridge.store.runsInState(["queued"])).toHaveLength(1);
    run.emit(started(token("s1")), completed("x", { resume: token("s1") }));
    run.end();
    const second = await bridge.runner.nextRun();
    expect(second.request).toMatchObject({ prompt: "two", resume: token("s1") });
  });

  it("reads the session from a resume line in the text and takes the line out of the prompt", async () => {
    const bridge = await opened();
    bridge.prompt("and now?\n`scripted --resume abc`");
    const run = await bridge.runner.nextRun();
    expect(run.request).toMatchObject({ prompt: "and now?", resume: token("abc") });
  });

  it("says continue for a resume line alone", async () => {
    const bridge = await opened();
    bridge.prompt("scripted --resume abc");
    expect((await bridge.runner.nextRun()).request.prompt).toBe("continue");
  });

  it("quotes what the user marked, and a foreign message the user replied to", async () => {
    const bridge = await opened();
    bridge.prompt("why?", { quote: "line 1\nline 2", replyTo: { messageId: 77, text: "longer", fromBot: false } });
    bridge.prompt("and this?", { replyTo: { messageId: 78, text: "foreign", fromBot: false } });
    expect((await bridge.runner.nextRun()).request.prompt).toBe("> line 1\n> line 2\n\nwhy?");
    expect((await bridge.runner.nextRun()).request.prompt).toBe("> foreign\n\nand this?");
  });
});

describe("projects", () => {
  const projects = new Map([
    ["api", { path: "/code/api", defaults: {} }],
    ["web", { path: "/code/web", chatId: CHAT, defaults: {} }],
  ]);

  it("work in the directory the message names, and stay there in replies", async () => {
    const bridge = await opened({ settings: { projects } });
    const first = bridge.prompt("/api go");
    const run = await bridge.runner.nextRun();
    expect(run.request).toMatchObject({ prompt: "go", cwd: "/code/api" });
    run.emit(started(), completed("x"));
    run.end();
    expect((await bridge.chat.shows(/^done/)).text).toContain("ctx: api");
    bridge.prompt("/web more", { replyTo: { messageId: first.messageId, fromBot: false } });
    expect((await bridge.runner.nextRun()).request.cwd).toBe("/code/api");
  });

  it("are that of the chat when nothing is named", async () => {
    const bridge = await opened({ settings: { projects, defaultProject: "api" } });
    bridge.prompt("go");
    expect((await bridge.runner.nextRun()).request.cwd).toBe("/code/web");
  });
});

describe("long pastes", () => {
  it("joins the parts a client cut a paste into, and runs them once", async () => {
    const bridge = await opened();
    const first = "a".repeat(4096);
    bridge.prompt(first);
    await bridge.clock.advance(200);
    bridge.prompt("the rest");
    const run = await bridge.runner.nextRun();
    expect(run.request.prompt).toBe(`${first}\nthe rest`);
    await bridge.clock.advance(5_000);
    expect(bridge.runner.requests).toHaveLength(1);
  });

  it("runs a long message alone after a second", async () => {
    const bridge = await opened();
    bridge.prompt("b".repeat(4096));
    await bridge.clock.advance(900);
    expect(bridge.runner.requests).toHaveLength(0);
    await bridge.clock.advance(200);
    expect(bridge.runner.requests).toHaveLength(1);
  });
});

describe("prompts that may no longer be wanted", () => {
  it("offers an old message instead of running it, and runs it once however often Run is pressed", async () => {
    const bridge = await opened();
    bridge.prompt("yesterday's idea", { sentAt: bridge.clock.now() - 7_200_000 });
    const offer = await bridge.chat.shows(/^You sent this 2h 00m ago/);
    expect(bridge.runner.requests).toHaveLength(0);
    const data = offer.keyboard[0]?.[0]?.data ?? "";
    for (let tap = 0; tap < 5; tap += 1) pressButton(bridge.deps, bridge.press(data, offer.ref.messageId));
    await bridge.runner.nextRun();
    expect(bridge.runner.requests).toHaveLength(1);
    expect(bridge.chat.toasts).toEqual([
      "Running it.",
      ...Array.from({ length: 4 }, () => "This was already decided."),
    ]);
    expect((await bridge.chat.shows(/^Running it now\.$/)).keyboard).toEqual([]);
  });

  it("discards an old message for good", async () => {
    const bridge = await opened();
    bridge.prompt("yesterday's idea", { sentAt: bridge.clock.now() - 7_200_000 });
    const offer = await bridge.chat.shows(/^You sent this/);
    pressButton(bridge.deps, bridge.press(offer.keyboard[0]?.[1]?.data ?? "", offer.ref.messageId));
    await bridge.chat.shows(/^Discarded\.$/);
    pressButton(bridge.deps, bridge.press(offer.keyboard[0]?.[0]?.data ?? "", offer.ref.messageId));
    expect(bridge.runner.requests).toHaveLength(0);
  });

  it("offers a forwarded message instead of running it", async () => {
    const bridge = await opened();
    bridge.prompt("rm -rf ~", { forwarded: true });
    await bridge.chat.shows(/^This is a forwarded message/);
    expect(bridge.runner.requests).toHaveLength(0);
  });
});

describe("handling an update twice", () => {
  it("starts one run", async () => {
    const bridge = await opened();
    const message = bridge.prompt("once");
    bridge.prompt("once", message);
    await settled();
    expect(bridge.runner.requests).toHaveLength(1);
  });
});

describe("editing a prompt", () => {
  it("changes it while it waits, and says so when it is too late", async () => {
    const bridge = await opened({ settings: { sessionMode: "chat" } });
    const first = bridge.prompt("first");
    const second = bridge.prompt("second");
    editPrompt(bridge.deps, { ...second, text: "better" }, "better");
    editPrompt(bridge.deps, { ...first, text: "late" }, "late");
    await bridge.chat.shows(/already started with the old text/);
    const run = await bridge.runner.nextRun();
    run.emit(started(), completed("x"));
    run.end();
    expect((await bridge.runner.nextRun()).request.prompt).toBe("better");
  });
});

describe("/cancel", () => {
  it("cancels the only run when it is alone, and asks which one when there are several", async () => {
    const bridge = await opened();
    cancelByCommand(bridge.deps, bridge.message("/cancel"));
    await bridge.chat.shows(/^Nothing is running here\.$/);
    bridge.prompt("one");
    bridge.prompt("two");
    cancelByCommand(bridge.deps, bridge.message("/cancel"));
    const question = await bridge.chat.shows(/^Which run/);
    expect(question.keyboard.flat().map((button) => button.label)).toEqual(["scripted · one", "scripted · two"]);
    const [one, two] = [await bridge.runner.nextRun(), await bridge.runner.nextRun()];
    pressButton(bridge.deps, bridge.press(question.keyboard[1]?.[0]?.data ?? "", question.ref.messageId));
    expect([one.host.signal.aborted, two.host.signal.aborted]).toEqual([false, true]);
    await settled();
    expect(bridge.chat.texts()).not.toContain("Which run do you want to cancel?");
    two.emit(completed("", { ok: false, error: "aborted" }));
    two.end();
    await bridge.chat.shows(/^cancelled/);
    cancelByCommand(bridge.deps, bridge.message("/cancel"));
    expect(one.host.signal.aborted).toBe(true);
  });

  it("takes a queued run out of the queue", async () => {
    const bridge = await opened({ settings: { sessionMode: "chat" } });
    bridge.prompt("one");
    const second = bridge.prompt("two");
    await settled();
    cancelByCommand(
      bridge.deps,
      bridge.message("/cancel", { replyTo: { messageId: second.messageId, fromBot: false } }),
    );
    await bridge.chat.shows(/^cancelled · scripted · 0s/);
    const first = await bridge.runner.nextRun();
    first.emit(started(), completed("x"));
    first.end();
    await bridge.chat.shows(/^done/);
    await bridge.clock.advance(5_000);
    expect(bridge.runner.requests).toHaveLength(1);
  });

  it("does nothing for a button of another chat", async () => {
    const bridge = await opened();
    bridge.prompt("one");
    const run = await bridge.runner.nextRun();
    const card = await bridge.chat.shows(/^starting/);
    const press = bridge.press(card.keyboard[0]?.[0]?.data ?? "", card.ref.messageId);
    pressButton(bridge.deps, { ...press, thread: { chatId: CHAT + 1 } });
    expect(run.host.signal.aborted).toBe(false);
    expect(bridge.chat.toasts).toEqual(["This button no longer works."]);
  });
});
