import { describe, expect, it } from "vitest";
import { cancelRun } from "../../../src/bridge/cancel-run.ts";
import { pressButton } from "../../../src/bridge/presses/press-button.ts";
import { completed, ScriptedRunner, started, token } from "../../factories.ts";
import { settled } from "../../telegram/fake-clock.ts";
import { Mailroom } from "./sending.ts";

const by = { id: 1001, name: "You" };

async function album(room: Mailroom): Promise<void> {
  await room.send(
    { message: 11, group: "g", caption: "look" },
    { message: 12, group: "g" },
    { message: 13, group: "g" },
  );
  await room.quiet();
}

describe("the files of a run", () => {
  it("are all there before its engine starts, and its message says what it waits for", async () => {
    const room = await Mailroom.open();
    room.files.hold();
    await room.send({ message: 11, caption: "look" });
    expect(await room.bridge.chat.shows(/^queued/)).toMatchObject({ text: "queued · scripted · 0s\n\ngetting 1 file" });
    await room.quiet(60_000);
    expect(room.given()).toEqual([]);
    await room.files.letGo();
    expect(room.given()).toEqual([["look", "11.pdf"]]);
  });

  it("that can't be had are named to the engine and in the chat, and the run goes on with the rest", async () => {
    const room = await Mailroom.open();
    room.files.faults.set("12.pdf", ["refused"]);
    await album(room);
    expect(room.given()).toEqual([["look\n\n[could not be fetched: 12.pdf: scripted refused]", "11.pdf", "13.pdf"]]);
    const told = "Of 3 files I could not get 1; the run goes on with the rest.\n• 12.pdf: scripted refused";
    expect(room.bridge.chat.sent.filter((text) => text === told)).toHaveLength(1);
  });

  it("start nothing when none of them can be had", async () => {
    const room = await Mailroom.open();
    for (const name of ["11.pdf", "12.pdf", "13.pdf"]) room.files.faults.set(name, ["refused"]);
    await album(room);
    const error = await room.bridge.chat.shows(/^error/);
    expect(error.text).toContain(
      "I could not get any of the files, so nothing was started.\n• 11.pdf: scripted refused",
    );
    expect(room.given()).toEqual([]);
    expect(room.bridge.store.runsInState(["queued", "running"])).toEqual([]);
  });

  it("are waited for through an outage of any length", async () => {
    const room = await Mailroom.open();
    room.files.faults.set(
      "11.pdf",
      Array.from({ length: 900 }, () => "unavailable" as const),
    );
    await room.send({ message: 11, caption: "look" });
    await room.bridge.clock.advance(8 * 3_600_000);
    expect(room.given()).toEqual([["look", "11.pdf"]]);
    expect(room.files.requests.length).toBe(901);
  });

  it("are given up when the connection breaks off again and again", async () => {
    const room = await Mailroom.open();
    room.files.faults.set(
      "11.pdf",
      Array.from({ length: 8 }, () => "broken" as const),
    );
    await room.send({ message: 11, caption: "look" });
    await room.bridge.clock.advance(600_000);
    expect((await room.bridge.chat.shows(/^error/)).text).toContain(
      "I could not get 11.pdf: scripted broken. Nothing was started.",
    );
    expect(room.given()).toEqual([]);
  });

  it("are fetched by the next start when the program dies meanwhile, those that are there not again", async () => {
    const dead = await Mailroom.open();
    dead.files.faults.set("12.pdf", ["unavailable"]);
    await album(dead);
    expect(dead.given()).toEqual([]);
    const room = await dead.restarted();
    expect(room.files.requests.map(({ file }) => file.name)).toEqual(["12.pdf"]);
    expect(room.given()).toEqual([["look", "11.pdf", "12.pdf", "13.pdf"]]);
    expect(dead.given()).toEqual([]);
  });

  it("are no longer fetched when the run is dropped", async () => {
    const room = await Mailroom.open();
    room.files.faults.set("11.pdf", ["unavailable", "unavailable"]);
    await room.send({ message: 11, caption: "look" });
    const [run] = room.bridge.store.runsInState(["queued"]);
    if (run === undefined) throw new Error("no run");
    expect(cancelRun(room.bridge.deps, run.id, by)).toBe("dropped");
    await room.quiet(60_000);
    expect(room.files.requests).toHaveLength(1);
    expect(room.bridge.chat.texts()).toEqual([expect.stringMatching(/^cancelled/)]);
    expect(room.given()).toEqual([]);
  });

  it("let those behind it go when the run is dropped", async () => {
    const room = await Mailroom.open({ settings: { sessionMode: "chat" } });
    room.files.faults.set("11.pdf", ["unavailable"]);
    await room.send({ message: 11, caption: "look" }, { message: 12, text: "then this" });
    expect(room.given()).toEqual([]);
    const [run] = room.bridge.store.runsInState(["queued"]);
    if (run === undefined) throw new Error("no run");
    cancelRun(room.bridge.deps, run.id, by);
    await settled();
    expect(room.given()).toEqual([["then this"]]);
  });

  it("are tried again, with a pause, when the program itself fails at them", async () => {
    const room = await Mailroom.open();
    const { store } = room.bridge;
    const filesOf = store.filesOf.bind(store);
    let failures = 3;
    store.filesOf = (runId) => {
      if (failures-- > 0) throw new Error("a fault of the program");
      return filesOf(runId);
    };
    await room.send({ message: 11, caption: "look" });
    expect(room.given()).toEqual([]);
    await room.quiet(5_000);
    expect(room.given()).toEqual([["look", "11.pdf"]]);
  });

  it("hold up the later prompts of their session, and no others", async () => {
    const room = await Mailroom.open({ settings: { sessionMode: "chat" } });
    room.files.hold();
    await room.send({ message: 11, caption: "look" }, { message: 12, text: "then this" });
    await room.send({ message: 13, text: "of another", chat: 5, from: 5 });
    expect(room.given()).toEqual([["of another"]]);
    await room.files.letGo();
    expect(room.given()).toEqual([["of another"], ["look", "11.pdf"]]);
  });

  it("are not waited for when the program ends", async () => {
    const room = await Mailroom.open();
    room.files.faults.set("11.pdf", ["unavailable"]);
    await room.send({ message: 11, caption: "look" });
    await room.bridge.parts.scheduler.drain();
    await room.quiet(60_000);
    expect(room.files.requests).toHaveLength(1);
    expect(room.bridge.store.runsToFetch()).toHaveLength(1);
  });

  it("go along when a run that was interrupted before it had a session is asked again", async () => {
    const dead = await Mailroom.open();
    await dead.send({ message: 11, caption: "look" });
    await dead.bridge.runner.nextRun();
    const room = await dead.restarted();
    const card = await room.bridge.chat.shows(/^interrupted/);
    pressButton(room.bridge.deps, room.bridge.press(card.keyboard[0]?.[0]?.data ?? "", card.ref.messageId));
    await settled();
    expect(room.given()).toEqual([["look", "11.pdf"]]);
    expect(room.files.requests).toEqual([]);
  });

  it("are given once more with the prompt when the session to continue is gone", async () => {
    const runner = new ScriptedRunner();
    const room = await Mailroom.open({ runner, settings: { sessionMode: "chat" } });
    await room.send({ message: 11, text: "first" });
    const first = await runner.nextRun();
    first.emit(started(token("s1")), completed("x", { resume: token("s1") }));
    first.end();
    await settled();
    await room.send({ message: 12, caption: "look" });
    const gone = await runner.nextRun();
    const { resume: _none, ...without } = completed("", {
      ok: false,
      error: "no such session",
      fault: "session_not_found",
    });
    gone.emit(without);
    gone.end();
    await settled();
    expect(room.given().slice(1)).toEqual([
      ["look", "12.pdf"],
      ["look", "12.pdf"],
    ]);
  });
});
