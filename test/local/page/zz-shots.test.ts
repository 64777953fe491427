import { it } from "vitest";
import { startLocalBot } from "../../e2e/local-bot.ts";
import { launchBrowser, openChatPage, describeInBrowser } from "./browser.ts";
const DIR = "/tmp/takopi-page-shots";
const rich = {
  text: "Heading bold italic under strike secret code\nSee the docs or https://example.com/a?b=1\n\nconst veryLong = 'a line of code that is much longer than the bubble is wide, so it has to scroll inside of it, on phones as on desktops';\nconsole.log(veryLong);\n\nA quote of somebody\nwith two lines\n\nAfter the quote.",
};
function ent(type: string, part: string, extra = {}) {
  return { type, offset: rich.text.indexOf(part), length: part.length, ...extra };
}
describeInBrowser("shots", () => {
  it("takes them", async () => {
    const local = await startLocalBot({ tables: "" });
    const browser = await launchBrowser();
    const call = (method: string, body: object) =>
      fetch(`${local.telegram.url}/bot${local.telegram.token}/${method}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      })
        .then((r) => r.json())
        .then((j: any) => {
          if (!j.ok) console.log(j);
          return j;
        });
    try {
      const a = await openChatPage(browser, local.telegram.url, { colorScheme: "light" });
      await a.page.screenshot({ path: `${DIR}/desktop-welcome.png` });
      await a.page.getByText("Explain the last commit").click();
      await local.shows(/^done · mock/);
      await call("sendMessage", {
        chat_id: 1001,
        ...rich,
        entities: [
          ent("bold", "Heading bold"),
          ent("italic", "italic"),
          ent("underline", "under"),
          ent("strikethrough", "strike"),
          ent("spoiler", "secret"),
          ent("code", "code"),
          ent("text_link", "the docs", { url: "https://example.com/docs" }),
          ent(
            "pre",
            "const veryLong = 'a line of code that is much longer than the bubble is wide, so it has to scroll inside of it, on phones as on desktops';\nconsole.log(veryLong);",
            { language: "ts" },
          ),
          ent("blockquote", "A quote of somebody\nwith two lines"),
        ],
      });
      local.say("hang");
      await local.shows(/^(starting|working) · mock/);
      const ask = local.say("question");
      await call("sendMessage", {
        chat_id: 1001,
        text: "Run rm -rf build?",
        reply_markup: {
          inline_keyboard: [
            [
              { text: "Approve", callback_data: "a", style: "success" },
              { text: "Deny", callback_data: "b", style: "danger" },
            ],
            [
              { text: "Resume", callback_data: "c", style: "primary" },
              { text: "Other", callback_data: "d" },
            ],
          ],
        },
      });
      await a.page.waitForSelector("text=rm -rf");
      await a.page.locator(".message").last().hover();
      await a.page.screenshot({ path: `${DIR}/desktop-light.png` });
      const b = await openChatPage(browser, local.telegram.url, { colorScheme: "dark" });
      await b.page.waitForSelector("text=rm -rf");
      await b.page.locator("#input").pressSequentially("/");
      await b.page.waitForSelector("#command-menu li");
      await b.page.screenshot({ path: `${DIR}/desktop-dark.png` });
      const c = await openChatPage(browser, local.telegram.url, {
        viewport: { width: 390, height: 780 },
        hasTouch: true,
        isMobile: true,
        deviceScaleFactor: 2,
        colorScheme: "light",
      });
      await c.page.waitForSelector("text=rm -rf");
      await c.page.screenshot({ path: `${DIR}/phone.png` });
      await c.page.locator(".code-block").last().scrollIntoViewIfNeeded();
      await c.page.locator("text=/^done · mock/").first().scrollIntoViewIfNeeded();
      await c.page.screenshot({ path: `${DIR}/phone-scrolled.png` });
      await c.page.locator("#back").click();
      await c.page.screenshot({ path: `${DIR}/phone-list.png` });
      await b.page.locator("#input").fill("");
      await b.page.locator(".code-block").first().scrollIntoViewIfNeeded();
      await b.page.locator(".message", { hasText: "done · mock" }).first().scrollIntoViewIfNeeded();
      await b.page.screenshot({ path: `${DIR}/desktop-dark-scrolled.png` });
      console.log(a.errors, b.errors, c.errors, ask.message_id);
    } finally {
      await browser.close();
      await local.close();
    }
  }, 60000);
});
