import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { describe, expect, test, vi } from "vitest";
import type { LocalMessage } from "../../src/local/bot-api-types.ts";
import { textOf } from "./local-bot.ts";
import { RealBot } from "./real-bot.ts";

// They wait for most of their time.
vi.setConfig({ maxConcurrency: 8 });

/** A test with a bot of its own in which a chat goes on with its session. */
function it(title: string, use: (bot: RealBot) => Promise<void>): void {
  test(title, async () => {
    const keys = "TAKOPI__TRANSPORTS__TELEGRAM";
    const env = { [`${keys}__SESSION_MODE`]: "chat", [`${keys}__MEDIA_GROUP_DEBOUNCE_S`]: "1.5" };
    const bot = await RealBot.create({ env });
    try {
      await bot.start();
      await use(bot);
    } finally {
      await bot.close();
    }
  });
}

interface Sent {
  readonly caption?: string;
  readonly group?: string;
  readonly replyTo?: number;
}

/** The owner sends a document that contains its own name. */
function send(bot: RealBot, name: string, { caption, group, replyTo }: Sent = {}): LocalMessage {
  return bot.world.upload({
    kind: "document",
    name,
    type: "text/plain",
    bytes: Buffer.from(name.repeat(1_000)),
    ...(caption !== undefined && { caption }),
    ...(group !== undefined && { media_group_id: group }),
    ...(replyTo !== undefined && { reply_to: replyTo }),
  });
}

/** Sends an album whose second part has the caption. */
function sendAlbum(bot: RealBot, names: readonly string[], caption?: string): readonly LocalMessage[] {
  return names.map((name, index) =>
    send(bot, name, { group: "album", ...(index === 1 && caption !== undefined && { caption }) }),
  );
}

/** The prompt that begins with these words, once its engine has it, and the names of its files. Looks at the files: they were there before. */
async function turn(bot: RealBot, words: string): Promise<{ prompt: string; names: readonly string[] }> {
  const turns = () => bot.engine.started().filter(({ prompt }) => prompt.startsWith(words));
  const started = await bot.until(`the engine gets "${words}"`, () => turns()[0]);
  await bot.shows(new RegExp(`^done[^]*${words}`));
  expect(turns()).toHaveLength(1);
  const paths = started.files;
  const names = paths.map((path) => path.split("/").at(-1) ?? "");
  for (const [index, path] of paths.entries()) {
    expect(path.startsWith(join(bot.dir, "incoming/"))).toBe(true);
    expect(readFileSync(path, "utf8")).toBe(names[index]?.repeat(1_000));
    expect(statSync(path).ctimeMs).toBeLessThanOrEqual(started.at);
  }
  return { prompt: started.prompt, names };
}

/** How many updates wait in the journal for their effect. */
function pending(bot: RealBot): number {
  const journal = new Database(join(bot.dir, "takopi.db"), { readonly: true });
  const count = journal.prepare<[], number>("SELECT count(*) FROM inbox WHERE state = 'pending'").pluck().get();
  journal.close();
  return count ?? 0;
}

/** Resolves when the planned fault has hit. */
async function hangs(bot: RealBot): Promise<void> {
  await bot.until("the download hangs", () => bot.world.faults().length === 0);
}

function said(bot: RealBot, pattern: RegExp): readonly string[] {
  return bot.world
    .botMessages()
    .map(textOf)
    .filter((text) => pattern.test(text));
}

const ten = Array.from({ length: 10 }, (_, index) => `part-${index}.txt`);

