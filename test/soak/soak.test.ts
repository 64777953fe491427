import { spawn } from "node:child_process";
import { once } from "node:events";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { compiled } from "../e2e/built-bot.ts";

const soak = resolve(import.meta.dirname, "../../soak/run.mjs");

/** `npm run soak` holds an hour to these bars; this is a part of it that is short enough for every change. */
test("50 chats lose and double nothing, are never too fast, and leave a small journal and no handles", async () => {
  const args = [soak, "--only", "stepped", "--stepped", "0.2"];
  const env = { ...process.env, TAKOPI_SOAK_DIST: join(compiled()) };
  const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  const [output, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
  expect({ code, missed: output.split("\n").filter((line) => line.includes("✗")) }, `${output}\n${errors}`).toEqual({
    code: 0,
    missed: [],
  });
  expect(output).toMatch(/lost, 0\.2 min of stepped time +≤ 0 +0 +ok +\d{2,} prompts/);
}, 180_000);
