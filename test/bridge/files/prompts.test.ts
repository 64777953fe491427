import { describe, expect, it } from "vitest";
import { pressButton } from "../../../src/bridge/presses/press-button.ts";
import { completed, ScriptedRunner, started, token } from "../../factories.ts";
import { settled } from "../../telegram/fake-clock.ts";
import type { VisibleMessage } from "../fake-chat.ts";
import { approval } from "../decisions/asking.ts";
import { Mailroom } from "./sending.ts";

async function press(room: Mailroom, shown: VisibleMessage, label: string): Promise<string | undefined> {
  const button = shown.keyboard.flat().find((candidate) => candidate.label === label);
  pressButton(room.bridge.deps, room.bridge.press(button?.data ?? "", shown.ref.messageId));
  await settled();
  return room.bridge.chat.toasts.at(-1);
}

async function finishRun(room: Mailroom, session: string): Promise<void> {
  const run = await room.bridge.runner.nextRun();
  run.emit(started(token(session)), completed("x", { resume: token(session) }));
  run.end();
  await settled();
}

describe("a file with a caption", () => {
  it("is a prompt with its file, in the directory of its project", async () => {
    const projects = new Map([["blog", { path: "/blog", defaults: {} }]]);
    const room = await Mailroom.open({ settings: { projects } });
    await room.send({ message: 11, caption: "/blog what is this?" });
    expect(room.given()).toEqual([["what is this?", "11.pdf"]]);
    expect(room.bridge.runner.requests[0]).toMatchObject({
      cwd: "/blog",
      attachments: [{ path: "/blog/incoming/11.pdf", mediaType: "application/pdf" }],
    });
  });

  it("that is a command is the command", async () => {
    const room = await Mailroom.open();
    await room.send({ message: 11, caption: "/queue" });
    expect(room.bridge.chat.texts()).toEqual(["Nothing is running here."]);
    expect(room.given()).toEqual([]);
  });

  it("continues the session of the message it replies to", async () => {
    const room = await Mailroom.open();
    await room.send({ message: 11, text: "first" });
    await finishRun(room, "s1");
    const final = await room.bridge.chat.shows(/^done/);
    await room.send({ message: 12, caption: "and this", replyTo: final.ref.messageId });
    expect(room.bridge.runner.requests[1]).toMatchObject({ prompt: "and this", resume: token("s1") });
    expect(room.given()[1]).toEqual(["and this", "12.pdf"]);
  });

  it("is offered when it was forwarded, and fetched only when it is wanted", async () => {
    const room = await Mailroom.open();
    await room.send({ message: 11, caption: "do this", forwarded: true });
    const offer = await room.bridge.chat.shows(/forwarded/);
    expect(room.files.requests).toEqual([]);
    await press(room, offer, "Run");
    expect(room.given()).toEqual([["do this", "11.pdf"]]);
  });

  it("is offered when it is old", async () => {
    const room = await Mailroom.open();
    await room.send({ message: 11, caption: "do this", date: 1 });
    await room.bridge.clock.advance(4_000_000);
    await room.send({ message: 12, caption: "do that", date: 1 });
    expect(room.bridge.chat.texts().join()).toContain("while I was away. Run it now?");
    expect(room.given()).toEqual([["do this", "11.pdf"]]);
  });

  it("does not join a long text that was cut before it", async () => {
    const room = await Mailroom.open();
    await room.send({ message: 11, text: "x".repeat(4_096) }, { message: 12, caption: "see" });
    await room.quiet();
    expect(room.given().map(([prompt, ...files]) => [prompt.length, ...files])).toEqual([[3, "12.pdf"], [4_096]]);
  });

  it("is never passed into a run that works: it waits, and says so when that is pressed", async () => {
    const runner = new ScriptedRunner({ capabilities: { steer: true } });
    const room = await Mailroom.open({ runner, settings: { sessionMode: "chat" } });
    await room.send({ message: 11, text: "long work" }, { message: 12, text: "more" });
    const steerable = await room.bridge.chat.shows(/next in its session/);
    await room.send({ message: 13, caption: "with a file" });
    const [queued] = [...room.bridge.chat.visible.values()].filter(({ replyTo }) => replyTo === 13);
    expect(steerable.keyboard.flat().map(({ label }) => label)).toContain("Steer now");
    expect(queued?.text).toContain("1 before it in its session");
    expect(queued?.keyboard.flat().map(({ label }) => label)).toEqual(["Drop", "Interrupt and run this"]);
    const button = steerable.keyboard.flat().find(({ label }) => label === "Steer now")?.data ?? "";
    const [own = "", other = ""] = [steerable, queued].map((shown) =>
      shown?.keyboard.flat().at(-1)?.data.split(":").at(-1),
    );
    pressButton(room.bridge.deps, room.bridge.press(button.replace(own, other), queued?.ref.messageId ?? 0));
    await settled();
    expect(room.bridge.chat.toasts).toEqual(["Files can't be passed into a run that works: the prompt stays queued."]);
  });

  it("of somebody who may not send files starts nothing", async () => {
    const room = await Mailroom.open({ settings: { fileSenderIds: new Set([5]) } });
    await room.send({ message: 11, caption: "look" }, { message: 12, caption: "look", from: 5 });
    expect(room.bridge.chat.texts()).toContain("You may not send files to this bot, so nothing was started.");
    expect(room.given()).toEqual([["look", "12.pdf"]]);
  });

  it("that can't be a prompt is answered once, with all parts of its album", async () => {
    const room = await Mailroom.open();
    await room.send({ message: 11, group: "g", caption: "/plan it" }, { message: 12, group: "g" });
    await room.quiet();
    await room.quiet();
    expect(room.bridge.chat.sent).toEqual([
      "scripted has no plan mode, so nothing was started: send it without /plan.",
    ]);
    expect(room.bridge.store.pendingUpdates()).toEqual([]);
  });
});

