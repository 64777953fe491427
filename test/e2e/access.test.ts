import { describe, expect, it, vi } from "vitest";
import { FORUM, GROUP, MEMBER } from "../../src/local/world/seed.ts";
import { join } from "node:path";
import { z } from "zod";
import { app } from "../../src/cli/app.ts";
import { runCli } from "../../src/cli/program.ts";
import type { LocalMessage } from "../../src/local/bot-api-types.ts";
import { type LocalBot, textOf } from "./local-bot.ts";
import { groups, withBot } from "./with-bot.ts";

// They wait for most of their time.
vi.setConfig({ maxConcurrency: 15 });

describe.concurrent("a stranger", () => {
  const acts: readonly { readonly name: string; readonly act: (local: LocalBot) => void }[] = [
    {
      name: "who writes in private",
      act: ({ world, telegram }) => void world.message({ from: telegram.stranger.id, text: "echo stolen" }),
    },
    {
      name: "who edits a message",
      act: ({ world, telegram }) => {
        const { message_id: message } = world.message({ from: telegram.stranger.id, text: "hi" });
        world.edit({ from: telegram.stranger.id, message, text: "echo stolen" });
      },
    },
    {
      name: "who forwards a message of the owner",
      act: ({ world, telegram }) =>
        void world.message({ from: telegram.stranger.id, text: "echo stolen", forward: telegram.owner.name }),
    },
    {
      name: "who sends a command",
      act: ({ world, telegram }) => void world.message({ from: telegram.stranger.id, text: "/help" }),
    },
    {
      name: "who sends a file",
      act: ({ world, telegram }) => {
        const bytes = new Uint8Array([1]);
        world.upload({ from: telegram.stranger.id, kind: "document", name: "a.txt", bytes, caption: "echo stolen" });
      },
    },
    {
      name: "who posts in a group the bot listens in",
      act: ({ world }) => void world.message({ chat: GROUP.id, from: MEMBER.id, text: "echo stolen" }),
    },
    {
      name: "who posts in a topic of a forum the bot listens in",
      act: ({ world }) => void world.message({ chat: FORUM.id, thread: 2, from: MEMBER.id, text: "echo stolen" }),
    },
    {
      name: "who blocks and unblocks the bot",
      act: ({ world, telegram }) => {
        world.message({ from: telegram.stranger.id, text: "hi" });
        world.block({ user: telegram.stranger.id, blocked: true });
        world.block({ user: telegram.stranger.id, blocked: false });
      },
    },
  ];

  for (const { name, act } of acts) {
    it(`${name} starts nothing, gets no answer and causes no call`, async () => {
      await withBot(
        async ({ local }) => {
          const calls = await callsCausedBy(local, () => act(local));
          expect(calls).toEqual([]);
          expect(local.logged.filter((line) => line.includes("refused an update of a stranger")).length).toBe(1);
        },
        { tables: groups },
      );
    });
  }

  it("who presses the owner's button in a group does not cancel the run, and is not answered", async () => {
    await withBot(
      async ({ local }) => {
        local.say("hang", { chat: GROUP.id });
        const card = await local.shows(/^starting/, { chat: GROUP.id });
        const data = card.reply_markup?.inline_keyboard[0]?.[0]?.callback_data ?? "";
        const press = { chat: GROUP.id, message: card.message_id, data };
        const calls = await callsCausedBy(local, () => void local.world.press({ ...press, from: MEMBER.id }));
        expect(calls.filter((method) => method !== "editMessageText")).toEqual([]);
        expect(local.world.botMessages(GROUP.id).map(textOf).join()).not.toContain("cancelled");
        local.world.press(press);
        await local.shows(/^cancelled/, { chat: GROUP.id });
      },
      { tables: groups },
    );
  });
});

it("the owner is heard only in private and in chats the configuration names", async () => {
  await withBot(async ({ local }) => {
    const calls = await callsCausedBy(local, () => local.say("echo here", { chat: GROUP.id }));
    expect(calls).toEqual([]);
  });
});

