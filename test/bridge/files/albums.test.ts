import { describe, expect, it } from "vitest";
import { coversNothing } from "../../../src/bridge/secret-cover.ts";
import { completed, started, token } from "../../factories.ts";
import { settled } from "../../telegram/fake-clock.ts";
import { moveChat } from "../../../src/bridge/move-chat.ts";
import { CHAT } from "../bridge-under-test.ts";
import { Mailroom } from "./sending.ts";

const LATE = "A late part of that album: reply to it and say what to do with it.";

function byPrompt([a]: readonly string[], [b]: readonly string[]): number {
  return (a ?? "") < (b ?? "") ? -1 : 1;
}

describe("an album", () => {
  it("whose parts come out of order, each within a second of the last, is one prompt with all files in order", async () => {
    const room = await Mailroom.open();
    for (const message of [14, 11, 13, 15, 12]) {
      await room.send({ message, group: "g", ...(message === 13 && { caption: "sum up" }) });
      expect(room.given()).toEqual([]);
      await room.quiet(900);
    }
    await room.quiet(100);
    expect(room.given()).toEqual([["sum up", "11.pdf", "12.pdf", "13.pdf", "14.pdf", "15.pdf"]]);
    expect((await room.bridge.chat.shows(/^queued/)).replyTo).toBe(13);
    expect(room.bridge.store.pendingUpdates()).toEqual([]);
  });

  it("of ten parts is whole at once, for there are none with more", async () => {
    const room = await Mailroom.open();
    for (let message = 20; message > 10; message -= 1) await room.send({ message, group: "g", caption: "" });
    expect(room.bridge.chat.texts()).toEqual(["Got 10 files. Reply to one of them and say what to do with them."]);
  });

  it("with two captions is a prompt of both, in the order of the messages", async () => {
    const room = await Mailroom.open();
    await room.send({ message: 12, group: "g", caption: "second" }, { message: 11, group: "g", caption: "first" });
    await room.quiet();
    expect(room.given()).toEqual([["first\nsecond", "11.pdf", "12.pdf"]]);
  });

  it("does not mix with another one that comes at the same time", async () => {
    const room = await Mailroom.open({ settings: { sessionMode: "stateless" } });
    await room.send({ message: 11, group: "a", caption: "left" }, { message: 12, group: "b" });
    await room.send({ message: 13, group: "b", caption: "right" }, { message: 14, group: "a" });
    await room.quiet();
    expect(room.given().toSorted(byPrompt)).toEqual([
      ["left", "11.pdf", "14.pdf"],
      ["right", "12.pdf", "13.pdf"],
    ]);
  });

  it("of somebody else with the same name of an album is an album of its own", async () => {
    const room = await Mailroom.open();
    await room.send(
      { message: 11, group: "a", caption: "mine" },
      { message: 12, group: "a", caption: "yours", from: 5 },
    );
    await room.quiet();
    expect(room.given().toSorted(byPrompt)).toEqual([
      ["mine", "11.pdf"],
      ["yours", "12.pdf"],
    ]);
  });

  it("that Telegram delivers twice is one prompt", async () => {
    const room = await Mailroom.open();
    const parts = [
      { message: 11, group: "g", caption: "look" },
      { message: 12, group: "g" },
    ];
    await room.send(...parts, ...parts);
    await room.quiet();
    await room.send(...parts);
    await room.quiet();
    expect(room.given()).toEqual([["look", "11.pdf", "12.pdf"]]);
    expect(room.bridge.chat.sent).toHaveLength(1);
  });

  it("is gathered again when the program dies before it is whole", async () => {
    const dead = await Mailroom.open();
    await dead.send({ message: 11, group: "g" }, { message: 12, group: "g", caption: "look" });
    const room = await dead.restarted();
    await room.send({ message: 13, group: "g" });
    await room.quiet();
    expect(dead.given()).toEqual([]);
    expect(room.given()).toEqual([["look", "11.pdf", "12.pdf", "13.pdf"]]);
  });

  it("waits for its rest while Telegram does not answer", async () => {
    const room = await Mailroom.open();
    room.bridge.vitals.state = "starting";
    await room.send({ message: 11, group: "g", caption: "look" });
    await room.quiet(30_000);
    room.bridge.vitals.state = "well";
    await room.send({ message: 12, group: "g" });
    await room.quiet();
    expect(room.given()).toEqual([["look", "11.pdf", "12.pdf"]]);
  });

  it("of a group that gets another id meanwhile is a prompt under the new one", async () => {
    const room = await Mailroom.open();
    await room.send({ message: 11, group: "g", chat: -7, caption: "look" }, { message: 12, group: "g", chat: -7 });
    moveChat({ ...room.bridge.deps, secrets: coversNothing }, -7, -1007);
    await room.quiet();
    await room.quiet();
    expect(room.given()).toEqual([["look", "11.pdf", "12.pdf"]]);
    expect(room.bridge.store.runsInState(["running"]).map(({ thread }) => thread)).toEqual([{ chatId: -1007 }]);
  });

  it("is written down whole or not at all", async () => {
    const room = await Mailroom.open();
    const { store } = room.bridge;
    let failures = 1;
    const acceptRun = store.acceptRun.bind(store);
    store.acceptRun = (run, updateId, also) => {
      if (failures-- > 0) throw new Error("the journal fails");
      return acceptRun(run, updateId, also);
    };
    await room.send({ message: 11, group: "g", caption: "look" }, { message: 12, group: "g" });
    await room.bridge.clock.advance(1_000);
    expect(store.pendingUpdates()).toHaveLength(2);
    await room.quiet();
    expect(store.pendingUpdates()).toEqual([]);
    expect(room.given()).toEqual([["look", "11.pdf", "12.pdf"]]);
  });

  it("starts no second run with a part that comes late; a reply to that part has it, with the others", async () => {
    const room = await Mailroom.open();
    await room.send({ message: 11, group: "g", caption: "look" });
    await room.quiet();
    await room.send({ message: 12, group: "g", caption: "and this" });
    await room.quiet();
    expect(room.given()).toHaveLength(1);
    const late = await room.bridge.chat.shows(/late part/);
    expect(late).toMatchObject({ text: LATE, replyTo: 12 });
    await room.send({ message: 13, text: "again", replyTo: 12 });
    await room.quiet();
    expect(room.given()[1]).toEqual(["again", "11.pdf", "12.pdf"]);
  });

  it("changes with its captions while its run waits, each for itself", async () => {
    const room = await Mailroom.open();
    room.files.hold();
    await room.send({ message: 11, group: "g", caption: "one" }, { message: 12, group: "g", caption: "two" });
    await room.send({ message: 12, group: "g", caption: "2", edited: true });
    await room.quiet();
    await room.send({ message: 11, group: "g", caption: "1", edited: true });
    await room.files.letGo();
    expect(room.given()).toEqual([["1\n2", "11.pdf", "12.pdf"]]);
  });
});

