import { describe, expect, it } from "vitest";
import type { TakopiEvent } from "../../src/domain/event.ts";
import { sessionKeyOf } from "../../src/domain/run.ts";
import { enforceContract } from "../../src/runner/enforce-contract.ts";
import { SessionLocks } from "../../src/runner/session-locks.ts";
import { collect, completed, createTestHost, runRequest, ScriptedRunner, started, token } from "../factories.ts";

const never = new AbortController().signal;

describe("enforceContract, locks", () => {
  it("does not begin a resumed run while another run of the session goes on", async () => {
    const { inner, runner } = setUp();
    const first = collect(runner.run(runRequest({ resume: token() }), createTestHost()));
    const firstRun = await inner.nextRun();
    const second = collect(runner.run(runRequest({ resume: token() }), createTestHost()));
    firstRun.emit(started());
    await turnOfEventLoop();
    expect(inner.requests.length).toBe(1);
    firstRun.emit(completed("first"));
    firstRun.end();
    expect((await first).at(-1)).toMatchObject({ answer: "first" });
    const secondRun = await inner.nextRun();
    secondRun.emit(started(), completed("second"));
    secondRun.end();
    expect((await second).at(-1)).toMatchObject({ answer: "second" });
  });

  it("lets runs of different sessions go on together", async () => {
    const { inner, runner } = setUp();
    const both = ["a", "b"].map((value) => collect(runner.run(runRequest({ resume: token(value) }), createTestHost())));
    for (const run of [await inner.nextRun(), await inner.nextRun()]) {
      const { resume = token() } = run.request;
      run.emit(started(resume), completed("done", { resume }));
      run.end();
    }
    expect((await Promise.all(both)).map((events) => events.length)).toEqual([2, 2]);
  });

  it("holds the lock of a new session before its started is seen", async () => {
    const { inner, locks, runner } = setUp();
    const events = runner.run(runRequest(), createTestHost())[Symbol.asyncIterator]();
    const first = events.next();
    (await inner.nextRun()).emit(started());
    expect((await first).value).toEqual(started());
    expect(locks.size).toBe(1);
    await events.return?.();
    expect(locks.size).toBe(0);
  });

  it("withholds started while another run holds the session", async () => {
    const { inner, locks, runner } = setUp();
    const release = await locks.acquire(sessionKeyOf(token()), never);
    const seen: TakopiEvent[] = [];
    const all = (async () => {
      for await (const event of runner.run(runRequest(), createTestHost())) seen.push(event);
    })();
    const run = await inner.nextRun();
    run.emit(started(), completed());
    run.end();
    await turnOfEventLoop();
    expect(seen).toEqual([]);
    release();
    await all;
    expect(seen).toEqual([started(), completed()]);
  });

  it("keeps the lock until the runner has cleaned up behind its completed", async () => {
    const { inner, locks, runner } = setUp({ graceMs: 60_000 });
    const events = runner.run(runRequest({ resume: token() }), createTestHost())[Symbol.asyncIterator]();
    const first = events.next();
    const run = await inner.nextRun();
    run.emit(completed());
    expect((await first).value).toEqual(completed());
    await turnOfEventLoop();
    expect(locks.size).toBe(1);
    run.end();
    await run.finished;
    expect((await events.next()).done).toBe(true);
    expect(locks.size).toBe(0);
  });

  it("cleans up behind completed although the consumer has not asked for more", async () => {
    const { inner, locks, runner } = setUp({ graceMs: 60_000 });
    const first = runner
      .run(runRequest({ resume: token() }), createTestHost())
      [Symbol.asyncIterator]()
      .next();
    const run = await inner.nextRun();
    run.emit(completed());
    run.end();
    await first;
    await run.finished;
    (await locks.acquire(sessionKeyOf(token()), never))();
    expect(locks.size).toBe(0);
  });

  it("frees the lock after a throw", async () => {
    const { inner, locks, runner } = setUp();
    const all = collect(runner.run(runRequest({ resume: token() }), createTestHost()));
    (await inner.nextRun()).fail(new Error("broke"));
    await all;
    expect(locks.size).toBe(0);
  });

  it("stops the runner and frees the lock when the consumer stops early", async () => {
    const { inner, locks, runner } = setUp();
    const next = inner.nextRun().then((run) => {
      run.emit(started());
      return run;
    });
    for await (const event of runner.run(runRequest(), createTestHost())) if (event.type === "started") break;
    const run = await next;
    await run.finished;
    expect(run.host.signal.aborted).toBe(true);
    expect(locks.size).toBe(0);
  });
});