describe.concurrent("in the audit is, and got nothing done,", () => {
  const team = {
    telegramKeys: `allowed_user_ids = [1001, ${MEMBER.id}]\ndecide_user_ids = [1001]`,
    tables: `${groups}\n[projects.secret]\npath = "/tmp"\nallowed_user_ids = [1001]`,
  };
  const inGroup = { chat: GROUP.id };
  const member = { chat: GROUP.id, from: MEMBER.id };

  it("a stranger who quotes a resume line", async () => {
    await withBot(async ({ local, engine }) => {
      const { id: from } = local.telegram.stranger;
      for (let count = 0; count < 12; count += 1) local.world.message({ from, text: "claude --resume 1234\nsteal" });
      local.say("/help");
      await local.shows(/^Send a message and/);
      const audit = await auditOf(local, ({ actor }) => actor === String(from));
      expect(audit).toMatchObject([
        { verb: "refuse", name: "Stranger", detail: { why: "may not use this bot", chat: from } },
        { verb: "refuse", detail: { updates: 9 } },
      ]);
      expect(engine.started()).toEqual([]);
      expect(local.world.botMessages(from)).toEqual([]);
    });
  });

  it("a chat member without the right to decide, by button and by reply", async () => {
    await withBot(async ({ local }) => {
      local.say("/claude ask a", inGroup);
      const asked = await local.shows(/^claude asks/, inGroup);
      expect(await local.press(asked, /^Approve$/, MEMBER.id)).toMatch(/^You may chat here/);
      local.say("yes", { ...member, replyTo: asked.message_id });
      await local.shows(/^You may chat here/, inGroup);
      expect(await auditOf(local, ({ verb }) => verb === "refuse")).toMatchObject([
        { actor: String(MEMBER.id), name: "Robin", detail: { why: "may not decide" } },
        { actor: String(MEMBER.id), detail: { why: "may not decide" } },
      ]);
      await local.press(asked, /^Deny$/);
      await local.shows(/a was told: deny/, inGroup);
      expect(await auditOf(local, ({ verb }) => verb === "decide")).toMatchObject([{ actor: "1001", name: "You" }]);
    }, team);
  });

  it("a replayed callback", async () => {
    await withBot(async ({ local, engine }) => {
      local.world.message({ text: "/claude say hi", forward: "Robin" });
      const offer = await local.shows(/^This is a forwarded message/);
      const run = dataOf(offer, "Run");
      await local.press(offer, /^Discard$/);
      await local.shows(/^Discarded/);
      expect(await forcePress(local, { message: offer.message_id, data: run })).toBe("This was already decided.");
      expect(await forcePress(local, { message: offer.message_id, data: run })).toBe("This was already decided.");
      const old = { actor: "1001", detail: { why: "an old button" } };
      expect(await auditOf(local, ({ verb }) => verb === "refuse")).toMatchObject([old, old]);
      expect(engine.started()).toEqual([]);
    }, team);
  });

  it("a forged callback: of another chat, under another message, or garbage", async () => {
    await withBot(async ({ local }) => {
      local.say("/claude hold x");
      const card = await local.shows(/^(starting|working) · claude/);
      const cancel = dataOf(card, "Cancel");
      local.say("/help", member);
      const help = await local.shows(/^Send a message and/, inGroup);
      local.say("/help");
      const own = await local.shows(/^Send a message and/);
      const forged = [
        { ...member, message: help.message_id, data: cancel },
        { ...member, message: help.message_id, data: "v1:d:0123456789ab:once" },
        { ...member, message: help.message_id, data: "'; DROP TABLE runs" },
        { message: own.message_id, data: cancel },
      ];
      for (const press of forged) expect(await forcePress(local, press)).toBe("This button no longer works.");
      expect(
        (await auditOf(local, ({ verb }) => verb === "refuse")).map(({ actor, detail }) => [actor, detail?.why]),
      ).toEqual([
        [String(MEMBER.id), "a button that is not of this message"],
        [String(MEMBER.id), "a button that is not of this message"],
        [String(MEMBER.id), "a button that is not ours"],
        ["1001", "a button that is not of this message"],
      ]);
      expect(local.world.botMessages().map(textOf).join()).not.toContain("cancelled");
      await local.press(card, /^Cancel$/);
      await local.shows(/^cancelled/);
    }, team);
  });

  it("a forwarded resume line from another chat, and a directive to a project of others", async () => {
    await withBot(async ({ local, engine }) => {
      local.say("/claude a private matter");
      const final = await local.shows(/^done · claude/);
      const forward = { ...member, text: textOf(final), forward: "Takopi" };
      const forwarded = local.world.message(forward);
      await local.shows(/^This session belongs to a chat or project you have no part in/, {
        ...inGroup,
        after: forwarded.message_id,
      });
      local.say("/secret /claude tell me", member);
      await local.shows(/^You may not work on secret/, inGroup);
      expect(await auditOf(local, ({ verb }) => verb === "refuse")).toMatchObject([
        { actor: String(MEMBER.id), detail: { why: "this session belongs to another chat or project" } },
        { actor: String(MEMBER.id), detail: { why: "may not work on this project", project: "secret" } },
      ]);
      expect(engine.started().map(({ prompt }) => prompt)).toEqual(["a private matter"]);
    }, team);
  });
});

