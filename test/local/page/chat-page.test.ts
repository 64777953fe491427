import { readFileSync } from "node:fs";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { type LocalTelegram, startLocalTelegram } from "../../../src/local/local-telegram.ts";
import { describeInBrowser, launchBrowser, openChatPage } from "./browser.ts";

const PHONE: BrowserContextOptions = { viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true };

describeInBrowser("the chat page", () => {
  let browser: Browser;
  let telegram: LocalTelegram;
  let page: Page;

  beforeAll(async () => {
    browser = await launchBrowser();
  });

  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
    await telegram.close();
  });

  afterAll(async () => {
    await browser.close();
  });

  async function open(options: BrowserContextOptions = {}): Promise<void> {
    telegram = await startLocalTelegram();
    ({ page } = await openChatPage(browser, telegram.url, options));
  }

  // As the bot does it; returns the id of the message.
  async function bot(method: string, body: object): Promise<number> {
    const response = await fetch(`${telegram.url}/bot${telegram.token}/${method}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ chat_id: telegram.owner.privateChatId, ...body }),
    });
    const answer: { ok: boolean; result: { message_id: number } } = JSON.parse(await response.text());
    expect(answer.ok).toBe(true);
    return answer.result.message_id;
  }

  function message(id: number): ReturnType<Page["locator"]> {
    return page.locator(`[data-id="${id}"]`);
  }

  it("renders every kind of entity, nested ones and characters of two units included", async () => {
    await open();
    const text = "😀 bold both italic secret a.b link\nlet x = 1 < 2;\nquoted";
    const at = (part: string): { offset: number; length: number } => ({
      offset: text.indexOf(part),
      length: part.length,
    });
    const id = await bot("sendMessage", {
      text,
      entities: [
        { type: "bold", ...at("bold both") },
        { type: "italic", ...at("both italic") },
        { type: "spoiler", ...at("secret") },
        { type: "text_link", ...at("link"), url: "https://example.com/x" },
        { type: "pre", ...at("let x = 1 < 2;"), language: "ts" },
        { type: "blockquote", ...at("quoted") },
      ],
    });
    const body = message(id).locator(".text");
    await body.waitFor();
    expect((await body.locator("strong").allTextContents()).join("")).toBe("bold both");
    expect((await body.locator("em").allTextContents()).join("")).toBe("both italic");
    expect(await body.locator("strong em, em strong").textContent()).toBe("both");
    expect(await body.locator("pre").textContent()).toBe("let x = 1 < 2;");
    expect(await body.locator("figcaption span").textContent()).toBe("ts");
    expect(await body.locator("blockquote").textContent()).toBe("quoted");
    expect(await body.locator("a", { hasText: "link" }).getAttribute("rel")).toContain("noopener");
    const spoiler = body.locator(".spoiler");
    await spoiler.click();
    expect(await spoiler.getAttribute("role")).toBeNull();
  });

  it("shows markup as the text it is, wherever it comes from", async () => {
    await open();
    const evil = `<img src=x onerror="document.title='hacked'"><script>document.title='hacked'</script>`;
    const id = await bot("sendMessage", {
      text: evil,
      entities: [{ type: "pre", offset: 0, length: evil.length, language: evil }],
      reply_markup: { inline_keyboard: [[{ text: evil, callback_data: "x" }]] },
    });
    const topic = telegram.world.topic({ chat: -1001000005002, title: evil.slice(0, 128) });
    telegram.world.upload({ kind: "document", name: evil, type: "text/html", bytes: new Uint8Array(3), caption: evil });
    const mine = telegram.world.message({ text: evil, reply_to: id });
    await message(mine.message_id).waitFor();
    expect(await message(id).locator("pre").textContent()).toBe(evil);
    expect(await message(id).locator(".key").textContent()).toBe(evil);
    expect(await message(mine.message_id).locator(".text").textContent()).toBe(evil);
    await page.locator(".row.is-topic", { hasText: topic.name }).waitFor();
    expect(await page.locator("img[src='x'], #timeline script").count()).toBe(0);
    expect(await page.title()).toBe("Takopi");
  });

  it("runs no link but http and https", async () => {
    await open();
    telegram.world.message({
      text: "go here",
      entities: [{ type: "text_link", offset: 3, length: 4, url: "javascript:alert(1)" }],
    });
    const own = page.locator(".is-own", { hasText: "go here" });
    await own.waitFor();
    expect(await own.locator("a").count()).toBe(0);
  });

  it("keeps the selection and an opened spoiler while the message is edited", async () => {
    await open();
    const entities = [{ type: "spoiler", offset: 0, length: 6 }];
    const id = await bot("sendMessage", { text: "secret words to keep, step 1", entities });
    await message(id).locator(".spoiler").click();
    await page.evaluate(`(() => {
      const node = document.querySelector('[data-id="${id}"] .text').lastChild;
      getSelection().setBaseAndExtent(node, 1, node, 14);
    })()`);
    expect(await page.evaluate("getSelection().toString()")).toBe("words to keep");
    await bot("editMessageText", { message_id: id, text: "secret words to keep, step 2 and more", entities });
    await message(id).getByText("step 2 and more").waitFor();
    expect(await page.evaluate("getSelection().toString()")).toBe("words to keep");
    expect(await message(id).locator(".spoiler[data-open]").count()).toBe(1);
  });

  it("stays where the reader is and says what is new, but follows at the end", async () => {
    await open();
    for (let count = 1; count <= 40; count += 1) telegram.world.message({ text: `line ${count}` });
    const last = page.locator(".message", { hasText: /line 40/ });
    await last.waitFor();
    const top = "document.getElementById('scroller').scrollTop";
    await page.locator("#scroller").hover();
    await page.mouse.wheel(0, -600);
    await page.locator("#pill").waitFor();
    const before = await page.evaluate<number>(top);
    const id = await bot("sendMessage", { text: "news" });
    await page.getByRole("button", { name: /1 new message/ }).waitFor();
    expect(await page.evaluate<number>(top)).toBe(before);
    await page.locator("#pill").click();
    await page.locator("#pill").waitFor({ state: "hidden" });
    await bot("editMessageText", { message_id: id, text: `news\n${"more\n".repeat(60)}the very end` });
    await message(id).getByText("the very end").waitFor();
    const distance = `(() => { const s = document.getElementById('scroller'); return s.scrollHeight - s.clientHeight - s.scrollTop; })()`;
    await page.waitForFunction(`${distance} < 2`);
  });

  it("changes the own last text by arrow up, and deletes it by its action", async () => {
    await open();
    const sent = telegram.world.message({ text: "first try" });
    await message(sent.message_id).waitFor();
    await page.locator("#input").press("ArrowUp");
    await page.locator("#context", { hasText: "Edit message" }).waitFor();
    await page.locator("#input").fill("second try");
    await page.keyboard.press("Enter");
    await message(sent.message_id).getByText("second try").waitFor();
    await message(sent.message_id).getByText("edited").waitFor();
    await message(sent.message_id).hover();
    await page.getByRole("button", { name: "Delete" }).click();
    await message(sent.message_id).waitFor({ state: "detached" });
    expect(telegram.world.messages()).toEqual([]);
  });

  it("sends a chosen file with the text as its caption, and longer texts in parts", async () => {
    await open();
    await page
      .locator("#file-input")
      .setInputFiles({ name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("0123456789") });
    await page.locator("#attachments", { hasText: "notes.txt" }).waitFor();
    await page.locator("#input").fill("read this");
    await page.keyboard.press("Enter");
    await page.locator(".is-own .file", { hasText: "10 bytes" }).waitFor();
    await page.locator("#input").fill("word ".repeat(2000));
    await page.keyboard.press("Enter");
    await telegram.world.waitFor((world) => world.messages().length === 4);
    const [file, ...parts] = telegram.world.messages();
    expect(file?.caption).toBe("read this");
    expect(parts.map(({ text }) => text).join(" ")).toBe("word ".repeat(2000).trim());
  });

  it("sends several files as an album, with the text once", async () => {
    await open();
    const files = ["a", "b", "c"].map((name) => ({
      name: `${name}.txt`,
      mimeType: "text/plain",
      buffer: Buffer.from(name),
    }));
    await page.locator("#file-input").setInputFiles(files);
    await page.locator("#input").fill("read these");
    await page.keyboard.press("Enter");
    await telegram.world.waitFor((world) => world.messages().length === 3);
    const sent = telegram.world.messages();
    expect(sent.map(({ document, caption }) => [document?.file_name, caption])).toEqual([
      ["a.txt", "read these"],
      ["b.txt", undefined],
      ["c.txt", undefined],
    ]);
    expect(new Set(sent.map(({ media_group_id: group }) => group ?? "none")).size).toBe(1);
    expect(sent[0]?.media_group_id).toBeDefined();
  });

  it("gives back what could not be sent and says why", async () => {
    await open();
    telegram.world.block({ user: telegram.owner.id, blocked: true });
    await page.locator("#input").fill("hello");
    await page.keyboard.press("Enter");
    await page.locator(".toast.is-error", { hasText: "unblock" }).waitFor();
    expect(await page.locator("#input").inputValue()).toBe("hello");
  });

  it("says that the bot is offline, and recovers what was missed when the connection was lost", async () => {
    await open();
    await page.locator("#banner-offline").waitFor();
    telegram.world.dropConnections();
    telegram.world.message({ text: "written in the gap" });
    await page.locator(".message", { hasText: "written in the gap" }).waitFor();
  });

  it("says when the server is gone, and shows the chats of the next one", async () => {
    await open();
    // More events than the next server will have: a page that goes on counting from them would wait for ever.
    for (const text of ["one", "two", "of the first life"]) telegram.world.message({ text });
    await page.locator(".message", { hasText: "of the first life" }).waitFor();
    await telegram.close();
    await page.locator("#banner-connection").waitFor();
    telegram = await startLocalTelegram({ port: Number(new URL(telegram.url).port) });
    telegram.world.message({ text: "of the second life" });
    await page.locator("#banner-connection").waitFor({ state: "hidden" });
    await page.locator(".message", { hasText: "of the second life" }).waitFor();
    await page.locator(".message", { hasText: "of the first life" }).waitFor({ state: "detached" });
  });

  it("writes as others, in topics, and shows every writer's own chats", async () => {
    await open();
    await page.locator(".row", { hasText: "Topic A" }).click();
    await page.getByRole("button", { name: "Robin" }).click();
    await page.locator("#input").fill("hi from Robin");
    await page.keyboard.press("Enter");
    await page.locator(".is-own", { hasText: "hi from Robin" }).waitFor();
    const sent = telegram.world.messages(-1001000005002).at(-1);
    expect([sent?.from?.first_name, sent?.message_thread_id]).toEqual(["Robin", 2]);
    await page.getByRole("button", { name: "Stranger" }).click();
    await page.locator(".row", { hasText: "Forum" }).waitFor({ state: "detached" });
    expect(await page.locator(".row").count()).toBe(1);
  });

  it("fits a phone: long code scrolls inside of its bubble, the chat list is behind a button", async () => {
    await open(PHONE);
    const code = `const line = "${"long ".repeat(80)}";`;
    const id = await bot("sendMessage", { text: code, entities: [{ type: "pre", offset: 0, length: code.length }] });
    await message(id).waitFor();
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(390);
    const pre = `document.querySelector('[data-id="${id}"] pre')`;
    expect(await page.evaluate(`(${pre}.scrollLeft = 300, ${pre}.scrollLeft)`)).toBe(300);
    expect(await page.locator(".sidebar").isHidden()).toBe(true);
    await page.getByRole("button", { name: "Show all chats" }).tap();
    await page.locator(".row", { hasText: "Group" }).tap();
    await page.getByRole("heading", { name: "Group" }).waitFor();
    await page.locator("#input").fill("sent by the button");
    await page.getByRole("button", { name: "Send" }).tap();
    await page.locator(".is-own", { hasText: "sent by the button" }).waitFor();
  });

  it("is dark when the system is, and lets the user decide", async () => {
    await open({ colorScheme: "dark" });
    const brightness = `getComputedStyle(document.body).backgroundColor.match(/\\d+/g).slice(0, 3).reduce((a, b) => a + Number(b), 0)`;
    expect(await page.evaluate<number>(brightness)).toBeLessThan(150);
    await page.getByRole("button", { name: "Theme: system" }).click();
    await page.getByRole("button", { name: "Theme: dark" }).click();
    expect(await page.evaluate<number>(brightness)).toBeGreaterThan(600);
    await page.reload();
    await page.getByRole("button", { name: "Theme: light" }).waitFor();
    expect(await page.evaluate<number>(brightness)).toBeGreaterThan(600);
  });

  it("names every control for people who do not see it", async () => {
    await open();
    const id = telegram.world.message({ text: "hello" }).message_id;
    await message(id).hover();
    const nameless = `[...document.querySelectorAll("button, input, textarea, a")]
      .filter((e) => e.checkVisibility() && !(e.getAttribute("aria-label") || e.textContent.trim())).map((e) => e.outerHTML)`;
    expect(await page.evaluate(nameless)).toEqual([]);
    const source = readFileSync(new URL("../../../src/local/page/index.html", import.meta.url), "utf8");
    expect(source).not.toMatch(/https?:|<script(?![^>]*\bsrc=)/);
  });
});
