import { newName, noticePayload, readyPayload, type Dialect, type FakeCall } from "./dialect.ts";
import type { FakePrompt, FakeSession } from "./fake-session.ts";

/** What a client answered to a request. */
export interface AskedAnswer {
  readonly id: string;
  readonly approved: boolean;
  readonly [key: string]: unknown;
}

/** One prompt that is being answered, for scripts to play. */
export class FakeTurn {
  readonly session: FakeSession;
  readonly text: string;
  readonly meta: FakePrompt["meta"];
  readonly #aborter = new AbortController();
  #name: string = newName();

  constructor(session: FakeSession, { text, meta }: FakePrompt) {
    this.session = session;
    this.text = text;
    this.meta = meta;
  }

  get #dialect(): Dialect {
    return this.session.options.dialect;
  }

  get isAborted(): boolean {
    return this.#aborter.signal.aborted;
  }

  abort(): void {
    this.#aborter.abort();
  }

  /** Resolves when the client aborts. */
  async aborted(): Promise<void> {
    if (!this.isAborted) await new Promise((resolve) => this.#aborter.signal.addEventListener("abort", resolve));
  }

  think(isThinking: boolean): void {
    this.session.alive(isThinking);
  }

  async start(): Promise<void> {
    this.#name = newName();
    await this.session.say(this.#dialect.turnStart(this.#name));
  }

  async words(text: string, { isThought = false }: { readonly isThought?: boolean } = {}): Promise<void> {
    await this.session.say(this.#dialect.text(this.#name, text, { isThought }));
  }

  async service(text: string): Promise<void> {
    await this.session.say(this.#dialect.service(this.#name, text));
  }

  async notice(text: string): Promise<void> {
    await this.session.say(noticePayload(text));
  }

  async toolStart(name: string, args: FakeCall["args"], id: string = `toolu_${newName()}`): Promise<FakeCall> {
    const call: FakeCall = { id, name, args, output: "ok" };
    await this.session.say(this.#dialect.toolStart(this.#name, call));
    return call;
  }

  async toolEnd(call: FakeCall): Promise<void> {
    await this.session.say(this.#dialect.toolEnd(this.#name, call));
  }

  async tool(name: string, args: FakeCall["args"]): Promise<void> {
    await this.toolEnd(await this.toolStart(name, args));
  }

  async end(status = "completed"): Promise<void> {
    await this.session.say(this.#dialect.turnEnd(this.#name, status));
  }

  /** The last word of older programs. */
  async ready(): Promise<void> {
    await this.session.say(readyPayload());
  }

  /** The usual end: idle, and said so. */
  async finish(status = "completed"): Promise<void> {
    this.think(false);
    if (this.#dialect.turnEnd(this.#name, status) === undefined) return await this.ready();
    await this.end(status);
    this.session.notify("done");
  }
}
