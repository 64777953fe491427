import { createServer } from "node:http";
import { describe, expect, it } from "vitest";
import { readSse, type ServerSentEvent, type SseLimits } from "../../src/wire/sse.ts";

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array, void, undefined> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

async function read(
  text: string,
  { size = text.length * 4, ...limits }: Partial<SseLimits> & { readonly size?: number } = {},
): Promise<readonly ServerSentEvent[]> {
  const events: ServerSentEvent[] = [];
  for await (const event of readSse(inPieces(Buffer.from(text), Math.max(1, size)), limits)) events.push(event);
  return events;
}

describe("server-sent events", () => {
  it.each([1, 2, 3, 7, 1000])("are the same in pieces of %i bytes", async (size) => {
    const text = 'data: {"a":"é\u2028😀"}\r\n\r\nevent: note\nid: 7\ndata:one\ndata: two\n\ndata: last\n\n';
    expect(await read(text, { size })).toEqual([
      { data: '{"a":"é\u2028😀"}' },
      { event: "note", id: "7", data: "one\ntwo" },
      { data: "last" },
    ]);
  });

  it("pass over comments, unknown fields, and blocks without data", async () => {
    expect(await read(": ping\n\nretry: 5\nfoo: bar\nevent: empty\n\n\n\ndata: x\nnonsense\n\n")).toEqual([
      { data: "x" },
    ]);
  });

  it("may have empty data, keep all but one leading space, and begin with a byte order mark", async () => {
    expect(await read("\uFEFFdata\n\ndata:\n\ndata:  x:y\n\n")).toEqual([{ data: "" }, { data: "" }, { data: " x:y" }]);
  });

  it("don't take the name of the one before", async () => {
    expect(await read("event: a\nid: 1\ndata: 1\n\ndata: 2\n\n")).toEqual([
      { event: "a", id: "1", data: "1" },
      { data: "2" },
    ]);
  });

  it("are not made of what the stream broke off in", async () => {
    expect(await read("data: whole\n\ndata: broken")).toEqual([{ data: "whole" }]);
    expect(await read("data: whole\n\ndata: broken\n")).toEqual([{ data: "whole" }]);
  });

  it("longer than the soft limit stay JSON, with their long strings cut", async () => {
    const long = JSON.stringify({ type: "t", output: "x".repeat(1_000_000), after: 1 });
    const [event] = await read(`event: tool\ndata: ${long}\n\n`, {
      softBytes: 100_000,
      hardBytes: 200_000,
      size: 65_536,
    });
    const parsed: unknown = JSON.parse(event?.data ?? "");
    expect(parsed).toMatchObject({ type: "t", output: expect.stringContaining(" cut]…"), after: 1 });
    expect(event?.data.length).toBeLessThan(200_000);
  });

  it("too long for the hard limit are said to be, and the next one is whole", async () => {
    const many = `data: ${JSON.stringify(Array.from({ length: 50_000 }, (_, index) => index))}`;
    const text = `event: big\n${many}\n\ndata: next\n\n`;
    expect(await read(text, { softBytes: 1_000, hardBytes: 10_000, size: 4_096 })).toEqual([
      { event: "big", data: "", oversize: many.length + "event: big".length },
      { data: "next" },
    ]);
  });

  it("of many lines are held to the hard limit, too", async () => {
    const [event, next] = await read(`${"data: 0123456789\n".repeat(100)}\ndata: next\n\n`, { hardBytes: 500 });
    expect(event).toEqual({ data: "", oversize: 1_600 });
    expect(next).toEqual({ data: "next" });
  });

  it("come from the body of a fetched response as they are sent", async () => {
    const server = createServer((_, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write("data: first\n\n");
      server.once("more", () => response.end("data: second\n\n"));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("not listening on a port");
    const { body } = await fetch(`http://127.0.0.1:${address.port}/`);
    const seen: string[] = [];
    for await (const { data } of readSse(body ?? inPieces(new Uint8Array(), 1))) {
      seen.push(data);
      server.emit("more");
    }
    expect(seen).toEqual(["first", "second"]);
    await new Promise((resolve) => server.close(resolve));
  });
});
