import {
  chmodSync,
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { describe, expect, it } from "vitest";
import { openStore } from "../../src/store/open-store.ts";
import { StoreError, type StoreErrorReason } from "../../src/store/store-error.ts";
import { accept, queuedRun, tempDir } from "./factories.ts";

const now = () => Date.UTC(2026, 0, 2, 3, 4, 5);
const modeOf = (file: string): number => statSync(file).mode & 0o777;

function openingFails(path: string): StoreError {
  try {
    openStore({ path, now }).close();
  } catch (error) {
    if (error instanceof StoreError) return error;
    throw error;
  }
  throw new Error("the store opened");
}

describe("opening the journal", () => {
  it("creates the file for its owner only, and its companions with it", () => {
    const path = join(tempDir(), "takopi.db");
    const store = openStore({ path, now });
    store.setFact("a", "1");
    expect([path, `${path}-wal`, `${path}-shm`].map(modeOf)).toEqual([0o600, 0o600, 0o600]);
    store.close();
  });

  it("repairs the permissions of an existing file and keeps its content", () => {
    const path = join(tempDir(), "takopi.db");
    const before = openStore({ path, now });
    accept(before, queuedRun("a"));
    before.close();
    chmodSync(path, 0o644);
    const store = openStore({ path, now });
    expect(modeOf(path)).toBe(0o600);
    expect(store.runnableRuns(now())).toHaveLength(1);
    store.close();
  });

  it("shows to a second opening in the same process what the first one wrote, and both go on", () => {
    const path = join(tempDir(), "takopi.db");
    const first = openStore({ path, now });
    first.setFact("a", "1");
    const second = openStore({ path, now });
    first.setFact("a", "2");
    expect(second.getFact("a")).toBe("2");
    second.close();
    first.setFact("a", "3");
    expect(first.getFact("a")).toBe("3");
    first.close();
  });

  it("refuses a journal of a newer version and leaves it as it is", () => {
    const path = join(tempDir(), "takopi.db");
    openStore({ path, now }).close();
    const raw = new Database(path);
    raw.pragma("user_version = 99");
    raw.close();
    const before = readFileSync(path);
    const error = openingFails(path);
    expect(error.reason).toBe("too_new");
    expect(error.message).toContain(path);
    expect(error.message).toContain("99");
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it.each<[string, StoreErrorReason, (dir: string) => string]>([
    ["its directory does not exist", "unreadable", (dir) => join(dir, "none", "takopi.db")],
    ["it is a directory", "unreadable", (dir) => dir],
    ["its directory is a file", "unreadable", (dir) => join(file(dir, "plain"), "takopi.db")],
  ])("says that the file can't be opened when %s", (_case, reason, pathIn) => {
    const path = pathIn(tempDir());
    const error = openingFails(path);
    expect(error.reason).toBe(reason);
    expect(error.message).toContain(path);
  });
});

describe("a damaged journal", () => {
  it.each<[string, (path: string) => void]>([
    ["is no database at all", (path) => writeFileSync(path, "{}".repeat(2_000))],
    ["lost its tail", (path) => truncateSync(path, 8_192)],
    ["has garbage in its tables", (path) => scribble(path)],
  ])("that %s is set aside whole, and only then a new one begins", (_case, damage) => {
    const dir = tempDir();
    const path = join(dir, "takopi.db");
    filledJournal(path);
    damage(path);
    const before = readFileSync(path);

    const error = openingFails(path);
    const aside = `${path}.corrupt-20260102T030405Z`;
    expect(error.reason).toBe("corrupt");
    expect(error.message).toContain(aside);
    expect(error.message).toContain("empty journal");
    expect(error.cause).toBeInstanceOf(Error);
    expect(readFileSync(aside).equals(before)).toBe(true);
    expect(existsSync(path)).toBe(false);

    const store = openStore({ path, now });
    expect(store.runnableRuns(now())).toEqual([]);
    store.close();
  });

  it("never takes the place of one set aside before", () => {
    const dir = tempDir();
    const path = join(dir, "takopi.db");
    for (const text of ["first", "second"]) {
      writeFileSync(path, text.repeat(1_000));
      openingFails(path);
    }
    const aside = readdirSync(dir).map((name) => readFileSync(join(dir, name), "utf8").slice(0, 5));
    expect(aside.toSorted()).toEqual(["first", "secon"]);
  });

  it("keeps what a killed bot had written but not yet moved into the file", () => {
    const dir = tempDir();
    const path = join(dir, "takopi.db");
    const live = join(tempDir(), "takopi.db");
    filledJournal(live);
    const store = openStore({ path: live, now });
    store.setFact("a", "1");
    for (const suffix of ["", "-wal", "-shm"]) copyFileSync(live + suffix, path + suffix);
    store.close();
    scribble(path);
    const wal = readFileSync(`${path}-wal`);
    expect(wal.length).toBeGreaterThan(0);

    expect(openingFails(path).reason).toBe("corrupt");
    expect(readFileSync(`${path}.corrupt-20260102T030405Z-wal`).equals(wal)).toBe(true);
    expect(existsSync(`${path}-wal`)).toBe(false);
  });

  it("stays where it is when it can't be renamed, and the message says what to do", () => {
    const dir = tempDir();
    // The longest name a file may have here is 255 bytes, so the suffix does not fit.
    const long = join(dir, "x".repeat(250));
    writeFileSync(long, "x".repeat(5_000));
    const error = openingFails(long);
    expect(error.reason).toBe("corrupt");
    expect(error.message).toContain("Move it");
    expect(existsSync(long)).toBe(true);
  });
});

function file(dir: string, name: string): string {
  const path = join(dir, name);
  writeFileSync(path, "");
  return path;
}

function filledJournal(path: string): void {
  const store = openStore({ path, now });
  for (let count = 0; count < 20; count += 1) accept(store, queuedRun(`r${count}`, { prompt: "p".repeat(2_000) }));
  store.close();
}

/** Overwrites pages in the middle, as a bad disk does; the header stays valid. */
function scribble(path: string): void {
  const bytes = readFileSync(path);
  bytes.fill(0xa5, 4_096, bytes.length - 4_096);
  writeFileSync(path, bytes);
}
