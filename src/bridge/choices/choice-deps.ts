import type { EngineId } from "../../domain/event.ts";
import type { IncomingMessage } from "../../domain/incoming.ts";
import { ambientProject } from "../ambient-project.ts";
import type { Keyboard } from "../chat-port.ts";
import type { Deliveries } from "../deliveries.ts";
import type { GuardDeps } from "../guard.ts";
import type { EngineSource } from "../ports.ts";
import { say } from "../say.ts";
import type { Store } from "../store-port.ts";
import type { OfferDeps } from "./offer-buttons.ts";
import type { ChoiceSource, PreferenceDeps } from "./preferences.ts";

/** What the commands that choose something need. */
export type ChoiceDeps = OfferDeps &
  GuardDeps &
  PreferenceDeps & { readonly store: Store; readonly engines: EngineSource; readonly deliveries: Deliveries };

/** Answers a command under its message. */
export function answer(deps: Pick<ChoiceDeps, "deliveries">, message: IncomingMessage, said: string | Said): void {
  const { thread, messageId: replyTo } = message;
  say(deps.deliveries, { thread, replyTo, ...(typeof said === "string" ? { text: said } : said) });
}

/** An answer with something to choose. */
interface Said {
  readonly text: string;
  readonly keyboard: Keyboard;
}

/** The project prompts of this thread belong to by themselves. */
export function projectOf({ settings }: Pick<ChoiceDeps, "settings">, message: IncomingMessage): string | undefined {
  return ambientProject(settings, message.thread.chatId).project;
}

/** The engine of that name, in any case. */
export function engineNamed({ engines }: Pick<ChoiceDeps, "engines">, name: string): EngineId | undefined {
  return engines.runners.find(({ engine }) => engine.toLowerCase() === name.toLowerCase())?.engine;
}

const SOURCES: Readonly<Record<ChoiceSource, string>> = {
  topic: "chosen in this topic",
  chat: "chosen in this chat",
  project: "from the project",
  default: "default",
};

export function sourceText(source: ChoiceSource): string {
  return SOURCES[source];
}

/** A model or an effort as it is in use. */
export function optionText({ value, source }: { readonly value?: string; readonly source: ChoiceSource }): string {
  return value === undefined ? "the engine's own" : `${value} (${sourceText(source)})`;
}

/** Where a choice made in this thread holds. */
export function placeText({ thread }: Pick<IncomingMessage, "thread">): string {
  return thread.topicId === undefined ? "this chat" : "this topic";
}

/** Rows of at most this many buttons. */
export function inRows<Item>(items: readonly Item[], perRow: number): readonly (readonly Item[])[] {
  return Array.from({ length: Math.ceil(items.length / perRow) }, (_, row) =>
    items.slice(row * perRow, (row + 1) * perRow),
  );
}
