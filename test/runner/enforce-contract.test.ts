import { describe, expect, it } from "vitest";
import type { TakopiEvent } from "../../src/domain/event.ts";
import { enforceContract } from "../../src/runner/enforce-contract.ts";
import type { Runner } from "../../src/runner/runner.ts";
import { SessionLocks } from "../../src/runner/session-locks.ts";
import {
  actionStarted,
  collect,
  completed,
  createTestHost,
  runRequest,
  ScriptedRunner,
  started,
  token,
  type Script,
} from "../factories.ts";

describe("enforceContract, events", () => {
  it("passes a good run through unchanged", async () => {
    const events = [actionStarted("early"), started(), actionStarted(), completed()];
    expect(
      await play(async function* () {
        yield* events;
      }),
    ).toEqual(events);
  });

  it("drops a second started of the same session", async () => {
    const types = typesOf(
      await play(async function* () {
        yield* [started(), started(), completed()];
      }),
    );
    expect(types).toEqual(["started", "completed"]);
  });

  it("drops what comes after completed", async () => {
    const events = await play(async function* () {
      yield* [started(), completed("first"), actionStarted(), completed("second")];
    });
    expect(events).toEqual([started(), completed("first")]);
  });

  it("turns events of another engine and things that are no events into one warning", async () => {
    const events = await play(async function* () {
      yield* [started(), { ...actionStarted(), engine: "other" }, Object(null), completed()];
    });
    expect(typesOf(events)).toEqual(["started", "action", "action", "completed"]);
    const warnings = events.filter((event) => event.type === "action").map(({ action }) => action);
    expect(new Set(warnings.map(({ id }) => id)).size).toBe(1);
    expect(warnings.at(-1)).toMatchObject({ kind: "warning", title: expect.stringContaining("2") });
  });

  it("ends a resumed run that starts in another session, and stops the runner", async () => {
    let wasStopped = false;
    const script: Script = async function* (_request, host) {
      try {
        yield started(token("other"));
        yield completed("wrong answer", { resume: token("other") });
      } finally {
        wasStopped = host.signal.aborted;
      }
    };
    const events = await play(script, { resume: token("asked") });
    expect(events).toEqual([expect.objectContaining({ ok: false, answer: "", resume: token("asked") })]);
    expect(events[0]).toHaveProperty("error", expect.stringMatching(/other.*asked/u));
    expect(wasStopped).toBe(true);
  });

  it("ends a run that starts in a session of another engine", async () => {
    const events = await play(async function* () {
      yield { ...started(token("a", "alien")), engine: "scripted" };
    });
    expect(events).toEqual([expect.objectContaining({ type: "completed", ok: false })]);
    expect(events[0]).not.toHaveProperty("resume");
  });

  it("ends a run whose second started names another session", async () => {
    const events = await play(async function* () {
      yield* [started(), started(token("other")), completed()];
    });
    expect(typesOf(events)).toEqual(["started", "completed"]);
    expect(events.at(-1)).toMatchObject({ ok: false, resume: token() });
  });

  it("gives completed the session of started when it names none", async () => {
    const { resume: _, ...without } = completed();
    const events = await play(async function* () {
      yield* [started(), without];
    });
    expect(events.at(-1)).toMatchObject({ ok: true, resume: token() });
  });

  it("fails a completed of another session but keeps its answer", async () => {
    const events = await play(async function* () {
      yield* [started(), completed("text", { resume: token("other") })];
    });
    expect(events.at(-1)).toMatchObject({
      ok: false,
      answer: "text",
      resume: token(),
      error: expect.stringContaining("other"),
    });
  });

  it("does not offer a lost session for resuming", async () => {
    const lost = completed("", { ok: false, error: "gone", fault: "session_not_found" });
    const { resume: _, ...event } = lost;
    expect(
      await play(
        async function* () {
          yield event;
        },
        { resume: token("gone") },
      ),
    ).toEqual([event]);
  });

  it("refuses a session of another engine without starting the runner", async () => {
    const runner = new ScriptedRunner();
    const events = await collect(enforced(runner).run(runRequest({ resume: token("a", "other") }), createTestHost()));
    expect(events).toMatchObject([{ type: "completed", ok: false, error: expect.stringContaining("other") }]);
    expect(runner.requests).toEqual([]);
  });

  it.each([
    ["before started", []],
    ["after started", [started()]],
  ])("turns a throw %s into a failed completed with its message", async (_when, before) => {
    const events = await play(async function* () {
      yield* before;
      throw new Error("the engine broke");
    });
    expect(typesOf(events)).toEqual([...typesOf(before), "completed"]);
    expect(events.at(-1)).toMatchObject({ ok: false, error: "the engine broke" });
  });

  it("turns a throw of run() itself into a failed completed", async () => {
    const events = await play(() => {
      throw new Error("no program");
    });
    expect(events).toMatchObject([{ type: "completed", ok: false, error: "no program" }]);
  });

  it("ends a run that ends without a result", async () => {
    const events = await play(async function* () {
      yield started();
    });
    expect(events.at(-1)).toMatchObject({ ok: false, error: "scripted ended without a result", resume: token() });
  });

  it("says so when a failure has no error", async () => {
    const events = await play(async function* () {
      yield* [started(), completed("", { ok: false })];
    });
    expect(events.at(-1)).toMatchObject({ ok: false, error: "scripted failed without saying why" });
  });

  it("keeps order and counts whatever the runner does", async () => {
    const random = seededRandom(7);
    for (let round = 0; round < 500; round += 1) {
      const script = misbehaving(random);
      const resume = random() < 0.5 ? { resume: token() } : {};
      const locks = new SessionLocks();
      const events = await play(script, resume, locks);
      const types = typesOf(events);
      expect(types.filter((type) => type === "started").length).toBeLessThanOrEqual(1);
      expect(types.filter((type) => type === "completed").length).toBe(1);
      expect(types.at(-1)).toBe("completed");
      const sessions = new Set(events.flatMap((event) => ("resume" in event ? [event.resume.value] : [])));
      expect(sessions.size).toBeLessThanOrEqual(1);
      expect(locks.size).toBe(0);
    }
  });
});

function enforced(runner: Runner, locks: SessionLocks = new SessionLocks()): Runner {
  return enforceContract(runner, locks, 50);
}

async function play(
  script: Script,
  request: Parameters<typeof runRequest>[0] = {},
  locks?: SessionLocks,
): Promise<TakopiEvent[]> {
  return await collect(enforced(new ScriptedRunner({ script }), locks).run(runRequest(request), createTestHost()));
}

function typesOf(events: readonly TakopiEvent[]): string[] {
  return events.map((event) => event.type);
}

/** A run of up to eight random events that returns or throws at the end. */
function misbehaving(random: () => number): Script {
  const sessions = [token(), token("other"), token("session-1", "alien")];
  const any = <T>(items: readonly T[]): T | undefined => items[Math.floor(random() * items.length)];
  const events = Array.from({ length: Math.floor(random() * 8) }, (): TakopiEvent => {
    const session = any(sessions) ?? token();
    return (
      any([started(session), actionStarted(), completed("x", { resume: session, ok: random() < 0.5 })]) ?? started()
    );
  });
  const throws = random() < 0.3;
  return async function* () {
    yield* events;
    if (throws) throw new Error("random");
  };
}

/** Mulberry32: the same sequence on every machine. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
