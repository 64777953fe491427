import { randomUUID } from "node:crypto";
import { io, type Socket } from "socket.io-client";
import { z } from "zod";
import type { Cipher } from "../../../../runners/happy/client/crypto/cipher.ts";
import type { Dialect } from "./dialect.ts";
import { Changes } from "./changes.ts";
import { FakeTurn, type AskedAnswer } from "./fake-turn.ts";
import type { FakeHappyServer } from "./fake-happy-server.ts";

export type Script = (turn: FakeTurn) => Promise<void>;

export interface FakeSessionOptions {
  readonly server: FakeHappyServer;
  readonly token: string;
  readonly id: string;
  readonly cipher: Cipher;
  readonly dialect: Dialect;
  readonly script: Script;
  readonly versions: { metadata: number; state: number };
}

const promptSchema = z.looseObject({
  role: z.literal("user"),
  content: z.looseObject({ text: z.string() }),
  meta: z.record(z.string(), z.unknown()),
});
export type FakePrompt = { readonly text: string; readonly meta: Readonly<Record<string, unknown>> };

const newMessage = z.object({
  body: z.object({ t: z.literal("new-message"), message: z.object({ content: z.object({ c: z.string() }) }) }),
});
const callSchema = z.object({ method: z.string(), params: z.string() });
const permissionSchema = z.looseObject({ id: z.string(), approved: z.boolean() });

/** The program of one session: what it is sent it plays by its script, one prompt after the other. */
export class FakeSession {
  readonly prompts: FakePrompt[] = [];
  /** Every answer to a request, known or not. */
  readonly answers: AskedAnswer[] = [];
  readonly options: FakeSessionOptions;
  readonly #changes = new Changes();
  #played = 0;
  #said = 0;
  #socket: Socket | undefined;
  #turn: FakeTurn | undefined;
  #queue: Promise<void> = Promise.resolve();
  #isThere = false;
  #isThinking = false;
  #beating: NodeJS.Timeout | undefined;
  #state: Record<string, unknown> = { controlledByUser: false };
  readonly #waiting = new Map<string, (answer: AskedAnswer | undefined) => void>();

  constructor(options: FakeSessionOptions) {
    this.options = options;
  }

  get isConnected(): boolean {
    return this.#socket?.connected === true;
  }

  /** Resolves when so many prompts have been played to their end. */
  async played(count = 1): Promise<void> {
    await this.#changes.when(() => this.#played >= count);
  }

  /** Resolves when it has said so much. */
  async hasSaid(count: number): Promise<void> {
    await this.#changes.when(() => this.#said >= count);
  }

  /** Resolves when it asks this. */
  async asks(id: string): Promise<void> {
    await this.#changes.when(() => this.#waiting.has(id));
  }

  /** Resolves when so many answers have come, also to what was not asked. */
  async answered(count: number): Promise<void> {
    await this.#changes.when(() => this.answers.length >= count);
  }

  async connect(): Promise<void> {
    this.#isThere = true;
    const { server, token, id } = this.options;
    const auth = { token, clientType: "session-scoped", sessionId: id };
    const socket = io(server.url, {
      path: "/v1/updates",
      transports: ["websocket"],
      auth,
      forceNew: true,
      reconnectionDelay: 20,
    });
    this.#socket = socket;
    await new Promise<void>((resolve) => socket.once("connect", () => resolve()));
    for (const method of ["permission", "abort", "killSession"])
      socket.emit("rpc-register", { method: `${id}:${method}` });
    socket.on("update", (update: unknown) => this.#take(update));
    socket.on("rpc-request", (call: unknown, ack: (answer: string) => void) => {
      void this.#answer(call).then((answer) => ack(this.options.cipher.encrypt(answer)));
    });
    await this.changeState({ controlledByUser: false });
    // Every 2 s with the real one.
    this.#beating = setInterval(() => this.alive(this.#isThinking), 100);
  }

  /** The program ends, in the middle of whatever it does. */
  disconnect(): void {
    this.#isThere = false;
    clearInterval(this.#beating);
    this.#turn?.abort();
    this.#socket?.disconnect();
  }

  async say(payload: object | undefined): Promise<void> {
    if (payload === undefined || !this.#isThere) return;
    const { server, token, id, cipher } = this.options;
    const response = await fetch(`${server.url}/v3/sessions/${id}/messages`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ messages: [{ content: cipher.encrypt(payload), localId: randomUUID() }] }),
    });
    await response.text();
    this.#said += 1;
    this.#changes.made();
  }

