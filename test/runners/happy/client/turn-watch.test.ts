// The rule of `turn.ts` where no recording goes, in stepped time.
import { describe, expect, it } from "vitest";
import { SessionNotFound } from "../../../../runners/happy/client/errors.ts";
import { defaultPatience } from "../../../../runners/happy/client/patience.ts";
import type { SessionEvent } from "../../../../runners/happy/client/session-event.ts";
import type { TurnEvent } from "../../../../runners/happy/client/turn-event.ts";
import type { TurnOutcome } from "../../../../runners/happy/client/turn-verdict.ts";
import { TurnWatch, type TurnWatchOptions } from "../../../../runners/happy/client/turn-watch.ts";
import { FakeClock } from "../fake-clock.ts";

/** A watch in stepped time. */
class Watched {
  readonly clock = new FakeClock();
  readonly watch: TurnWatch;
  outcome: TurnOutcome | undefined;
  probes = 0;
  catchUps = 0;
  isThere = true;

  constructor(options: Partial<TurnWatchOptions> = {}) {
    this.watch = new TurnWatch({
      clock: this.clock,
      patience: defaultPatience,
      isActive: true,
      catchUp: async () => void (this.catchUps += 1),
      probe: async () => {
        this.probes += 1;
        return this.isThere;
      },
      ...options,
    });
    this.watch.begin();
    void this.watch.outcome.then((outcome) => (this.outcome = outcome));
  }

  /** Tells something, and lets so many seconds pass. */
  async tell(event: SessionEvent, seconds = 0): Promise<void> {
    this.watch.receive(event);
    await this.pass(seconds);
  }

  async pass(seconds: number): Promise<void> {
    await this.clock.stepTo(this.clock.now() + seconds * 1000);
  }
}

let seq = 0;

function says(...events: readonly TurnEvent[]): SessionEvent {
  seq += 1;
  return { type: "message", message: { id: "", seq, content: {}, localId: null, createdAt: 0 }, says: events };
}

const words = (text: string, turn?: string): SessionEvent =>
  says({ type: "text", text, isThought: false, ...(turn !== undefined && { turn }) });
const thinks = (isThinking: boolean): SessionEvent => ({ type: "activity", isActive: true, isThinking });
const done: SessionEvent = { type: "notice", kind: "done" };
const asks = (count: number): SessionEvent => ({
  type: "state",
  state: {
    isControlledByUser: false,
    pending: Array.from({ length: count }, (_, id) => ({ id: `${id}`, tool: "Bash", input: {}, call: `${id}` })),
    completed: [],
  },
});
const turnEnd = (turn?: string): SessionEvent =>
  says({ type: "turn_end", status: "completed", ...(turn !== undefined && { turn }) });

describe("the end of a turn", () => {
  it("is believed when the program is done, else after a second without a new beginning", async () => {
    const sure = new Watched();
    await sure.tell(words("hello", "a"));
    await sure.tell(done);
    await sure.tell(turnEnd("a"));
    expect(sure.outcome).toEqual({ status: "completed", by: "turn_end" });
    const waiting = new Watched();
    await waiting.tell(words("hello", "a"));
    await waiting.tell(turnEnd("a"), 0.9);
    expect(waiting.outcome).toBeUndefined();
    await waiting.pass(0.2);
    expect(waiting.outcome).toEqual({ status: "completed", by: "turn_end" });
  });

  it("of an earlier turn, told late, is not that of this one", async () => {
    const watched = new Watched();
    await watched.tell(thinks(true));
    await watched.tell(turnEnd("earlier"), 5);
    expect(watched.outcome).toBeUndefined();
    await watched.tell(words("hello", "this"));
    await watched.tell(turnEnd("earlier"), 5);
    expect(watched.outcome).toBeUndefined();
    await watched.tell(turnEnd("this"), 2);
    expect(watched.outcome?.by).toBe("turn_end");
  });

  it("without the name of a turn is that of the turn in which something was said", async () => {
    const watched = new Watched();
    await watched.tell(turnEnd(), 2);
    expect(watched.outcome).toBeUndefined();
    await watched.tell(words("hello"));
    await watched.tell(turnEnd(), 2);
    expect(watched.outcome?.by).toBe("turn_end");
  });

  it("does not come while something is asked", async () => {
    const watched = new Watched();
    await watched.tell(thinks(true));
    await watched.tell(words("hello"));
    await watched.tell(asks(1));
    await watched.tell(done);
    await watched.tell(thinks(false), 3_600);
    expect(watched.outcome).toBeUndefined();
    await watched.tell(asks(0), 4);
    expect(watched.outcome).toEqual({ status: "completed", by: "idle" });
  });
});

