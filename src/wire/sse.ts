import { createSqueezer, type Squeezer } from "./squeeze.ts";

/** One event of a `text/event-stream`. */
export interface ServerSentEvent {
  /** The event's type, when the server named it. */
  readonly event?: string;
  /** Only when the server gave one with this very event. */
  readonly id?: string;
  /** The `data` lines, joined by `\n`. Empty when the event is `oversize`. */
  readonly data: string;
  /** Bytes of an event that was too long to be kept, even with its long strings cut. */
  readonly oversize?: number;
}

/** How long a line may be, in bytes. */
export interface SseLimits {
  /** A line up to this length is kept whole. Default 4 MiB. */
  readonly softBytes: number;
  /** A longer line is taken for JSON and has the middle of its long strings cut, as `splitLines` does. Default 8 MiB for a whole event. */
  readonly hardBytes: number;
}

const defaultLimits: SseLimits = { softBytes: 4 << 20, hardBytes: 8 << 20 };
const newline = 0x0a;
const carriageReturn = 0x0d;

/**
 * Reads server-sent events from the body of a response. Lines end with LF or CRLF (nobody sends the lone CR the standard allows);
 * comments, `retry` and unknown fields are passed over; an event without data, and one the stream ends in the middle of, is none.
 *
 * @example
 * const response = await fetch(url);
 * for await (const { data } of readSse(response.body ?? [])) handle(JSON.parse(data));
 */
export async function* readSse(
  body: AsyncIterable<Uint8Array>,
  limits: Partial<SseLimits> = {},
): AsyncGenerator<ServerSentEvent, void, undefined> {
  const allLimits = { ...defaultLimits, ...limits };
  const line = createPendingLine(allLimits);
  const event = createPendingEvent(allLimits.hardBytes);
  for await (const chunk of body) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let start = 0;
    for (let end = bytes.indexOf(newline); end !== -1; end = bytes.indexOf(newline, start)) {
      const finished = event.take(line.finish(bytes.subarray(start, end)));
      if (finished !== undefined) yield finished;
      start = end + 1;
    }
    if (start < bytes.length) line.append(bytes.subarray(start));
  }
}

/** `text` is absent when the line was too long; `bytes` is its length as it came. */
interface Line {
  readonly text?: string;
  readonly bytes: number;
}

interface PendingLine {
  append(bytes: Buffer): void;
  /** The line that ends with these bytes, and a fresh start. */
  finish(bytes: Buffer): Line;
}

function createPendingLine({ softBytes, hardBytes }: SseLimits): PendingLine {
  let pieces: Buffer[] = [];
  let length = 0;
  let squeezer: Squeezer | undefined;

  function append(bytes: Buffer): void {
    length += bytes.length;
    if (squeezer === undefined && length > softBytes) {
      squeezer = createSqueezer(hardBytes);
      for (const piece of pieces) squeezer.append(piece);
      pieces = [];
    }
    if (squeezer === undefined) pieces.push(Buffer.from(bytes));
    else squeezer.append(bytes);
  }

  function finish(bytes: Buffer): Line {
    if (length === 0 && bytes.length <= softBytes) return { text: decode(bytes), bytes: bytes.length };
    append(bytes);
    const line = { ...text(), bytes: length };
    pieces = [];
    length = 0;
    squeezer = undefined;
    return line;
  }

  function text(): Pick<Line, "text"> {
    if (squeezer === undefined) return { text: decode(Buffer.concat(pieces, length)) };
    const squeezed = squeezer.finish();
    return squeezed.fits ? { text: decode(squeezed.bytes) } : {};
  }

  return { append, finish };
}

function decode(bytes: Buffer): string {
  const end = bytes.at(-1) === carriageReturn ? bytes.length - 1 : bytes.length;
  return bytes.toString("utf8", 0, end);
}

interface PendingEvent {
  /** The event that ends with this line, which is then an empty one. */
  take(line: Line): ServerSentEvent | undefined;
}

function createPendingEvent(hardBytes: number): PendingEvent {
  let names: { event?: string; id?: string } = {};
  let data: string[] = [];
  let bytes = 0;
  let keptChars = 0;
  let isOversize = false;
  let isFirst = true;

  function take(line: Line): ServerSentEvent | undefined {
    const text = isFirst ? line.text?.replace(/^\uFEFF/u, "") : line.text;
    isFirst = false;
    if (text === "") return dispatch();
    bytes += line.bytes;
    keptChars += text?.length ?? 0;
    if (text === undefined || keptChars > hardBytes) isOversize = true;
    else if (!isOversize) read(text);
    return undefined;
  }

  function read(text: string): void {
    const colon = text.indexOf(":");
    const field = colon === -1 ? text : text.slice(0, colon);
    const value = colon === -1 ? "" : text.slice(text[colon + 1] === " " ? colon + 2 : colon + 1);
    if (field === "data") data.push(value);
    else if (field === "event") names = { ...names, event: value };
    else if (field === "id" && !value.includes("\0")) names = { ...names, id: value };
  }

  function dispatch(): ServerSentEvent | undefined {
    const event = isOversize ? { ...names, data: "", oversize: bytes } : { ...names, data: data.join("\n") };
    const isEvent = isOversize || data.length > 0;
    names = {};
    data = [];
    bytes = 0;
    keptChars = 0;
    isOversize = false;
    return isEvent ? event : undefined;
  }

  return { take };
}
