import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { AlreadyRunningError, acquireInstanceLock } from "../../src/store/instance-lock.ts";
import { StoreError } from "../../src/store/store-error.ts";
import { tempDir } from "./factories.ts";

function refusal(path: string): unknown {
  try {
    acquireInstanceLock(path).release();
  } catch (error) {
    return error;
  }
  throw new Error("the lock was free");
}

describe("the instance lock", () => {
  it("is held until it is released, and names its holder meanwhile", () => {
    const path = join(tempDir(), "bot.lock");
    const lock = acquireInstanceLock(path);
    expect(readFileSync(`${path}.pid`, "utf8")).toBe(`${process.pid}\n`);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    // Twice: the first refusal must not loosen the lock.
    for (const error of [refusal(path), refusal(path)]) {
      expect(error).toBeInstanceOf(AlreadyRunningError);
      expect(error).toMatchObject({ holderPid: process.pid });
    }
    lock.release();
    lock.release();
    expect(existsSync(`${path}.pid`)).toBe(false);
    const next = acquireInstanceLock(path);
    lock.release();
    expect(refusal(path)).toBeInstanceOf(AlreadyRunningError);
    next.release();
  });

  it("is not blocked by a pid file that a dead process left, even when its pid lives again", () => {
    const path = join(tempDir(), "bot.lock");
    writeFileSync(`${path}.pid`, `${process.ppid}\n`);
    const lock = acquireInstanceLock(path);
    expect(readFileSync(`${path}.pid`, "utf8")).toBe(`${process.pid}\n`);
    lock.release();
  });

  it("does without a pid that can't be read", () => {
    const path = join(tempDir(), "bot.lock");
    const lock = acquireInstanceLock(path);
    writeFileSync(`${path}.pid`, "?");
    expect(refusal(path)).toMatchObject({ name: "AlreadyRunningError", holderPid: undefined });
    lock.release();
  });

  it("says which file is in the way when the lock can't be used", () => {
    const dir = tempDir();
    const alien = join(dir, "alien.lock");
    writeFileSync(alien, '{"pid": 1}'.repeat(200));
    mkdirSync(join(dir, "folder.lock"));
    for (const path of [join(dir, "none", "bot.lock"), join(dir, "folder.lock"), alien]) {
      const error = refusal(path);
      expect(error).toBeInstanceOf(StoreError);
      expect(error).toMatchObject({ message: expect.stringContaining(path) });
    }
    expect(readFileSync(alien, "utf8")).toContain('{"pid": 1}');
  });
});