describe("enforceContract, abort", () => {
  it("ends a run that waits for its lock", async () => {
    const { inner, locks, runner } = setUp();
    const release = await locks.acquire(sessionKeyOf(token()), never);
    const host = createTestHost();
    const all = collect(runner.run(runRequest({ resume: token() }), host));
    host.abort();
    expect(await all).toMatchObject([{ type: "completed", ok: false, error: "cancelled", resume: token() }]);
    expect(inner.requests).toEqual([]);
    release();
    await turnOfEventLoop();
    expect(locks.size).toBe(0);
  });

  it("does not begin a run that was aborted before", async () => {
    const { inner, runner } = setUp();
    const host = createTestHost();
    host.abort();
    expect(await collect(runner.run(runRequest(), host))).toMatchObject([{ ok: false, error: "cancelled" }]);
    expect(inner.requests).toEqual([]);
  });

  it("ends a run as cancelled when the runner just returns", async () => {
    const { inner, runner } = setUp();
    const host = createTestHost();
    const all = collect(runner.run(runRequest(), host));
    (await inner.nextRun()).emit(started());
    host.abort();
    expect((await all).at(-1)).toMatchObject({ ok: false, error: "cancelled" });
  });

  it("keeps the runner's own word on how the aborted run ended", async () => {
    const { inner, runner } = setUp();
    const host = createTestHost();
    const all = collect(runner.run(runRequest(), host));
    const run = await inner.nextRun();
    run.emit(started(), completed("as far as I came", { ok: false, error: "interrupted by the user" }));
    host.abort();
    expect((await all).at(-1)).toMatchObject({ answer: "as far as I came", error: "interrupted by the user" });
  });

  it("gives up a runner that does not react, and frees the lock", async () => {
    const locks = new SessionLocks();
    const deaf = new ScriptedRunner({
      script: async function* () {
        yield started();
        await new Promise(() => {});
      },
    });
    const host = createTestHost();
    const events: TakopiEvent[] = [];
    for await (const event of enforceContract(deaf, locks, 20).run(runRequest(), host)) {
      events.push(event);
      host.abort();
    }
    expect(events).toMatchObject([{ type: "started" }, { type: "completed", ok: false, error: "cancelled" }]);
    expect(locks.size).toBe(0);
  });

  it("gives up a runner that hangs or talks on behind its completed", async () => {
    for (const after of [() => new Promise<void>(() => {}), () => Promise.resolve()]) {
      const locks = new SessionLocks();
      const script = async function* (): AsyncGenerator<TakopiEvent, void, undefined> {
        yield* [started(), completed()];
        for (;;) {
          await after();
          yield completed("again");
        }
      };
      const runner = enforceContract(new ScriptedRunner({ script }), locks, 20);
      expect(await collect(runner.run(runRequest(), createTestHost()))).toEqual([started(), completed()]);
      expect(locks.size).toBe(0);
    }
  });
});

function setUp({ graceMs = 1_000 } = {}): {
  inner: ScriptedRunner;
  locks: SessionLocks;
  runner: ReturnType<typeof enforceContract>;
} {
  const inner = new ScriptedRunner();
  const locks = new SessionLocks();
  return { inner, locks, runner: enforceContract(inner, locks, graceMs) };
}

/** Everything that can happen without outside help has happened. */
function turnOfEventLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