describe("what engines have no use for", () => {
  it("is refused with a sentence, also with a caption", async () => {
    const room = await Mailroom.open();
    const voice = { file_id: "v", file_unique_id: "v", duration: 1 };
    await room.send({ message: 11, media: { voice }, caption: "listen" });
    await room.send({ message: 12, media: { dice: { emoji: "🎲", value: 3 } } });
    expect(room.bridge.chat.texts()).toEqual([
      "A voice can't be passed to an engine yet, so nothing was started. Send text.",
      "This kind of message can't be passed to an engine yet, so nothing was started. Send text.",
    ]);
    expect(room.given()).toEqual([]);
  });
});

describe("a file that replies to what an engine asks", () => {
  it("answers it with its words only, and says so", async () => {
    const room = await Mailroom.open();
    await room.send({ message: 11, text: "ship it" });
    const run = await room.bridge.runner.nextRun();
    run.emit(started(token("s1")));
    await settled();
    const decision = run.host.decide(approval());
    await settled();
    const asked = await room.bridge.chat.shows(/Allow Bash/);
    await room.send({ message: 12, caption: "yes", replyTo: asked.ref.messageId });
    expect(await decision).toEqual({ kind: "approve", scope: "once" });
    expect(room.bridge.chat.texts().join()).toContain("answered in words only: the file was not passed on");
    expect(room.given()).toHaveLength(1);
  });
});

describe("a file without a caption", () => {
  it("starts nothing until somebody replies to it, or to what the bot says of it", async () => {
    const room = await Mailroom.open();
    await room.send({ message: 11 });
    const got = await room.bridge.chat.shows(/^Got/);
    expect(got).toMatchObject({ text: "Got 11.pdf. Reply to it and say what to do with it.", replyTo: 11 });
    expect(room.given()).toEqual([]);
    await room.send({ message: 12, text: "read it", replyTo: 11 });
    await room.send({ message: 13, text: "sum it up", replyTo: got.ref.messageId });
    expect(room.given()).toEqual([
      ["read it", "11.pdf"],
      ["sum it up", "11.pdf"],
    ]);
  });

  it("starts nothing either as a reply to a run", async () => {
    const room = await Mailroom.open();
    await room.send({ message: 11, text: "first" });
    await finishRun(room, "s1");
    const final = await room.bridge.chat.shows(/^done/);
    await room.send({ message: 12, replyTo: final.ref.messageId });
    expect(room.bridge.chat.texts().join()).toContain("Got 12.pdf.");
    expect(room.given()).toHaveLength(1);
  });

  it("is known after a restart, with its whole album", async () => {
    const dead = await Mailroom.open();
    await dead.send({ message: 11, group: "g" }, { message: 12, group: "g" });
    await dead.quiet();
    const room = await dead.restarted();
    await room.send({ message: 13, caption: "compare", replyTo: 12 });
    expect(room.given()).toEqual([["compare", "11.pdf", "12.pdf", "13.pdf"]]);
  });
});

describe("a reply to the prompt of a run", () => {
  it("continues its session, which has the files already", async () => {
    const room = await Mailroom.open();
    await room.send({ message: 11, caption: "look" });
    await finishRun(room, "s1");
    await room.send({ message: 12, text: "and now?", replyTo: 11 });
    expect(room.given()[1]).toEqual(["and now?"]);
    expect(room.bridge.runner.requests[1]?.resume).toEqual(token("s1"));
  });

  it("takes the files along where the session never got them", async () => {
    const room = await Mailroom.open();
    room.files.faults.set("11.pdf", ["refused"]);
    await room.send({ message: 11, caption: "look" });
    await room.bridge.chat.shows(/Nothing was started/);
    await room.send({ message: 12, text: "again", replyTo: 11 });
    expect(room.given()).toEqual([["again", "11.pdf"]]);
  });
});
