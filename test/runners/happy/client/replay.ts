import { setImmediate } from "node:timers/promises";
import { z } from "zod";
import { RecordOpener } from "../../../../runners/happy/client/crypto/record-cipher.ts";
import type { Http, HttpCall } from "../../../../runners/happy/client/http.ts";
import { LiveSession, type Turn } from "../../../../runners/happy/client/live-session.ts";
import { defaultPatience } from "../../../../runners/happy/client/patience.ts";
import { openSessionRecord, type OpenedSession } from "../../../../runners/happy/client/records.ts";
import type { SessionEvent } from "../../../../runners/happy/client/session-event.ts";
import type { HappySocket, SocketListener } from "../../../../runners/happy/client/socket.ts";
import { decodeUpdate } from "../../../../runners/happy/client/updates.ts";
import { isFields } from "../../../../src/runner/fields.ts";
import { FakeClock } from "../fake-clock.ts";
import { bodyOf, readRecording, type RecordedLine } from "./recording.ts";
import { bytes, vectors } from "./vectors.ts";

/** One prompt of a recording, and what was told until the next one. */
export interface RecordedPrompt {
  readonly text: string;
  /** What the server called it. */
  readonly seq: number;
  readonly at: number;
  readonly lines: readonly RecordedLine[];
}

const promptSchema = z.object({ role: z.literal("user"), content: z.object({ text: z.string() }) });
const sentSchema = z.object({ messages: z.array(z.looseObject({ seq: z.number() })).min(1) });
const postSchema = z.object({ messages: z.array(z.object({ localId: z.string() })).length(1) });

export function promptsOf(lines: readonly RecordedLine[]): readonly RecordedPrompt[] {
  const starts = lines.flatMap((line, index) => (isPrompt(line) ? [index] : []));
  return starts.map((start, number) => {
    const rest = lines.slice(start, starts[number + 1]);
    const post = rest.find(({ http }) => http?.startsWith("POST /v3") === true);
    return {
      text: promptSchema.parse(rest[0]?.plain).content.text,
      seq: sentSchema.parse(post?.response).messages[0]?.seq ?? 0,
      at: rest[0]?.t ?? 0,
      lines: rest,
    };
  });
}

function isPrompt({ dir, plain }: RecordedLine): boolean {
  return dir === "out" && promptSchema.safeParse(plain).success;
}

/**
 * A recorded session behind a real `LiveSession`: the socket tells what was recorded, at its time, and the server has the messages that
 * were told. Calls of its program are acknowledged and change nothing.
 */
export class ReplayedSession {
  readonly clock: FakeClock = new FakeClock();
  readonly prompts: readonly RecordedPrompt[];
  readonly opened: OpenedSession;
  /** Methods that were called. */
  readonly calls: string[] = [];
  readonly #lines: readonly RecordedLine[];
  readonly #messages: unknown[] = [];
  #listener: SocketListener = {};
  #played = 0;
  #sending: RecordedPrompt | undefined;

  constructor(name: string) {
    this.#lines = readRecording(name);
    this.prompts = promptsOf(this.#lines);
    const opener = new RecordOpener(bytes(vectors.fixtureAccounts[name.split("/")[0] ?? ""] ?? ""));
    const made = this.#lines
      .map((line) => decodeUpdate(bodyOf(line)))
      .find((update) => update?.type === "session_made");
    if (made === undefined) throw new Error(`no session was made in ${name}`);
    this.opened = openSessionRecord(opener, made.record);
  }

  open(onEvent: (event: SessionEvent) => void): LiveSession {
    return new LiveSession({
      http: this.#http(),
      held: { socket: this.#socket(), release: () => {} },
      listen: (listener) => {
        this.#listener = listener;
        return () => (this.#listener = {});
      },
      opened: this.opened,
      refetch: () => Promise.reject(new Error("never disconnected")),
      clock: this.clock,
      patience: defaultPatience,
      onEvent,
    });
  }

  /** The prompt that the next one sent stands for: what was told before it is told, and time is what it was. */
  async reach(prompt: RecordedPrompt): Promise<void> {
    const [first] = prompt.lines;
    const isThere = first !== undefined && this.#lines.indexOf(first) < this.#played;
    if (!isThere) await this.#playUntil((line) => line === first);
    await this.clock.stepTo(prompt.at);
    this.#sending = prompt;
  }

  /** Tells what was recorded until the next prompt, or, after the last, until silence has said all it can. */
  async playOn(prompt: RecordedPrompt): Promise<void> {
    const last = prompt.lines.at(-1);
    await this.#playUntil((line) => line === last);
    const isLast = this.prompts.at(-1) === prompt;
    // Whoever recorded it was quicker with the next prompt than a client is that waits for silence.
    const patienceMs = isLast ? 600_000 : defaultPatience.turnEndMs;
    await this.clock.stepTo(this.clock.now() + patienceMs);
  }

  async #playUntil(isReached: (line: RecordedLine) => boolean): Promise<void> {
    for (let line = this.#lines[this.#played]; line !== undefined; line = this.#lines[this.#played]) {
      this.#played += 1;
      await this.clock.stepTo(line.t);
      this.#tell(line);
      await setImmediate();
      if (isReached(line)) return;
    }
  }

  #tell(line: RecordedLine): void {
    if (line.event === "update") {
      const body = bodyOf(line);
      if (body["t"] === "new-message") this.#messages.push(body["message"]);
      this.#listener.update?.(body);
    }
    if (line.event === "ephemeral") this.#listener.ephemeral?.(line.wire);
  }

  #http(): Http {
    return { call: (call) => Promise.resolve(call.method === "POST" ? this.#sent(call) : this.#page(call)) };
  }

  #sent({ body }: HttpCall): unknown {
    const localId = postSchema.parse(body).messages[0]?.localId;
    return { messages: [{ seq: this.#sending?.seq, localId }] };
  }

  #page({ path }: HttpCall): unknown {
    const after = Number(/after_seq=(\d+)/u.exec(path)?.[1]);
    const messages = this.#messages.filter((message) => isFields(message) && Number(message["seq"]) > after);
    return { messages, hasMore: false };
  }

  #socket(): HappySocket {
    return {
      isConnected: true,
      listen: () => () => {},
      request: (_, payload) => {
        this.calls.push(isFields(payload) ? (String(payload["method"]).split(":")[1] ?? "") : "");
        return Promise.resolve({ ok: true, result: this.opened.cipher.encrypt(null) });
      },
      send: () => {},
      close: () => {},
    };
  }
}

/** Sends a recorded prompt and plays what followed. */
export async function replayTurn(
  session: ReplayedSession,
  live: LiveSession,
  prompt: RecordedPrompt,
): Promise<Turn["outcome"]> {
  await session.reach(prompt);
  const turn = await live.prompt(prompt.text);
  const playing = session.playOn(prompt);
  return await Promise.race([turn.outcome, playing.then(() => "open" as const)]).then(async (outcome) => {
    await playing;
    return outcome === "open" ? { status: "unheard", by: "timeout", notice: "nothing until the next prompt" } : outcome;
  });
}
