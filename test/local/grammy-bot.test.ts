import { Bot, InlineKeyboard, InputFile } from "grammy";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startLocalTelegram, type LocalTelegram } from "../../src/local/local-telegram.ts";

let local: LocalTelegram;
let bot: Bot;

beforeEach(async () => {
  local = await startLocalTelegram();
  bot = new Bot(local.token, { client: { apiRoot: local.url } });
});

afterEach(async () => {
  await bot.stop();
  await local.close();
});

test("a grammY bot echoes, edits, answers a press and sends a file through apiRoot", async () => {
  bot.command("start", (ctx) => ctx.reply("hello", { reply_markup: new InlineKeyboard().text("More", "v1:more") }));
  bot.on("message:text", (ctx) => ctx.reply(`echo: ${ctx.msg.text}`, { reply_parameters: { message_id: ctx.msgId } }));
  bot.on("callback_query:data", async (ctx) => {
    await ctx.answerCallbackQuery({ text: "pressed" });
    await ctx.editMessageText("edited");
    await ctx.replyWithDocument(new InputFile(Buffer.from("# Answer"), "answer.md"), { caption: "whole" });
  });
  void bot.start();

  local.world.message({ text: "hi" });
  const echo = await local.world.waitFor((world) => world.botMessages().at(0));
  expect(echo.text).toBe("echo: hi");
  expect(echo.reply_to_message?.text).toBe("hi");

  local.world.message({ text: "/start" });
  const menu = await local.world.waitFor((world) => world.botMessages().find((message) => message.text === "hello"));
  const answered = local.world.waitForEvent((event) => event.type === "callback_answer" && event);
  const query = local.world.press({ message: menu.message_id, data: "v1:more" });
  expect(await answered).toMatchObject({ query_id: query, text: "pressed", from: local.owner.id });

  const file = await local.world.waitFor((world) => world.botMessages().find((message) => message.document));
  expect(file).toMatchObject({ caption: "whole", document: { file_name: "answer.md", file_size: 8 } });
  expect(local.world.messages().find((message) => message.message_id === menu.message_id)).toMatchObject({
    text: "edited",
  });
});
