import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { compiled } from "./built-bot.ts";
import { startLocalBot, textOf } from "./local-bot.ts";

const root = resolve(import.meta.dirname, "../..");
const plugins = join(root, "fixtures/plugins");
const run = promisify(execFile);

/** A user's directory outside the repository: their engine, its program, their test, and the packages they installed. */
let dir: string;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "takopi-user-"));
  for (const file of ["pi-like.mjs", "pi-like-program.mjs", "pi-like.test.mjs"]) {
    copyFileSync(join(plugins, file), join(dir, file));
  }
  writeFileSync(
    join(dir, "takopi.toml"),
    `[plugins]\nrunners = ["./pi-like.mjs"]\n\n[pi-like]\ncommand = "./pi-like-program.mjs"\n`,
  );
  mkdirSync(join(dir, "node_modules/takopi"), { recursive: true });
  copyFileSync(join(root, "package.json"), join(dir, "node_modules/takopi/package.json"));
  symlinkSync(compiled(), join(dir, "node_modules/takopi/dist"));
  symlinkSync(join(root, "node_modules/vitest"), join(dir, "node_modules/vitest"));
}, 120_000);

afterAll(() => rmSync(dir, { recursive: true, force: true }));

it("a user's engine in one file is listed with what it can do", async () => {
  const main = join(compiled(), "src/main.js");
  const env = { PATH: process.env["PATH"], HOME: dir };
  const { stdout } = await run(process.execPath, [main, "engines", "--config", join(dir, "takopi.toml")], { env });
  expect(stdout).toMatch(/^. pi-like .*pi-like-program\.mjs/m);
}, 60_000);

it("a user's engine passes the conformance suite from their side", async () => {
  const env = { ...process.env, VITEST: undefined, NODE_ENV: undefined };
  const { stdout } = await run(process.execPath, [join(root, "node_modules/vitest/vitest.mjs"), "run", "--root", dir], {
    cwd: dir,
    env,
  });
  expect(stdout).toMatch(/29 passed/);
  expect(stdout).not.toMatch(/failed|skipped/);
}, 120_000);

it("a user's engine is in the command menu, runs, and resumes by its line", async () => {
  const bot = await startLocalBot({
    tables: `[plugins]\nrunners = ["${dir}/pi-like.mjs"]\n\n[pi-like]\ncommand = "${dir}/pi-like-program.mjs"\n`,
    pluginIds: ["pi-like"],
  });
  try {
    bot.say("/pi-like hello");
    const first = await bot.shows(/^done · pi-like[\s\S]*hello[\s\S]*pi-like --resume pi_\d+/);
    const [line = ""] = /pi-like --resume pi_\d+/.exec(textOf(first)) ?? [];
    bot.say(`again\n${line}`);
    const second = await bot.shows(/^done · pi-like[\s\S]*again/, { after: first.message_id });
    expect(textOf(second)).toContain(line);
    expect(await bot.commands()).toContain("pi_like");
  } finally {
    await bot.close();
  }
}, 60_000);