describe.concurrent("an album", () => {
  it("of ten parts, out of order and while the session works, is one turn with all its files", async (bot) => {
    await bot.works("hold a");
    // The order can be turned round only of what nobody has taken yet; the run goes on meanwhile.
    await bot.kill();
    sendAlbum(bot, ten, "compare these");
    bot.world.reverseUpdates();
    await bot.start();
    const receipt = await bot.shows(/^queued/);
    bot.world.repeatUpdates();
    bot.engine.release("a");
    const { prompt, names } = await turn(bot, "compare these");
    expect(names).toEqual(ten);
    expect(prompt.match(/compare these/g)).toHaveLength(1);
    expect(receipt.reply_to_message?.caption).toBe("compare these");
    expect(bot.engine.started()).toHaveLength(2);
    expect(pending(bot)).toBe(0);
    expect(readdirSync(join(bot.dir, "incoming")).toSorted()).toEqual([".gitignore", ...ten]);
  });

  it("that is half there when the bot is killed is one turn after the next start", async (bot) => {
    sendAlbum(bot, ten.slice(0, 3), "look");
    await bot.until("the parts are in the journal", () => pending(bot) === 3);
    await bot.kill();
    sendAlbum(bot, ten.slice(3, 6));
    await bot.start();
    expect((await turn(bot, "look")).names).toEqual(ten.slice(0, 6));
    expect(bot.engine.started()).toHaveLength(1);
    expect(said(bot, /late part/)).toEqual([]);
  });

  it("of which a file can't be had goes on without it, and says so to both sides", async (bot) => {
    bot.world.addFault({ method: "getFile", kind: "400", description: "Bad Request: file is too big" });
    sendAlbum(bot, ten.slice(0, 3), "look");
    const { prompt, names } = await turn(bot, "look");
    expect(names).toHaveLength(2);
    const [, lost = ""] = /\[could not be fetched: (part-\d\.txt): it is bigger than the 20 MB .*\]/.exec(prompt) ?? [];
    expect(names).not.toContain(lost);
    expect(said(bot, /^Of 3 files I could not get 1/)).toEqual([expect.stringContaining(`• ${lost}: it is bigger`)]);
  });

  it("without a caption starts nothing until a reply to one of its parts", async (bot) => {
    const [, second] = sendAlbum(bot, ten.slice(0, 3));
    await bot.shows(/^Got 3 files\. Reply to one of them/);
    expect(bot.engine.started()).toEqual([]);
    bot.say("now read them", second?.message_id);
    expect((await turn(bot, "now read them")).names).toEqual(ten.slice(0, 3));
  });
});

describe.concurrent("a file with a caption", () => {
  it("arrives whole when its download is cut off, and the token is told nowhere", async (bot) => {
    bot.world.addFault({ method: "getFile", kind: "cut-before" });
    for (const kind of ["cut-before", "cut-after"] as const) bot.world.addFault({ method: "download", kind });
    send(bot, "a.txt", { caption: "look" });
    expect((await turn(bot, "look")).names).toEqual(["a.txt"]);
    await bot.terminate();
    expect(bot.output()).toContain("a file was not fetched");
    expect(bot.output()).not.toContain(bot.telegram.token.split(":")[1]);
    expect(readdirSync(join(bot.dir, "incoming")).toSorted()).toEqual([".gitignore", "a.txt"]);
  });

  it("whose download is under way when the bot is killed is one turn after the next start", async (bot) => {
    bot.world.addFault({ method: "download", kind: "hang" });
    send(bot, "a.txt", { caption: "look" });
    await bot.keeps(/^queued[^]*getting 1 file/);
    await hangs(bot);
    await bot.restart();
    expect((await turn(bot, "look")).names).toEqual(["a.txt"]);
    expect(bot.engine.started()).toHaveLength(1);
  });

  it("can be dropped while it is on its way", async (bot) => {
    bot.world.addFault({ method: "download", kind: "hang" });
    send(bot, "a.txt", { caption: "look" });
    const receipt = await bot.keeps(/^queued[^]*getting 1 file/);
    await hangs(bot);
    const data = receipt.reply_markup?.inline_keyboard.flat().find(({ text }) => text === "Drop")?.callback_data ?? "";
    bot.world.press({ message: receipt.message_id, data });
    await bot.shows(/^cancelled/);
    send(bot, "b.txt", { caption: "then this" });
    expect((await turn(bot, "then this")).names).toEqual(["b.txt"]);
    expect(bot.engine.started()).toHaveLength(1);
  });

  it("that can't be had starts nothing, and the chat says why", async (bot) => {
    bot.world.addFault({ method: "getFile", kind: "400", description: "Bad Request: file is too big" });
    send(bot, "big.iso", { caption: "look" });
    await bot.shows(
      /^error[^]*I could not get big\.iso: it is bigger than the 20 MB that Telegram gives to bots\. Nothing was started\./,
    );
    expect(bot.engine.started()).toEqual([]);
  });
});
