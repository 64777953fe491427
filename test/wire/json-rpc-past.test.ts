import { afterEach, describe, expect, it, vi } from "vitest";
import {
  connectJsonRpc,
  JsonRpcError,
  type JsonRpcHandlers,
  type JsonRpcPeer,
  JsonRpcTooLateError,
} from "../../src/wire/json-rpc.ts";
import { JsonRpcPast } from "../../src/wire/json-rpc-past.ts";
import type { OutputLine } from "../../src/wire/lines.ts";

/** A message that was told after so many lines. */
type Told = readonly [after: number, message: unknown];

/** The program's end of a connection that is taken up. */
class TakenUp {
  readonly past: JsonRpcPast;
  readonly peer: JsonRpcPeer;
  readonly sent: unknown[] = [];
  readonly seen: string[] = [];
  readonly #new: OutputLine[] = [];
  #wake: () => void = () => {};
  #onCaughtUp: () => void = () => {};

  constructor(told: readonly Told[], printed: readonly unknown[], handlers: Partial<JsonRpcHandlers> = {}) {
    const caughtUp = new Promise<void>((resolve) => (this.#onCaughtUp = resolve));
    this.past = new JsonRpcPast({
      told: told.map(([, message]) => JSON.stringify(message)),
      toldAfter: told.map(([after]) => after),
      caughtUp,
      isTakenUp: true,
    });
    const child = {
      lines: this.#read(printed),
      write: async (text: string, linesRead?: number): Promise<boolean> =>
        this.sent.push([linesRead, JSON.parse(text)]) > 0,
    };
    const noting: JsonRpcHandlers = {
      onRequest: async (method) => (this.seen.push(`asked ${method}`), await Promise.resolve({})),
      onRecalled: (method, _, result) => void this.seen.push(`recalled ${method} ${JSON.stringify(result)}`),
      onNotification: (method) => void this.seen.push(method),
    };
    this.peer = connectJsonRpc(child, { ...noting, ...handlers }, { version: false, past: this.past });
  }

  async print(message: unknown): Promise<void> {
    this.#new.push({ kind: "line", text: JSON.stringify(message) });
    this.#wake();
    await turn();
  }

  async *#read(printed: readonly unknown[]): AsyncGenerator<OutputLine, void, undefined> {
    for (const message of printed) yield { kind: "line", text: JSON.stringify(message) };
    this.#onCaughtUp();
    for (;;) {
      yield* this.#new.splice(0);
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

afterEach(() => {
  vi.useRealTimers();
});

describe("what was told before", () => {
  it("is not told again, and is answered from what is read again or comes later", async () => {
    const told: Told[] = [
      [0, { id: 1, method: "open" }],
      [1, { method: "opened" }],
      [1, { id: 2, method: "prompt" }],
    ];
    const program = new TakenUp(told, [{ id: 1, result: "ses-1" }]);
    expect(await program.peer.request("open", { other: "params" })).toBe("ses-1");
    program.peer.notify("opened");
    const answer = program.peer.request("prompt");
    await program.print({ id: 2, result: "done" });
    expect(await answer).toBe("done");
    expect(program.sent).toEqual([]);
  });

  it("comes before what is new, which gets the next ids", async () => {
    const program = new TakenUp([[0, { id: 7, method: "open" }]], [{ id: 7, result: {} }]);
    const opened = program.peer.request("open");
    void program.peer.request("prompt");
    program.peer.notify("note");
    expect(program.sent).toEqual([]);
    await opened;
    await turn();
    expect(program.sent).toEqual([
      [1, { id: 8, method: "prompt" }],
      [1, { method: "note" }],
    ]);
    void program.peer.request("open");
    expect(program.sent.at(-1)).toEqual([1, { id: 9, method: "open" }]);
  });

  it("is found by its name, however often and late it is made again", async () => {
    const told: Told[] = [[0, { id: "follow-up 1", method: "steer" }]];
    const program = new TakenUp(told, [{ id: "follow-up 1", error: { code: -1, message: "too late" } }]);
    await program.past.over;
    expect(program.peer.recall("follow-up 2")).toBeUndefined();
    await expect(program.peer.recall("follow-up 1")).rejects.toThrow(JsonRpcError);
    await expect(program.peer.request("steer", {}, "follow-up 1")).rejects.toThrow(JsonRpcError);
    expect(program.past.next("steer")).toBeUndefined();
    void program.peer.request("steer", {}, "follow-up 2");
    expect(program.sent).toEqual([[1, { id: "follow-up 2", method: "steer", params: {} }]]);
  });

  it("has an order, and what it lacks can't be asked any more", async () => {
    const told: Told[] = [
      [0, { id: 1, method: "open" }],
      [0, { id: 2, method: "set" }],
      [0, { id: 3, method: "prompt" }],
    ];
    const program = new TakenUp(told, []);
    void program.peer.request("open");
    await expect(program.peer.request("read")).rejects.toThrow(JsonRpcTooLateError);
    void program.peer.request("prompt");
    await program.past.over;
    // This one was passed over in the past: it is new.
    void program.peer.request("set");
    expect(program.sent).toEqual([[0, { id: 4, method: "set" }]]);
  });

  it("tells what comes next of a method, with the name it had", () => {
    const told: Told[] = [
      [0, { id: 1, method: "turn" }],
      [0, { id: "follow-up 1", method: "turn" }],
    ];
    const program = new TakenUp(told, []);
    expect(program.past.next("turn")).toEqual({});
    void program.peer.request("turn");
    expect(program.past.next("turn")).toEqual({ name: "follow-up 1" });
    void program.peer.request("turn", {}, "follow-up 1");
    expect(program.past.next("turn")).toBeUndefined();
  });
});

describe("what is read again", () => {
  const told: Told[] = [
    [0, { id: 1, method: "open" }],
    [2, { id: 2, method: "prompt" }],
  ];
  const printed = [{ id: 1, result: {} }, { method: "history" }, { method: "words" }, { id: 2, result: {} }];

  it("comes no faster than what was told between its lines", async () => {
    const program = new TakenUp(told, printed);
    await turn();
    expect(program.seen).toEqual([]);
    await program.peer.request("open");
    await turn();
    expect(program.seen).toEqual(["history"]);
    await program.peer.request("prompt");
    expect(program.seen).toEqual(["history", "words"]);
  });

  it("can be waited for", async () => {
    const program = new TakenUp(told, printed);
    void program.peer.request("open");
    await program.past.reached();
    expect(program.seen).toEqual(["history"]);
    void program.peer.request("prompt");
    await program.past.reached();
    expect(program.seen).toEqual(["history", "words"]);
    expect(program.past.isOver).toBe(true);
  });

  it("is read to its end when nobody goes through it, or when what was told does not come", async () => {
    const skipped = new TakenUp(told, printed);
    skipped.past.skip();
    await skipped.past.over;
    expect(skipped.seen).toEqual(["history", "words"]);
    vi.useFakeTimers();
    const stalled = new TakenUp(told, printed);
    void stalled.peer.request("open");
    await vi.advanceTimersByTimeAsync(5_000);
    await stalled.past.over;
    // Late, but still the one that was told.
    void stalled.peer.request("prompt");
    expect(stalled.sent).toEqual([]);
  });
});

describe("a request of the peer", () => {
  it("that was answered is not answered again, and counts as known", async () => {
    const told: Told[] = [
      [1, { id: 0, result: {} }],
      [2, { id: 1, error: { code: -32601, message: "no" } }],
    ];
    const printed = [0, 1, 0].map((id) => ({ id, method: `ask ${id}` }));
    const program = new TakenUp(told, printed);
    await turn();
    expect(program.seen).toEqual(["recalled ask 0 {}", "recalled ask 1 undefined", "asked ask 0"]);
    expect(program.sent).toEqual([[3, { id: 0, result: {} }]]);
  });

  it("that is open is answered when the past is over", async () => {
    const answered: string[] = [];
    const program = new TakenUp([], [{ id: 0, method: "ask" }, { method: "more" }], {
      onAnswered: (method) => void answered.push(method),
    });
    await program.past.over;
    await turn();
    expect(program.seen).toEqual(["asked ask", "more"]);
    expect(program.sent).toEqual([[2, { id: 0, result: {} }]]);
    expect(answered).toEqual(["ask"]);
  });

  it("may be taken back by a later line", async () => {
    const signals: AbortSignal[] = [];
    const onRequest: JsonRpcHandlers["onRequest"] = async (_method, _params, signal) => {
      signals.push(signal);
      return await new Promise(() => {});
    };
    const lines = [
      { id: 0, method: "ask" },
      { method: "$/cancel_request", params: { requestId: 0 } },
    ];
    const program = new TakenUp([], lines, { onRequest });
    await program.past.over;
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect(program.sent).toEqual([]);
  });
});
