import { describe, expect, it } from "vitest";
import {
  connectJsonRpc,
  JsonRpcClosedError,
  JsonRpcError,
  type JsonRpcHandlers,
  type JsonRpcOptions,
  type JsonRpcPeer,
} from "../../src/wire/json-rpc.ts";
import type { OutputLine } from "../../src/wire/lines.ts";
import { startSubprocess } from "../../src/wire/subprocess.ts";
import { requestFor } from "./programs.ts";

/** The program's end of a connection, by hand. */
class FakeProgram {
  readonly peer: JsonRpcPeer;
  readonly sent: string[] = [];
  readonly seen: string[] = [];
  takesInput = true;
  readonly #lines: OutputLine[] = [];
  #wake: () => void = () => {};
  #hasEnded = false;

  constructor(handlers: Partial<JsonRpcHandlers> = {}, options?: JsonRpcOptions) {
    const child = {
      lines: this.#read(),
      write: async (text: string): Promise<boolean> => this.takesInput && this.sent.push(text) > 0,
    };
    const noting: JsonRpcHandlers = {
      onRequest: async (method) => await Promise.reject(new JsonRpcError(-32601, `no method ${method}`)),
      onNotification: (method, params) => void this.seen.push(`${method} ${JSON.stringify(params)}`),
      onMalformed: (text) => void this.seen.push(`malformed ${text}`),
    };
    this.peer = connectJsonRpc(child, { ...noting, ...handlers }, options);
  }

  /** Prints lines; returns when they were taken. */
  async print(...messages: readonly unknown[]): Promise<void> {
    await this.printLines(...messages.map((message) => ({ kind: "line", text: JSON.stringify(message) }) as const));
  }

  async printLines(...lines: readonly OutputLine[]): Promise<void> {
    this.#lines.push(...lines);
    this.#wake();
    await new Promise((resolve) => setImmediate(resolve));
  }

  end(): Promise<void> {
    this.#hasEnded = true;
    this.#wake();
    return this.peer.closed;
  }

