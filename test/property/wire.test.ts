import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { connectJsonRpc } from "../../src/wire/json-rpc.ts";
import { type OutputLine, splitLines } from "../../src/wire/lines.ts";
import { readSse, type ServerSentEvent } from "../../src/wire/sse.ts";
import { anyJson, anyText, holdsAsync } from "./check.ts";

const cuts = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 20 });

/** The bytes in pieces of these sizes, over and over: characters are cut as well. */
async function* inPieces(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

async function all<Item>(items: AsyncIterable<Item>): Promise<readonly Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}

describe("lines of a program", () => {
  it("are the same wherever its output is cut into chunks", async () => {
    const line = fc.oneof(
      anyText,
      anyJson.map((value) => JSON.stringify(value)),
    );
    await holdsAsync(
      fc.asyncProperty(fc.array(line, { maxLength: 8 }), cuts, fc.boolean(), async (texts, sizes, isCrLf) => {
        const bytes = Buffer.from(texts.join(isCrLf ? "\r\n" : "\n"));
        const expected = bytes
          .toString()
          .split("\n")
          .map((text) => text.replace(/\r$/, ""))
          .filter((text) => /\S/.test(text));
        const found = await all(splitLines(inPieces(bytes, sizes)));
        expect(found.map((each) => (each.kind === "line" ? each.text : "oversize"))).toEqual(expected);
      }),
      300,
    );
  });

  it("beyond the limits stay as many lines, and one that is too long costs its neighbours nothing", async () => {
    const texts = fc.array(fc.string({ unit: fc.constantFrom(...Array.from('ab"{}[],:\\ ')), maxLength: 120 }), {
      maxLength: 6,
    });
    await holdsAsync(
      fc.asyncProperty(texts, cuts, async (lines, sizes) => {
        const bytes = Buffer.from(lines.join("\n"));
        const wanted = lines.filter((text) => /\S/.test(text));
        const found = await all(splitLines(inPieces(bytes, sizes), { softBytes: 32, hardBytes: 64 }));
        expect(found).toHaveLength(wanted.length);
        for (const [index, text] of wanted.entries()) {
          if (Buffer.byteLength(text) <= 32) expect(found[index]).toEqual({ kind: "line", text });
        }
      }),
      300,
    );
  });
});

describe("server-sent events", () => {
  it("arrive whole wherever the stream is cut", async () => {
    const data = anyText.map((text) => text.replace(/[\r\n]/g, " "));
    const event = fc.record({
      event: fc.constantFrom(undefined, "message", "done"),
      data: fc.array(data, { minLength: 1, maxLength: 3 }),
    });
    await holdsAsync(
      fc.asyncProperty(fc.array(event, { maxLength: 5 }), cuts, async (events, sizes) => {
        const written = events.map(
          ({ event: name, data: lines }) =>
            `: comment\n${name === undefined ? "" : `event: ${name}\n`}${lines.map((line) => `data: ${line}\n`).join("")}\n`,
        );
        const bytes = Buffer.from(written.join(""));
        const found = await all(readSse(inPieces(bytes, sizes)));
        const expected = events.map(({ event: name, data: lines }): ServerSentEvent => ({
          ...(name !== undefined && { event: name }),
          data: Buffer.from(lines.join("\n")).toString(),
        }));
        expect(found).toEqual(expected);
      }),
      300,
    );
  });

  it("are looked for in any bytes", async () => {
    await holdsAsync(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), cuts, async (bytes, sizes) => {
        for (const { data } of await all(readSse(inPieces(bytes, sizes)))) expect(data).toBeTypeOf("string");
      }),
      300,
    );
  });
});

describe("a JSON-RPC peer", () => {
  const id = fc.oneof(fc.integer(), fc.string(), fc.constantFrom(1, 2, "__proto__"), anyJson);
  const message = fc
    .record(
      {
        jsonrpc: fc.constant("2.0"),
        id,
        method: fc.oneof(fc.constantFrom("$/cancel_request", "do"), anyJson),
        params: anyJson,
        result: anyJson,
        error: fc.oneof(anyJson, fc.record({ code: anyJson, message: anyJson })),
      },
      { requiredKeys: [] },
    )
    .map((value) => JSON.stringify(value));

  it("takes any lines without failing, answers each request once, and still hears the answer it waits for", async () => {
    await holdsAsync(
      fc.asyncProperty(fc.array(fc.oneof(message, anyText), { maxLength: 12 }), async (texts) => {
        const written: string[] = [];
        // Whatever claims to answer our request, which has the id 1, would be taken for its answer.
        const noise = texts.filter((text) => !/"id":1\b/.test(text));
        const peer = connectJsonRpc(
          {
            lines: linesOf([...noise, '{"id":1,"result":"mine"}']),
            write: (line) => Promise.resolve(written.push(String(line)) > 0),
          },
          { onRequest: async (_method, params) => await Promise.resolve(params), onNotification: () => {} },
        );
        expect(await peer.request("mine")).toBe("mine");
        await peer.closed;
        await new Promise((resolve) => setImmediate(resolve));
        expect(written.length - 1).toBe(noise.filter(isRequest).length);
      }),
      300,
    );
  });
});

async function* linesOf(texts: readonly string[]): AsyncGenerator<OutputLine, void, undefined> {
  for (const text of texts) yield { kind: "line", text };
}

function isRequest(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || !("method" in value) || !("id" in value)) return false;
    return typeof value.method === "string" && (typeof value.id === "number" || typeof value.id === "string");
  } catch {
    return false;
  }
}
