import {
  type Chat,
  ChatError,
  type ChatFault,
  type EditOutcome,
  type Keyboard,
  type MessageEdit,
  type OutgoingDocument,
  type OutgoingMessage,
} from "../../src/bridge/chat-port.ts";
import type { RunId } from "../../src/domain/run.ts";
import type { MessageRef, Thread } from "../../src/domain/thread.ts";

export interface VisibleMessage {
  readonly ref: MessageRef;
  readonly text: string;
  readonly keyboard: Keyboard;
  readonly silent: boolean;
  readonly replyTo?: number;
}

/** A chat in memory: what is visible in it, and faults to come. */
export class FakeChat implements Chat {
  readonly visible: Map<number, VisibleMessage> = new Map();
  readonly toasts: (string | undefined)[] = [];
  readonly typings: number[] = [];
  readonly settled: Set<RunId> = new Set();
  /** One fault per call to come; `uncertain` takes effect all the same. */
  readonly faults: (ChatFault | undefined)[] = [];
  /** How often each text was sent. */
  readonly sent: string[] = [];
  #nextId = 1000;
  #watchers: (() => void)[] = [];

  async send(message: OutgoingMessage): Promise<MessageRef> {
    return this.#post(message.thread, { ...message, text: message.content.text, keyboard: message.keyboard ?? [] });
  }

  async sendDocument(document: OutgoingDocument): Promise<MessageRef> {
    return this.#post(document.thread, {
      ...document,
      text: `[file ${document.fileName}] ${document.text}`,
      keyboard: [],
    });
  }

  async edit({ message, content, keyboard = [] }: MessageEdit): Promise<EditOutcome> {
    this.#fail();
    const known = this.visible.get(message.messageId);
    if (known === undefined) return "gone";
    this.visible.set(message.messageId, { ...known, text: content.text, keyboard });
    this.#changed();
    return "edited";
  }

  async delete({ chatId, messageId }: MessageRef): Promise<void> {
    this.#fail();
    if (this.visible.get(messageId)?.ref.chatId === chatId) this.visible.delete(messageId);
    this.#changed();
  }

  typing(thread: Thread): void {
    this.typings.push(thread.chatId);
  }

  settleRun(runId: RunId): void {
    this.settled.add(runId);
  }

  async answerPress(_pressId: string, text?: string): Promise<void> {
    this.toasts.push(text);
  }

  texts(): readonly string[] {
    return [...this.visible.values()].map((message) => message.text);
  }

  /** Resolves with the first visible message that matches, now or later. */
  async shows(pattern: RegExp): Promise<VisibleMessage> {
    for (;;) {
      const found = [...this.visible.values()].find((message) => pattern.test(message.text));
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => this.#watchers.push(resolve));
    }
  }

  #post(
    { chatId }: Thread,
    { text, keyboard, silent, replyTo }: { text: string; keyboard: Keyboard; silent: boolean; replyTo?: number },
  ): MessageRef {
    const fault = this.faults.shift();
    if (fault !== undefined && fault !== "uncertain") throw new ChatError(fault, `scripted ${fault}`);
    const ref = { chatId, messageId: this.#nextId++ };
    this.sent.push(text);
    this.visible.set(ref.messageId, { ref, text, keyboard, silent, ...(replyTo !== undefined && { replyTo }) });
    this.#changed();
    if (fault === "uncertain") throw new ChatError(fault, "scripted lost answer");
    return ref;
  }

  #fail(): void {
    const fault = this.faults.shift();
    if (fault !== undefined) throw new ChatError(fault, `scripted ${fault}`);
  }

  #changed(): void {
    for (const watcher of this.#watchers.splice(0)) watcher();
  }
}