  async *#read(): AsyncGenerator<OutputLine, void, undefined> {
    for (;;) {
      yield* this.#lines.splice(0);
      if (this.#hasEnded) return;
      if (this.#lines.length === 0) await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}

describe("a request", () => {
  it("gets its own answer, whatever the order of the answers", async () => {
    const program = new FakeProgram();
    const answers = [program.peer.request("one", { a: 1 }), program.peer.request("two")];
    expect(program.sent).toEqual([
      '{"jsonrpc":"2.0","id":1,"method":"one","params":{"a":1}}\n',
      '{"jsonrpc":"2.0","id":2,"method":"two"}\n',
    ]);
    await program.print({ id: 2, result: "second" }, { jsonrpc: "2.0", id: 1, result: null });
    expect(await Promise.all(answers)).toEqual([null, "second"]);
  });

  it("fails with the peer's error", async () => {
    const program = new FakeProgram();
    const answer = program.peer.request("one");
    void program.print({ id: 1, error: { code: -32600, message: "no such thread", data: { id: "t" } } });
    await expect(answer).rejects.toEqual(new JsonRpcError(-32600, "no such thread", { id: "t" }));
    const silent = program.peer.request("two");
    void program.print({ id: 2, error: {} });
    await expect(silent).rejects.toMatchObject({ code: -32603, message: "an error without a message" });
  });

  it("is answered after the notifications that came before the answer", async () => {
    const program = new FakeProgram();
    const answered = program.peer.request("one").then(() => program.seen.push("answered"));
    await program.print({ method: "a" }, { method: "b", params: [1] }, { id: 1, result: {} });
    await answered;
    expect(program.seen).toEqual(["a undefined", "b [1]", "answered"]);
  });

  it("fails when the peer ends, or no longer takes input", async () => {
    const program = new FakeProgram();
    const ended = program.peer.request("initialize");
    void program.end();
    await expect(ended).rejects.toThrow(JsonRpcClosedError);
    await expect(ended).rejects.toThrow(/before it answered initialize/u);
    await expect(program.peer.request("late")).rejects.toThrow(JsonRpcClosedError);
    const deaf = new FakeProgram();
    deaf.takesInput = false;
    await expect(deaf.peer.request("one")).rejects.toThrow(JsonRpcClosedError);
  });
});

describe("a message of ours", () => {
  it("has no version for peers that know none, and no raw U+2028", () => {
    const program = new FakeProgram({}, { version: false });
    program.peer.notify("say", { text: "a\u2028b\u2029c\nd" });
    expect(program.sent).toEqual(['{"method":"say","params":{"text":"a\\u2028b\\u2029c\\nd"}}\n']);
  });
});

describe("a request of the peer", () => {
  const answerTo = async (id: unknown, onRequest: JsonRpcHandlers["onRequest"]): Promise<unknown> => {
    const program = new FakeProgram({ onRequest });
    await program.print({ id, method: "ask", params: { n: 1 } });
    return JSON.parse(program.sent[0] ?? "null");
  };

  it.each([0, "id-7"])("with the id %j is answered under it", async (id) => {
    const answer = await answerTo(id, async (method, params) => ({ method, params }));
    expect(answer).toEqual({ jsonrpc: "2.0", id, result: { method: "ask", params: { n: 1 } } });
  });

  it("gets null for nothing, the error that was thrown, and no word of what broke here", async () => {
    expect(await answerTo(1, async () => undefined)).toMatchObject({ result: null });
    const refused = await answerTo(1, async () => await Promise.reject(new JsonRpcError(-32602, "bad", [1])));
    expect(refused).toMatchObject({ error: { code: -32602, message: "bad", data: [1] } });
    const broken = await answerTo(1, async () => await Promise.reject(new Error("/home/me")));
    expect(broken).toEqual({ jsonrpc: "2.0", id: 1, error: { code: -32603, message: "internal error" } });
  });

  it("is known to be answered once the program has taken the answer", async () => {
    const taken: unknown[] = [];
    const answering = {
      onRequest: async (method: string) => (method === "ask" ? "yes" : await Promise.reject(new Error("broken"))),
      onAnswered: (...answered: readonly unknown[]) => void taken.push(answered),
    };
    const program = new FakeProgram(answering);
    await program.print({ id: 0, method: "ask", params: { n: 1 } }, { id: 1, method: "fail" });
    expect(taken).toEqual([["ask", { n: 1 }]]);
    const deaf = new FakeProgram(answering);
    deaf.takesInput = false;
    await deaf.print({ id: 0, method: "ask", params: { n: 2 } });
    expect(taken).toHaveLength(1);
  });

  it("may stay open while others are answered", async () => {
    const program = new FakeProgram({
      onRequest: async (method) => (method === "never" ? await new Promise(() => {}) : "done"),
    });
    await program.print({ id: 0, method: "never" }, { id: 1, method: "quick" });
    expect(program.sent).toEqual(['{"jsonrpc":"2.0","id":1,"result":"done"}\n']);
  });

  it("count as answered when they are written, or when a peer that confirms answers has said so", async () => {
    const answered: string[] = [];
    const handlers = {
      onRequest: async () => await Promise.resolve({}),
      onAnswered: (method: string, params: unknown) => void answered.push(`${method} ${JSON.stringify(params)}`),
    };
    await new FakeProgram(handlers).print({ id: 0, method: "ask", params: { n: 0 } });
    expect(answered).toEqual(['ask {"n":0}']);
    const confirming = new FakeProgram(handlers, { cancelMethod: "resolved", confirmsAnswers: true });
    await confirming.print({ id: 1, method: "ask", params: { n: 1 } });
    expect(answered).toHaveLength(1);
    const resolved = { method: "resolved", params: { requestId: 1 } };
    await confirming.print(resolved, resolved);
    expect(answered).toEqual(['ask {"n":0}', 'ask {"n":1}']);
  });

  it("that were taken back do not count as answered", async () => {
    const answered: string[] = [];
    const onRequest = (_: string, __: unknown, signal: AbortSignal): Promise<unknown> =>
      new Promise((resolve) => signal.addEventListener("abort", () => resolve({}), { once: true }));
    const onAnswered = (method: string): void => void answered.push(method);
    const options = { cancelMethod: "resolved", confirmsAnswers: true };
    const program = new FakeProgram({ onRequest, onAnswered }, options);
    await program.print({ id: 1, method: "ask" });
    await program.print({ method: "resolved", params: { requestId: 1 } });
    await program.print({ method: "resolved", params: { requestId: 1 } });
    expect(program.sent).toHaveLength(1);
    expect(answered).toEqual([]);
  });

  it.each([[undefined, "$/cancel_request"] as const, ["serverRequest/resolved", "serverRequest/resolved"] as const])(
    "is taken back by the peer (%s), alone",
    async (cancelMethod, notification) => {
      const signals: AbortSignal[] = [];
      const onRequest: JsonRpcHandlers["onRequest"] = async (_method, _params, signal) => {
        signals.push(signal);
        return await new Promise(() => {});
      };
      const program = new FakeProgram({ onRequest }, cancelMethod === undefined ? {} : { cancelMethod });
      await program.print({ id: 0, method: "ask" }, { id: "b", method: "ask" });
      await program.print({ method: notification, params: { requestId: 0 } }, { method: notification });
      expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
      await program.end();
      expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
    },
  );
});

describe("lines that are no message", () => {
  it("are reported and harm no other", async () => {
    const program = new FakeProgram();
    const texts = ["no JSON", "[]", "null", "7", "{}", '{"id":1}', '{"id":null,"result":1}'];
    await program.printLines(...texts.map((text) => ({ kind: "line", text }) as const));
    await program.printLines({ kind: "oversize", bytes: 1e9, head: '{"method":"big' });
    await program.print({ method: "after", params: {} });
    expect(program.seen).toEqual([...texts, '{"method":"big'].map((text) => `malformed ${text}`).concat("after {}"));
  });

  it("answers to nothing that was asked are passed over", async () => {
    const program = new FakeProgram();
    const answer = program.peer.request("one");
    await program.print(
      { id: 9, result: 1 },
      { id: "1", result: 2 },
      { id: 9, error: { code: 1 } },
      { id: 1, result: 3 },
    );
    expect(await answer).toBe(3);
    expect(program.seen).toEqual([]);
  });
});

it("talks to a real process until that closes its output", async () => {
  const seen: unknown[] = [];
  const handlers: JsonRpcHandlers = {
    onRequest: async (method) => `answer to ${method}`,
    onNotification: (method, params) => void seen.push({ method, params }),
  };
  const child = await startSubprocess({ ...requestFor("none"), command: "cat", args: [] });
  try {
    const peer = connectJsonRpc(child, handlers);
    // The program sends back what it gets: our request, then our answer to it.
    expect(await peer.request("ask")).toBe("answer to ask");
    peer.notify("note", { text: "a\u2028b" });
    child.endInput();
    await peer.closed;
    expect(seen).toEqual([{ method: "note", params: { text: "a\u2028b" } }]);
  } finally {
    await child.stop({ termGraceMs: 0 });
  }
});