describe("what somebody writes right after an album", () => {
  it("comes after it, in the same session", async () => {
    const room = await Mailroom.open({ settings: { sessionMode: "chat" } });
    await room.send({ message: 11, group: "g", caption: "look" }, { message: 12, group: "g" });
    await room.send({ message: 13, text: "and then?" });
    await room.quiet();
    const run = await room.bridge.runner.nextRun();
    run.emit(started(token("s1")), completed("x", { resume: token("s1") }));
    run.end();
    await settled();
    expect(room.given()).toEqual([["look", "11.pdf", "12.pdf"], ["and then?"]]);
    expect(room.bridge.runner.requests[1]?.resume).toEqual(token("s1"));
  });

  it("waits for a second at most, and commands and others do not wait at all", async () => {
    const room = await Mailroom.open();
    await room.send({ message: 11, group: "g" }, { message: 12, text: "mine" });
    await room.send({ message: 13, text: "of another", from: 5 }, { message: 14, text: "/queue" });
    expect(room.given()).toEqual([["of another"]]);
    expect(room.bridge.chat.texts().join()).toContain("scripted · of another");
    await room.quiet(600);
    await room.send({ message: 15, group: "g" });
    await room.quiet(400);
    expect(room.given()).toEqual([["of another"], ["mine"]]);
    await room.quiet(600);
    expect(room.bridge.chat.texts().join()).toContain("Got 2 files");
    expect(room.bridge.store.runsInState(["running"]).map(({ thread }) => thread.chatId)).toEqual([CHAT, CHAT]);
  });
});
