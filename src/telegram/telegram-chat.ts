import type { Api } from "grammy";
import {
  ChatError,
  type Chat,
  type EditOutcome,
  type MessageEdit,
  type OutgoingDocument,
  type OutgoingMessage,
  type Urgency,
} from "../bridge/chat-port.ts";
import type { Clock, Log } from "../bridge/ports.ts";
import type { RunId } from "../domain/run.ts";
import { threadKey, type MessageRef, type Thread } from "../domain/thread.ts";
import { BotCalls, type EditRequest } from "./bot-calls.ts";
import { faultOf, type CallFault } from "./call-fault.ts";
import { ChatIds } from "./chat-ids.ts";
import { CallDropped, type Outbox, type OutboxCall } from "./outbox/outbox.ts";
import { replyMarkup } from "./payload.ts";
import { degraded, type SendRequest } from "./send-request.ts";

/** What the chat is made of. */
export interface TelegramChatOptions {
  readonly api: Api;
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly log: Log;
  /** A group became a supergroup and goes on under another id. Called once per group. */
  readonly onMigrate?: (fromChatId: number, toChatId: number) => void;
}

/** Pauses between the attempts of an edit or a deletion, which may be repeated: five attempts in 9 s. */
const REPEAT_MS: readonly number[] = [500, 1000, 2500, 5000];

/**
 * The chat over Telegram's Bot API. A send is tried again only with less in it, after Telegram refused a part; edits and deletions
 * are also repeated when the connection fails, unless something newer for the same message waits.
 */
export function createTelegramChat(options: TelegramChatOptions): Chat {
  return new TelegramChat(options);
}

class TelegramChat implements Chat {
  readonly #calls: BotCalls;
  readonly #outbox: Outbox;
  readonly #log: Log;
  readonly #chatIds: ChatIds;
  readonly #warnedTopics = new Set<string>();