describe("silence", () => {
  it("of three seconds ends a turn in which it no longer thinks, after a look at what was missed", async () => {
    const watched = new Watched();
    await watched.tell(thinks(true));
    await watched.tell(words("hello"));
    await watched.tell(thinks(false), 2.9);
    expect([watched.outcome, watched.catchUps]).toEqual([undefined, 0]);
    await watched.pass(0.2);
    expect([watched.outcome?.by, watched.catchUps]).toEqual(["idle", 1]);
  });

  it("begins anew with every message and every thought", async () => {
    const watched = new Watched();
    await watched.tell(thinks(true));
    for (let count = 0; count < 5; count += 1) {
      await watched.tell(thinks(false), 2);
      await watched.tell(words("more"), 2);
      await watched.tell(thinks(true), 10);
    }
    expect(watched.outcome).toBeUndefined();
  });

  it("is none while a tool works, and for longer where its end was lost", async () => {
    const watched = new Watched();
    await watched.tell(thinks(true));
    await watched.tell(says({ type: "tool_start", call: "c", name: "Bash", input: {} }), 600);
    await watched.tell(thinks(false), 20);
    expect(watched.outcome).toBeUndefined();
    await watched.pass(11);
    expect(watched.outcome?.by).toBe("idle");
  });

  it("tells nothing before anything was said or thought", async () => {
    const watched = new Watched();
    await watched.tell(thinks(false));
    await watched.tell(done, 60);
    expect(watched.outcome).toBeUndefined();
    await watched.tell(thinks(false), 300);
    expect(watched.outcome).toEqual({ status: "unheard", by: "timeout" });
  });

  it("is no deafness while somebody works in the session's terminal", async () => {
    const watched = new Watched();
    await watched.tell({
      type: "state",
      state: { isControlledByUser: true, pending: [], completed: [] },
    });
    await watched.pass(3_600);
    expect(watched.outcome).toBeUndefined();
  });

  it("ends a turn also where what was missed can't be found out", async () => {
    const failing = new Watched({ catchUp: () => Promise.reject(new Error("no server")) });
    await failing.tell(words("hello"));
    await failing.tell(thinks(false), 30);
    expect(failing.outcome?.by).toBe("idle");
    const gone = new Watched({ catchUp: () => Promise.reject(new SessionNotFound("gone")) });
    await gone.tell(words("hello"));
    await gone.tell(thinks(false), 4);
    expect(gone.outcome?.by).toBe("idle");
  });
});

describe("a program", () => {
  it("that is aborted has ended, unless it goes on", async () => {
    const watched = new Watched();
    await watched.tell(thinks(true));
    await watched.tell(says({ type: "notice", text: "Aborted by user" }), 60);
    expect(watched.outcome).toBeUndefined();
    await watched.tell(thinks(false), 2);
    expect(watched.outcome).toEqual({ status: "cancelled", by: "notice", notice: "Aborted by user" });
  });

  it("that broke down has failed, in its own words", async () => {
    const watched = new Watched();
    const notice = "Process exited unexpectedly";
    await watched.tell(says({ type: "notice", text: notice }), 4);
    expect(watched.outcome).toEqual({ status: "failed", by: "notice", notice });
  });

  it("of an older kind is ready when it has reacted, and not before", async () => {
    const watched = new Watched();
    await watched.tell(says({ type: "ready" }), 5);
    expect(watched.outcome).toBeUndefined();
    await watched.tell(thinks(true));
    await watched.tell(says({ type: "ready" }));
    expect(watched.outcome).toEqual({ status: "completed", by: "ready" });
  });

  it("that is stopped in the middle of its words has not answered; one that had ended has", async () => {
    const stopped: SessionEvent = { type: "activity", isActive: false, isThinking: false };
    const middle = new Watched();
    await middle.tell(thinks(true));
    await middle.tell(words("Let me see."));
    await middle.tell(stopped);
    expect(middle.outcome).toEqual({ status: "stopped", by: "gone" });
    const after = new Watched();
    await after.tell(words("Here you are."));
    await after.tell(done);
    await after.tell(stopped);
    expect(after.outcome).toEqual({ status: "completed", by: "gone" });
  });

  it("that is silent for a minute is asked whether it is there", async () => {
    const watched = new Watched();
    await watched.tell(thinks(true), 59);
    expect(watched.probes).toBe(0);
    await watched.pass(2);
    expect([watched.probes, watched.outcome]).toEqual([1, undefined]);
    watched.isThere = false;
    await watched.pass(60);
    expect(watched.outcome).toEqual({ status: "unreachable", by: "gone" });
  });

  it("whose machine went offline is asked earlier, unless it shows signs of life", async () => {
    const watched = new Watched();
    await watched.tell(thinks(true));
    await watched.tell({ type: "machine", isActive: false });
    for (let count = 0; count < 30; count += 1) await watched.tell(thinks(true), 2);
    expect(watched.probes).toBe(0);
    await watched.pass(16);
    expect(watched.probes).toBe(1);
    await watched.tell({ type: "machine", isActive: false }, 5);
    await watched.tell({ type: "machine", isActive: true }, 30);
    expect(watched.probes).toBe(1);
  });

  it("that the server takes for stopped is asked soon", async () => {
    const watched = new Watched({ isActive: false });
    watched.isThere = false;
    await watched.pass(16);
    expect(watched.outcome).toEqual({ status: "unreachable", by: "gone" });
  });

  it("is not asked while there is no connection, and lost with it", async () => {
    const watched = new Watched();
    await watched.tell(thinks(true));
    await watched.tell({ type: "connection", isUp: false }, 100);
    expect([watched.probes, watched.outcome]).toEqual([0, undefined]);
    await watched.tell({ type: "connection", isUp: true }, 59);
    expect(watched.probes).toBe(0);
    await watched.tell({ type: "failed", error: new SessionNotFound("any") });
    expect(watched.outcome).toEqual({ status: "disconnected", by: "gone" });
  });

  it("is given up when the time is up, whatever it does", async () => {
    const watched = new Watched({ timeoutMs: 10_000 });
    await watched.tell(thinks(true), 9);
    await watched.tell(words("still here"), 2);
    expect(watched.outcome).toEqual({ status: "timeout", by: "timeout" });
  });
});

describe("a turn that is over", () => {
  it("stays as it ended, and waits for nothing", async () => {
    const watched = new Watched();
    await watched.tell(words("hello"));
    await watched.tell(says({ type: "ready" }));
    const { outcome } = watched;
    await watched.tell({ type: "deleted" }, 3_600);
    expect(watched.outcome).toBe(outcome);
    expect(watched.probes).toBe(0);
  });
});