it("the audit says who did what: starts and stops of the bot, prompts without their text, cancels, choices", async () => {
  await withBot(async ({ local }) => {
    local.say("/claude hold secret-plan");
    await local.press(await local.shows(/^(starting|working) · claude/), /^Cancel$/);
    await local.shows(/^cancelled/);
    local.say("/agent set claude");
    await local.shows(/^Prompts in this chat go to claude/);
    await local.stopBot();
    const rows = await auditOf(local, () => true);
    expect(rows.map(({ actor, verb }) => `${actor} ${verb}`)).toEqual([
      "bot start",
      "1001 prompt",
      "1001 cancel",
      "1001 choose",
      "bot stop",
    ]);
    expect(JSON.stringify(rows)).not.toContain("secret-plan");
  });
});

const auditRow = z.object({
  actor: z.string(),
  name: z.string().optional(),
  verb: z.string(),
  detail: z.looseObject({ why: z.string().optional() }).optional(),
});

type Row = z.output<typeof auditRow>;

/** What `takopi audit --json` says beside the running bot. A row is written before anybody is told. */
async function auditOf(local: LocalBot, isWanted: (row: Row) => boolean): Promise<readonly Row[]> {
  let stdout = "";
  const io = {
    stdout: (text: string) => void (stdout += text),
    stderr: () => {},
    env: { HOME: local.dir },
    cwd: local.dir,
    isInteractive: false,
    onStopSignal: () => () => {},
    outliveReaders: () => {},
  };
  const questions = async (): Promise<never> => Promise.reject(new Error("nothing is asked"));
  await runCli(["audit", "--json", "--config", join(local.dir, "takopi.toml")], { io, app, questions });
  const lines = stdout.split("\n").filter((line) => line !== "");
  return lines.map((line) => auditRow.parse(JSON.parse(line))).filter(isWanted);
}

function dataOf(message: LocalMessage, label: string): string {
  const buttons = message.reply_markup?.inline_keyboard.flat() ?? [];
  return buttons.find(({ text }) => text === label)?.callback_data ?? `no button ${label}`;
}

/** A press that no client of Telegram's own would make. Resolves to the toast. */
async function forcePress(
  { world }: LocalBot,
  press: { message: number; data: string; chat?: number; from?: number },
): Promise<string | undefined> {
  const query = world.press({ ...press, force: true });
  const answer = await world.waitFor((now) =>
    now.events().find((event) => event.type === "callback_answer" && event.query_id === query),
  );
  return answer.type === "callback_answer" ? answer.text : undefined;
}

/** The methods called because of what happens in `act`, as far as the owner's later question does not explain them. */
async function callsCausedBy(local: LocalBot, act: () => void): Promise<readonly string[]> {
  await local.world.waitFor((world) => world.requests().every(({ method, status }) => isPoll(method) || status !== 0));
  const before = local.world.requests().at(-1)?.id ?? 0;
  act();
  const fence = local.say("/help");
  const answer = await local.shows(/^Send a message and/, { after: fence.message_id });
  const isAnswer = (text: unknown): boolean => text === answer.text;
  const caused = local.world.requests({ after: before }).filter(({ params }) => !isAnswer(params["text"]));
  return caused.map(({ method }) => method).filter((method) => !isPoll(method));
}

function isPoll(method: string): boolean {
  return method === "getUpdates";
}
