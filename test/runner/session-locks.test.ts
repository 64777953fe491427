import { describe, expect, it } from "vitest";
import { sessionKeyOf } from "../../src/domain/run.ts";
import { SessionLocks } from "../../src/runner/session-locks.ts";
import { token } from "../factories.ts";

const key = sessionKeyOf(token("a"));
const otherKey = sessionKeyOf(token("b"));
const never = new AbortController().signal;

describe("SessionLocks", () => {
  it("grants a key in the order of asking", async () => {
    const locks = new SessionLocks();
    const order: number[] = [];
    const release = await locks.acquire(key, never);
    const turns = [1, 2, 3].map(async (turn) => {
      const free = await locks.acquire(key, never);
      order.push(turn);
      free();
    });
    expect(order).toEqual([]);
    release();
    await Promise.all(turns);
    expect(order).toEqual([1, 2, 3]);
  });

  it("lets different keys be held at the same time", async () => {
    const locks = new SessionLocks();
    await locks.acquire(key, never);
    await expect(locks.acquire(otherKey, never)).resolves.toBeTypeOf("function");
  });

  it("keeps no memory of keys that nobody holds or awaits", async () => {
    const locks = new SessionLocks();
    const release = await locks.acquire(key, never);
    const second = locks.acquire(key, never);
    expect(locks.size).toBe(1);
    release();
    (await second)();
    expect(locks.size).toBe(0);
  });

  it("lets a waiter go on abort, and the next one take its place", async () => {
    const locks = new SessionLocks();
    const aborter = new AbortController();
    const release = await locks.acquire(key, never);
    const abandoned = locks.acquire(key, aborter.signal);
    const next = locks.acquire(key, never);
    aborter.abort();
    await expect(abandoned).rejects.toThrow(/aborted/u);
    release();
    (await next)();
    expect(locks.size).toBe(0);
  });

  it("grants a free key after an abort, but does not wait for a taken one", async () => {
    const locks = new SessionLocks();
    const release = await locks.acquire(key, AbortSignal.abort());
    await expect(locks.acquire(key, AbortSignal.abort())).rejects.toThrow(/aborted/u);
    release();
    expect(locks.size).toBe(0);
  });

  it("takes a second release as none", async () => {
    const locks = new SessionLocks();
    const release = await locks.acquire(key, never);
    const second = locks.acquire(key, never);
    const third = locks.acquire(key, never);
    release();
    release();
    await second;
    const settled = await Promise.race([third.then(() => "granted"), Promise.resolve("waiting")]);
    expect(settled).toBe("waiting");
  });
});
