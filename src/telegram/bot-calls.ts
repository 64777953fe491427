import { InputFile, type Api } from "grammy";
import type { InlineKeyboardMarkup, MessageEntity } from "grammy/types";
import type { Clock } from "../bridge/ports.ts";
import type { EditOutcome, Keyboard } from "../bridge/chat-port.ts";
import type { MessageText } from "../domain/message-text.ts";
import type { MessageRef, Thread } from "../domain/thread.ts";
import { faultOf } from "./call-fault.ts";
import { withDeadline, type CallSignal } from "./deadline.ts";
import { replyMarkup, toEntities } from "./payload.ts";
import type { DocumentRequest, SendRequest, TextRequest } from "./send-request.ts";
import { clipped } from "../domain/clipped.ts";

/** A text to put into a message in place of the old one. */
export interface EditRequest {
  readonly message: MessageRef;
  readonly content: MessageText;
  readonly keyboard?: Keyboard;
  /** Progress gives up early: while it hangs, nothing else goes out in its chat. */
  readonly progress: boolean;
}

/** How long a call may take. */
const CALL_MS = 30_000;
const SHORT_CALL_MS = 10_000;
const UPLOAD_MS = 120_000;

/** Telegram: the text of an answer to a button press is at most 200 characters. */
const MAX_ANSWER_CHARS = 200;

/** Telegram: a caption has at most 1024 UTF-16 units. */
const MAX_CAPTION_CHARS = 1024;

/** Single attempts of the Bot API calls a chat is made of, each with its deadline. They throw what grammY throws. */
export class BotCalls {
  readonly #api: Api;
  readonly #clock: Clock;

  constructor({ api, clock }: { api: Api; clock: Clock }) {
    this.#api = api;
    this.#clock = clock;
  }

  /** Resolves to the id of the new message. */
  async send(request: SendRequest, signal: AbortSignal): Promise<number> {
    const limits = { ms: request.kind === "text" ? CALL_MS : UPLOAD_MS, signal };
    const message = await this.#call(limits, (callSignal) => this.#send(request, callSignal));
    return message.message_id;
  }

  async edit(request: EditRequest, signal: AbortSignal): Promise<EditOutcome> {
    try {
      await this.#editText(request, signal);
      return "edited";
    } catch (error) {
      const { kind } = faultOf(error);
      if (kind === "is_file") return await this.#editCaption(request, signal);
      if (kind === "unchanged") return "edited";
      if (kind === "missing") return "gone";
      throw error;
    }
  }

  async #editText({ message, content, keyboard, progress }: EditRequest, signal: AbortSignal): Promise<void> {
    const options = { entities: toEntities(content.entities), ...NO_PREVIEW, ...replyMarkup(keyboard) };
    const { chatId, messageId } = message;
    await this.#call({ ms: progress ? SHORT_CALL_MS : CALL_MS, signal }, (callSignal) =>
      this.#api.editMessageText(chatId, messageId, content.text, options, callSignal),
    );
  }

  /** Of a message that could only be sent as a file; what it says now is worth more than its formatting. */
  async #editCaption({ message, content, keyboard }: EditRequest, signal: AbortSignal): Promise<EditOutcome> {
    const options = { caption: clipped(content.text, MAX_CAPTION_CHARS), ...replyMarkup(keyboard) };
    try {
      await this.#call({ ms: CALL_MS, signal }, (callSignal) =>
        this.#api.editMessageCaption(message.chatId, message.messageId, options, callSignal),
      );
    } catch (error) {
      if (faultOf(error).kind !== "unchanged") throw error;
    }
    return "edited";
  }

  async delete({ chatId, messageId }: MessageRef, signal: AbortSignal): Promise<void> {
    try {
      await this.#call({ ms: CALL_MS, signal }, (callSignal) => this.#api.deleteMessage(chatId, messageId, callSignal));
    } catch (error) {
      // A group that became a supergroup left its messages behind: under the new id there is nothing to delete either.
      const { kind } = faultOf(error);
      if (kind !== "missing" && kind !== "migrated") throw error;
    }
  }

  async typing({ chatId, topicId }: Thread, signal: AbortSignal): Promise<void> {
    await this.#call({ ms: SHORT_CALL_MS, signal }, (callSignal) =>
      this.#api.sendChatAction(chatId, "typing", topicKey(topicId), callSignal),
    );
  }

  async answerPress(pressId: string, text: string | undefined): Promise<void> {
    const options = text === undefined ? {} : { text: clipped(text, MAX_ANSWER_CHARS) };
    await this.#call({ ms: SHORT_CALL_MS, signal: new AbortController().signal }, (callSignal) =>
      this.#api.answerCallbackQuery(pressId, options, callSignal),
    );
  }

  #send(request: SendRequest, signal: CallSignal): Promise<{ readonly message_id: number }> {
    return request.kind === "text" ? this.#sendText(request, signal) : this.#sendFile(request, signal);
  }

  #sendText(request: TextRequest, signal: CallSignal): ReturnType<Api["sendMessage"]> {
    const { text, entities } = request.content;
    const options = { entities: toEntities(entities), ...NO_PREVIEW, ...placement(request) };
    return this.#api.sendMessage(request.chatId, text, options, signal);
  }

  #sendFile(request: DocumentRequest, signal: CallSignal): ReturnType<Api["sendDocument"]> {
    const file = new InputFile(Buffer.from(request.text, "utf8"), request.fileName);
    return this.#api.sendDocument(request.chatId, file, { ...caption(request), ...placement(request) }, signal);
  }

  #call<T>(limits: { ms: number; signal: AbortSignal }, call: (signal: CallSignal) => Promise<T>): Promise<T> {
    return withDeadline({ clock: this.#clock, ...limits }, call);
  }
}

const NO_PREVIEW = { link_preview_options: { is_disabled: true } } as const;

interface Placement {
  readonly message_thread_id?: number;
  readonly reply_parameters?: { message_id: number; allow_sending_without_reply: true };
  readonly reply_markup?: InlineKeyboardMarkup;
  readonly disable_notification: boolean;
}

function placement({ topicId, replyTo, silent, keyboard }: SendRequest): Placement {
  return {
    ...topicKey(topicId),
    ...(replyTo !== undefined && { reply_parameters: { message_id: replyTo, allow_sending_without_reply: true } }),
    ...replyMarkup(keyboard),
    disable_notification: silent,
  };
}

function topicKey(topicId: number | undefined): { message_thread_id?: number } {
  return topicId === undefined ? {} : { message_thread_id: topicId };
}

function caption({ caption: content }: DocumentRequest): { caption?: string; caption_entities?: MessageEntity[] } {
  return content === undefined ? {} : { caption: content.text, caption_entities: toEntities(content.entities) };
}
