import { readFile } from "node:fs/promises";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { type LocalBot, startLocalBot, textOf } from "../../e2e/local-bot.ts";
import { describeInBrowser, launchBrowser, openChatPage } from "./browser.ts";

describeInBrowser("the chat page with the whole bot", () => {
  let browser: Browser;
  let local: LocalBot;
  let page: Page;
  let errors: readonly string[];

  beforeAll(async () => {
    browser = await launchBrowser();
  });

  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
    await local.close();
    expect(errors).toEqual([]);
  });

  afterAll(async () => {
    await browser.close();
  });

  async function open(env: Readonly<Record<string, string>> = {}): Promise<void> {
    local = await startLocalBot({ env });
    ({ page, errors } = await openChatPage(browser, local.telegram.url));
  }

  async function write(text: string): Promise<void> {
    await page.locator("#input").fill(text);
    await page.keyboard.press("Enter");
  }

  it("greets a new user and sends an example prompt on a click", async () => {
    await open();
    await page.getByText("takopi setup").first().waitFor();
    await page.getByRole("button", { name: "Explain the last commit" }).click();
    await page.locator(".is-own", { hasText: "Explain the last commit" }).waitFor();
    await page.locator("#welcome").waitFor({ state: "hidden" });
    await page.locator(".is-theirs", { hasText: "done · mock" }).waitFor();
  });

  it("edits one message in place while the run works, shows the answer, and lets the progress message go", async () => {
    await open({ TAKOPI__MOCK__SPEED: "0.5" });
    await write("make the greeting polite");
    const progress = page.locator(".is-theirs", { hasText: /(starting|working) · mock/ });
    await progress.waitFor();
    const id = await progress.getAttribute("data-id");
    const sameElement = `document.querySelector('[data-id="${id}"]')`;
    await page.evaluate(`${sameElement}.isSame = true`);
    await page.locator(`[data-id="${id}"]`, { hasText: "src/greeting.ts" }).waitFor();
    expect(await page.evaluate(`${sameElement}.isSame`)).toBe(true);
    const final = page.locator(".is-theirs", { hasText: "done · mock" });
    await final.locator("strong", { hasText: "empty name" }).waitFor({ timeout: 15_000 });
    await final.locator(".code-block", { hasText: "export function greet" }).waitFor();
    await page.locator(`[data-id="${id}"]`).waitFor({ state: "detached" });
  });

  it("continues the session by a reply, and the preview leads back", async () => {
    await open();
    await write("echo one");
    const first = await local.shows(/^done · mock/);
    await page.locator(`[data-id="${first.message_id}"]`).hover();
    await page.getByRole("button", { name: "Reply", exact: true }).click();
    await page.locator("#context", { hasText: "Reply to Takopi" }).waitFor();
    await write("echo two");
    await page.locator(".is-theirs", { hasText: "two" }).waitFor({ timeout: 15_000 });
    const second = await local.shows(/^done · mock/, { after: first.message_id });
    const resumeLine = /mock --resume \S+/;
    expect(resumeLine.exec(textOf(second))?.[0]).toBe(resumeLine.exec(textOf(first))?.[0]);
    await page.locator(".is-own", { hasText: "echo two" }).locator(".reply-preview").click();
    expect(await page.locator("#context").isHidden()).toBe(true);
  });

  it("cancels a run by its button and shows the bot's answer to the press", async () => {
    await open();
    await write("hang");
    await page.getByRole("button", { name: /Cancel/ }).click();
    await page.locator(".toast", { hasText: "Cancelling…" }).waitFor();
    await page.locator(".is-theirs", { hasText: "cancelled · mock" }).waitFor();
  });

  it("offers the bot's commands while one is typed, and completes the chosen one", async () => {
    await open();
    await page.locator("#input").pressSequentially("/ca");
    await page.getByRole("option", { name: "/cancel" }).waitFor();
    await page.keyboard.press("Tab");
    expect(await page.locator("#input").inputValue()).toBe("/cancel ");
    expect(await page.locator("#command-menu").isHidden()).toBe(true);
  });

  it("downloads the document a long answer comes in", async () => {
    await open();
    await write("long 40000");
    const file = page.locator(".is-theirs .file");
    await file.waitFor();
    const [download] = await Promise.all([page.waitForEvent("download"), file.click()]);
    const content = await readFile(await download.path(), "utf8");
    const sent = local.world.messages().find(({ document }) => document !== undefined);
    expect(download.suggestedFilename()).toBe(sent?.document?.file_name);
    expect(content).toContain("Paragraph 300 of a long answer");
  });
});
