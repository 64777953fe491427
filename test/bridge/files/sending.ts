import { FileError, type FileFault } from "../../../src/bridge/files/file-error.ts";
import type { FileRequest, Files } from "../../../src/bridge/ports.ts";
import { settled } from "../../telegram/fake-clock.ts";
import { type BridgeOptions, BridgeUnderTest, CHAT } from "../bridge-under-test.ts";

/** Files that are there at once, but for those a test holds back or lets fail. */
export class FakeFiles implements Files {
  readonly requests: FileRequest[] = [];
  /** Names whose next fetches fail, in turn. */
  readonly faults: Map<string, FileFault[]> = new Map();
  #gates: (() => void)[] | undefined;

  /** From now on nothing arrives before `letGo`. */
  hold(): void {
    this.#gates = [];
  }

  async letGo(): Promise<void> {
    for (const open of this.#gates ?? []) open();
    this.#gates = undefined;
    await settled();
  }

  async fetch(request: FileRequest, signal: AbortSignal): Promise<string> {
    this.requests.push(request);
    if (this.#gates !== undefined) await new Promise<void>((resolve) => this.#gates?.push(resolve));
    if (signal.aborted) throw new Error("aborted");
    const { file, cwd } = request;
    const fault = this.faults.get(file.name)?.shift();
    if (fault !== undefined) throw new FileError(fault, `scripted ${fault}`);
    return `${cwd}/incoming/${file.name}`;
  }
}

export interface Part {
  readonly message: number;
  readonly group?: string;
  readonly caption?: string;
  readonly text?: string;
  readonly replyTo?: number;
  readonly chat?: number;
  readonly from?: number;
  readonly update?: number;
  readonly edited?: boolean;
  readonly forwarded?: boolean;
  readonly date?: number;
  /** Instead of the document. */
  readonly media?: object;
}

/** The bridge with its inbox open, to which updates come as Telegram sends them. */
export class Mailroom {
  readonly bridge: BridgeUnderTest;
  readonly files: FakeFiles;

  static async open(options: BridgeOptions = {}): Promise<Mailroom> {
    const files = new FakeFiles();
    const room = new Mailroom(new BridgeUnderTest({ files, ...options }), files);
    await room.bridge.open();
    room.bridge.parts.inbox.open();
    return room;
  }

  private constructor(bridge: BridgeUnderTest, files: FakeFiles) {
    this.bridge = bridge;
    this.files = files;
  }

  /** The program dies, and another one starts on its journal. */
  async restarted(): Promise<Mailroom> {
    void this.bridge.parts.inbox.close();
    const files = new FakeFiles();
    const room = new Mailroom(await this.bridge.restarted({ files }), files);
    room.bridge.parts.inbox.open();
    await settled();
    return room;
  }

  /** A message with the document `<message id>.pdf`, or, with `text`, without one. */
  async send(...parts: readonly Part[]): Promise<void> {
    for (const part of parts) {
      const payload = JSON.stringify(this.#update(part));
      const { update = part.message, edited = false } = part;
      const updateId = edited ? update + 1000 : update;
      this.bridge.parts.inbox.receive({ updateId, payload, receivedAt: this.bridge.clock.now() });
    }
    await settled();
  }

  /** Nothing more comes. */
  async quiet(ms = 1_000): Promise<void> {
    await this.bridge.clock.advance(ms);
    await settled();
  }

  /** The engine's prompts so far, each with the names of its files. */
  given(): readonly (readonly [prompt: string, ...files: string[]])[] {
    return this.bridge.runner.requests.map(({ prompt, attachments }) => [
      prompt,
      ...attachments.map(({ path }) => path.split("/").at(-1) ?? ""),
    ]);
  }

  #update(part: Part): object {
    const { message, update = message, edited = false } = part;
    return edited
      ? { update_id: update + 1000, edited_message: this.#message(part) }
      : { update_id: update, message: this.#message(part) };
  }

  #message({
    message: message_id,
    group,
    caption,
    text,
    replyTo,
    chat = CHAT,
    from = CHAT,
    forwarded,
    date,
    media,
  }: Part): object {
    const document = { file_id: `id-${message_id}`, file_unique_id: `u-${message_id}`, file_name: `${message_id}.pdf` };
    const private_ = { id: chat, type: "private", first_name: "You" };
    return {
      message_id,
      date: date ?? Math.floor(this.bridge.clock.now() / 1000),
      chat: private_,
      from: { id: from, is_bot: false, first_name: "You" },
      ...(media ?? (text === undefined ? { document: { ...document, mime_type: "application/pdf" } } : { text })),
      ...(caption !== undefined && { caption }),
      ...(group !== undefined && { media_group_id: group }),
      ...(forwarded === true && { forward_origin: { type: "hidden_user", sender_user_name: "Z", date: 1 } }),
      ...(replyTo !== undefined && {
        reply_to_message: {
          message_id: replyTo,
          date: 1,
          chat: private_,
          from: { id: 7, is_bot: true, first_name: "Bot" },
        },
      }),
    };
  }
}
