import type { Keyboard } from "../bridge/chat-port.ts";
import type { MessageText } from "../domain/message-text.ts";
import type { CallFault } from "./call-fault.ts";

interface SendTarget {
  readonly chatId: number;
  readonly topicId?: number;
  readonly replyTo?: number;
  readonly silent: boolean;
  readonly keyboard?: Keyboard;
}

export interface TextRequest extends SendTarget {
  readonly kind: "text";
  readonly content: MessageText;
}

export interface DocumentRequest extends SendTarget {
  readonly kind: "document";
  readonly fileName: string;
  readonly text: string;
  readonly caption?: MessageText;
}

/** A new message as it is tried: Telegram may refuse a part of it. */
export type SendRequest = TextRequest | DocumentRequest;

/** Telegram: at most 4096 characters in a message. */
const MAX_CHARS = 4096;

/** Stands in front of what could not be sent where it belongs. */
const TOPIC_GONE_NOTE = "(topic is gone)\n";

/**
 * What to send instead after `fault`, or undefined when nothing less is left. Each step takes a part away for good, so a chain of
 * steps ends.
 */
export function degraded(request: SendRequest, fault: CallFault): SendRequest | undefined {
  switch (fault.kind) {
    case "entities":
      return withPlainerText(request);
    case "too_long":
      return request.kind === "text" ? toDocument(request) : withoutCaption(request);
    case "topic":
      return withTopicNote(without(request, "topicId"));
    case "reply":
      return without(request, "replyTo");
    case "keyboard":
      return without(request, "keyboard");
    case "migrated":
      return movedTo(request, fault.toChatId);
    case "unchanged":
    case "missing":
    case "is_file":
    case "failed":
      return undefined;
  }
}

function withPlainerText(request: SendRequest): SendRequest | undefined {
  return request.kind === "text" ? plainer(request) : withPlainerCaption(request);
}

function plainer(request: TextRequest): SendRequest {
  if (request.content.entities.length === 0) return toDocument(request);
  return { ...request, content: { text: request.content.text, entities: [] } };
}

function toDocument({ content, ...target }: TextRequest): DocumentRequest {
  return { ...target, kind: "document", fileName: "message.md", text: content.text };
}

function withPlainerCaption(request: DocumentRequest): DocumentRequest | undefined {
  if (request.caption === undefined || request.caption.entities.length === 0) return withoutCaption(request);
  return { ...request, caption: { text: request.caption.text, entities: [] } };
}

function withoutCaption({ caption, ...request }: DocumentRequest): DocumentRequest | undefined {
  return caption === undefined ? undefined : request;
}

function without(request: SendRequest, part: "topicId" | "replyTo" | "keyboard"): SendRequest | undefined {
  const { [part]: refused, ...rest } = request;
  return refused === undefined ? undefined : rest;
}

function movedTo(request: SendRequest, chatId: number): SendRequest | undefined {
  return request.chatId === chatId ? undefined : { ...request, chatId };
}

function withTopicNote(request: SendRequest | undefined): SendRequest | undefined {
  if (request === undefined || request.kind === "document") return request;
  const { text, entities } = request.content;
  const noted = TOPIC_GONE_NOTE + text;
  if (noted.length > MAX_CHARS) return request;
  const shifted = entities.map((entity) => ({ ...entity, offset: entity.offset + TOPIC_GONE_NOTE.length }));
  return { ...request, content: { text: noted, entities: shifted } };
}
