// One bot, many machines: the `happy` engine through the whole bot, with machines behind a Happy server on this computer.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { GROUP } from "../../src/local/world/seed.ts";
import { FakeHappy } from "../runners/happy/fake-happy.ts";
import { FakeMachine } from "../runners/happy/fake-happy-server/fake-machine.ts";
import { startLocalBot, textOf, type LocalBot } from "./local-bot.ts";
import { groups } from "./with-bot.ts";

let happy: FakeHappy;
let laptop: FakeMachine;
let bot: LocalBot;

function tableOf(engine: string, host: string): string {
  const { server, account } = happy;
  return [
    `[engines.${engine}]`,
    'kind = "happy"',
    `server_url = "${server.url}"`,
    `machine = "${host}"`,
    'directory = "~/project"',
    `secret = "${account.secretB64}"`,
    `token = "${account.token}"`,
  ].join("\n");
}

beforeEach(async () => {
  happy = await FakeHappy.start();
  const { server, account } = happy;
  laptop = await FakeMachine.start({ server, account, host: "laptop", isOld: true });
  const tables = [groups, tableOf("workstation", "workstation"), tableOf("laptop", "laptop")].join("\n");
  bot = await startLocalBot({ tables });
  await bot.shows(/takopi is ready/);
});

afterEach(async () => {
  await bot.close();
  laptop.goOffline();
  await happy.close();
});

describe("two chats", () => {
  it("work on two machines at once, each in a session of its own", async () => {
    bot.say("/workstation HANG");
    bot.say("/laptop HANG", { chat: GROUP.id });
    const here = await bot.shows(/^working · workstation/);
    const there = await bot.shows(/^working · laptop/, { chat: GROUP.id });
    expect([happy.session.prompts, laptop.session.prompts]).toMatchObject([[{ text: "HANG" }], [{ text: "HANG" }]]);
    await bot.press(here, /Cancel/);
    await bot.shows(/^cancelled · /);
    await happy.session.played();
    expect(textOf(there)).toMatch(/^working/);
    await bot.press(there, /Cancel/);
    await bot.shows(/^cancelled · /, { chat: GROUP.id });
    await laptop.session.played();
  });

  it("get their steps and answers", async () => {
    bot.say("/workstation TOOLS");
    bot.say("/laptop TOOLS", { chat: GROUP.id });
    const here = await bot.shows(/^done[^]*Two tools were used\./);
    const there = await bot.shows(/^done[^]*Two tools were used\./, { chat: GROUP.id });
    expect(textOf(here)).toContain(`workstation resume ${happy.session.options.id}`);
    expect(textOf(there)).toContain(`laptop resume ${laptop.session.options.id}`);
  });
});

describe("a session on another machine", () => {
  it("goes on after a restart of the bot, by a reply", async () => {
    bot.say("/workstation one");
    const first = await bot.shows(/^done[^]*one/);
    await bot.stopBot();
    await bot.startBot();
    bot.say("two", { replyTo: first.message_id });
    const second = await bot.shows(/^done[^]*two/, { after: first.message_id });
    expect(textOf(second)).toContain(`workstation resume ${happy.session.options.id}`);
    expect(happy.session.prompts.map(({ text }) => text)).toEqual(["one", "two"]);
    expect(happy.machine.sessions.size).toBe(1);
  });

  it("says in the chat that it was ended over there, and is started again by a reply", async () => {
    bot.say("/workstation HANG");
    await bot.shows(/^working · workstation/);
    await happy.session.hasSaid(2);
    await happy.stop(happy.session.options.id);
    const failed = await bot.shows(/^error[^]*was ended before claude had answered/);
    bot.say("again", { replyTo: failed.message_id });
    await bot.shows(/^done[^]*again/);
    expect(happy.machine.sessions.size).toBe(1);
  });
});