  constructor({ api, outbox, clock, log, onMigrate }: TelegramChatOptions) {
    this.#calls = new BotCalls({ api, clock });
    this.#outbox = outbox;
    this.#log = log;
    this.#chatIds = new ChatIds((fromChatId, toChatId) => {
      log.info("group became a supergroup", { fromChatId, toChatId });
      onMigrate?.(fromChatId, toChatId);
    });
  }

  send({ thread, urgency, runId, ...message }: OutgoingMessage): Promise<MessageRef> {
    return this.#deliver({ kind: "text", ...this.#current(thread), ...message }, { urgency, runId });
  }

  sendDocument({ thread, runId, ...document }: OutgoingDocument): Promise<MessageRef> {
    const urgency = runId === undefined ? "normal" : "final";
    return this.#deliver({ kind: "document", ...this.#current(thread), ...document }, { urgency, runId });
  }

  async edit({ urgency, runId, ...edit }: MessageEdit): Promise<EditOutcome> {
    let request: EditRequest = { ...edit, message: this.#current(edit.message), progress: urgency === "progress" };
    replyMarkup(request.keyboard);
    const { chatId, messageId } = request.message;
    const repeatIn = repeats();
    const retryIn = (error: unknown): number | undefined => {
      const fault = faultOf(error);
      const next = this.#lesserEdit(request, fault);
      if (next === undefined) return repeatIn(fault);
      this.#logRefusal(fault, error);
      request = next;
      return 0;
    };
    const perform = (signal: AbortSignal) => this.#calls.edit(request, signal);
    const key = `edit:${chatId}:${messageId}`;
    const call = { method: "editMessageText", chatId, urgency, key, perform, retryIn };
    return this.#queue({ ...call, ...(runId !== undefined && { runId }) }).catch((error: unknown) => {
      // A settled run's progress is what nobody waits for any more.
      if (error instanceof CallDropped && error.reason === "settled") return "edited";
      throw toChatError(error);
    });
  }

  async delete(message: MessageRef): Promise<void> {
    const target = this.#current(message);
    const repeatIn = repeats();
    await this.#queue({
      method: "deleteMessage",
      chatId: target.chatId,
      urgency: "deletion",
      perform: (signal) => this.#calls.delete(target, signal),
      retryIn: (error) => repeatIn(faultOf(error)),
    }).catch(rethrowAsChatError);
  }

  typing(thread: Thread, runId: RunId): void {
    const target = this.#current(thread);
    this.#queue({
      method: "sendChatAction",
      chatId: target.chatId,
      urgency: "typing",
      key: `typing:${threadKey(target)}`,
      runId,
      perform: (signal) => this.#calls.typing(target, signal),
    }).catch((error: unknown) => {
      if (!(error instanceof CallDropped)) this.#log.debug("typing not shown", { reason: toChatError(error).message });
    });
  }

  settleRun(runId: RunId): void {
    this.#outbox.settleRun(runId);
  }

  async answerPress(pressId: string, text?: string): Promise<void> {
    await this.#calls.answerPress(pressId, text).catch((error: unknown) => {
      this.#log.warn("button press not answered", { reason: toChatError(error).message });
    });
  }

  /** Sends the request, and as long as Telegram refuses a part of it, what is left without that part. */
  async #deliver(first: SendRequest, options: { urgency: Urgency; runId: RunId | undefined }): Promise<MessageRef> {
    replyMarkup(first.keyboard);
    const { urgency, runId } = options;
    let request = first;
    const retryIn = (error: unknown): number | undefined => {
      const fault = faultOf(error);
      const next = degraded(request, fault);
      if (next === undefined) return undefined;
      this.#noteDegraded(request, fault, error);
      request = next;
      return 0;
    };
    const method = first.kind === "text" ? "sendMessage" : "sendDocument";
    const perform = (signal: AbortSignal) => this.#calls.send(request, signal);
    const call = { method, chatId: first.chatId, urgency, perform, retryIn, ...(runId !== undefined && { runId }) };
    const messageId = await this.#queue(call).catch(rethrowAsChatError);
    return { chatId: request.chatId, messageId };
  }

  #queue<T>(call: Omit<OutboxCall<T>, "group">): Promise<T> {
    // Only private chats have positive ids.
    return this.#outbox.call({ ...call, group: call.chatId < 0 });
  }

  #current<Place extends { readonly chatId: number }>(place: Place): Place {
    return { ...place, chatId: this.#chatIds.current(place.chatId) };
  }

  #lesserEdit(request: EditRequest, fault: CallFault): EditRequest | undefined {
    const { message, content } = request;
    if (fault.kind === "migrated" && fault.toChatId !== message.chatId) {
      this.#chatIds.move(message.chatId, fault.toChatId);
      return { ...request, message: { ...message, chatId: fault.toChatId } };
    }
    if (fault.kind !== "entities" || content.entities.length === 0) return undefined;
    return { ...request, content: { text: content.text, entities: [] } };
  }

  #noteDegraded({ chatId, topicId }: SendRequest, fault: CallFault, error: unknown): void {
    if (fault.kind === "migrated") this.#chatIds.move(chatId, fault.toChatId);
    if (fault.kind !== "topic") return this.#logRefusal(fault, error);
    const topic = `${chatId}/${topicId}`;
    if (this.#warnedTopics.has(topic)) return;
    this.#warnedTopics.add(topic);
    this.#log.warn("topic is gone or closed, sending to the chat instead", { chatId, topicId });
  }

  #logRefusal({ kind }: CallFault, error: unknown): void {
    const description = error instanceof Error ? error.message : String(error);
    this.#log.warn("Telegram refused a part of a message, sending without it", { part: kind, description });
  }
}

/** How long to wait before the next attempt of a repeatable call; undefined when it is of no use, or was tried often enough. */
function repeats(): (fault: CallFault) => number | undefined {
  let attempts = 0;
  return (fault) => {
    const passes = fault.kind === "failed" && (fault.fault === "unavailable" || fault.fault === "uncertain");
    return passes ? REPEAT_MS[attempts++] : undefined;
  };
}

function rethrowAsChatError(error: unknown): never {
  throw toChatError(error);
}

/** Without `cause`: grammY's errors carry the message's text, and node-fetch's the request URL with the bot token in it. */
function toChatError(error: unknown): ChatError {
  if (error instanceof ChatError) return error;
  if (error instanceof CallDropped) return new ChatError("unavailable", error.message);
  const fault = faultOf(error);
  if (fault.kind === "failed") return new ChatError(fault.fault, fault.message);
  return new ChatError("rejected", `Telegram refused the message for good: ${fault.kind}`);
}