  alive(thinking: boolean): void {
    this.#isThinking = thinking;
    this.#socket?.emit("session-alive", { sid: this.options.id, time: Date.now(), thinking, mode: "remote" });
  }

  /** A resumed session shows no signs of life, for the server drops them. */
  stopBeating(): void {
    clearInterval(this.#beating);
  }

  notify(kind: "done" | "permission"): void {
    if (!this.#isThere) return;
    this.options.server.notify(this.options.token, this.options.id, kind);
  }

  async changeState(changes: Record<string, unknown>): Promise<void> {
    const { id, cipher, versions } = this.options;
    if (!this.#isThere) return;
    this.#state = { ...this.#state, ...changes };
    const payload = { sid: id, agentState: cipher.encrypt(this.#state), expectedVersion: versions.state };
    const ack = z.looseObject({ version: z.number() }).parse(await this.#socket?.emitWithAck("update-state", payload));
    versions.state = ack.version;
  }

  /** Asks, and waits for the answer. `undefined` when the request was taken back. */
  async ask(id: string, request: { tool: string; args: object; toolUseId?: string }): Promise<AskedAnswer | undefined> {
    const { tool, args: input, toolUseId } = request;
    const asked = { tool, arguments: input, createdAt: Date.now(), ...(toolUseId && { toolUseId }) };
    const answered = new Promise<AskedAnswer | undefined>((resolve) => this.#waiting.set(id, resolve));
    await this.changeState({ requests: { [id]: asked } });
    this.notify("permission");
    this.#changes.made();
    const answer = await answered;
    const status = answer === undefined ? "canceled" : answer.approved ? "approved" : "denied";
    await this.changeState({
      requests: {},
      completedRequests: { [id]: { ...asked, completedAt: Date.now(), status } },
    });
    return answer;
  }

  /** Somebody else answered, or the program no longer wants to know. */
  takeBack(id: string): void {
    const settle = this.#waiting.get(id);
    this.#waiting.delete(id);
    settle?.(undefined);
  }

  #take(update: unknown): void {
    const told = newMessage.safeParse(update).data;
    const prompt = told && promptSchema.safeParse(this.options.cipher.decrypt(told.body.message.content.c)).data;
    if (prompt === undefined) return;
    const { text } = prompt.content;
    this.prompts.push({ text, meta: prompt.meta });
    this.#queue = this.#queue.then(() => this.#play(text, prompt.meta));
  }

  async #play(text: string, meta: FakePrompt["meta"]): Promise<void> {
    const turn = new FakeTurn(this, { text, meta });
    this.#turn = turn;
    await this.options.script(turn);
    this.#turn = undefined;
    this.#played += 1;
    this.#changes.made();
  }

  async #answer(call: unknown): Promise<unknown> {
    const { method, params } = callSchema.parse(call);
    const plain = this.options.cipher.decrypt(params);
    switch (method.slice(method.indexOf(":") + 1)) {
      case "permission": {
        const answer = permissionSchema.parse(plain);
        this.answers.push(answer);
        this.#changes.made();
        this.#waiting.get(answer.id)?.(answer);
        this.#waiting.delete(answer.id);
        return null;
      }
      case "abort":
        this.#turn?.abort();
        for (const id of this.#waiting.keys()) this.takeBack(id);
        return null;
      case "killSession":
        setTimeout(() => this.disconnect(), 1);
        return { success: true, message: "Killing" };
      default:
        return { error: "no such method" };
    }
  }
}
