import { existsSync } from "node:fs";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";
import { describe } from "vitest";

const EXECUTABLE = "/usr/bin/chromium";
const ARGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** `describe` for tests in a real browser. Without one they are skipped, and a line says so. */
export function describeInBrowser(title: string, tests: () => void): void {
  if (existsSync(EXECUTABLE)) {
    describe(title, tests);
    return;
  }
  console.log(`skipped, because ${EXECUTABLE} is not there: ${title}`);
  describe.skip(title, tests);
}

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: EXECUTABLE, args: ARGS });
}

/** A page of its own with the chat in it, and every error the page reports. */
export async function openChatPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<{ page: Page; errors: readonly string[] }> {
  const context = await browser.newContext({ viewport: { width: 1200, height: 800 }, ...options });
  context.setDefaultTimeout(8000);
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  await page.goto(url);
  await page.waitForSelector("#chat-status:not(:empty)");
  return { page, errors };
}
