import type { LocalMessage } from "../bot-api-types.ts";
import type { LocalTopic } from "./local-chat.ts";

/** A command of the bot's menu. */
export interface LocalCommand {
  readonly command: string;
  readonly description: string;
}

/** What people in the chats see happen. `chat` is a chat id. */
export type LocalHappening =
  | { readonly type: "message"; readonly chat: number; readonly message: LocalMessage }
  | { readonly type: "edit"; readonly chat: number; readonly message: LocalMessage }
  | { readonly type: "delete"; readonly chat: number; readonly message_id: number }
  | { readonly type: "action"; readonly chat: number; readonly thread?: number; readonly action: string }
  | {
      readonly type: "callback_answer";
      readonly chat: number;
      readonly message_id: number;
      readonly query_id: string;
      readonly from: number;
      readonly text?: string;
      readonly show_alert: boolean;
    }
  | { readonly type: "reaction"; readonly chat: number; readonly message_id: number; readonly emoji?: string }
  | {
      readonly type: "draft";
      readonly chat: number;
      readonly thread?: number;
      readonly draft_id: number;
      readonly text: string;
    }
  | { readonly type: "topic"; readonly chat: number; readonly topic: LocalTopic; readonly deleted: boolean }
  | { readonly type: "chat"; readonly chat: number; readonly change: "access" | "migrated" | "pinned" }
  | { readonly type: "commands"; readonly scope: string; readonly commands: readonly LocalCommand[] };

/** A happening with its place in the log (`id` from 1, ascending) and its time in milliseconds. */
export type LocalEvent = { readonly id: number; readonly at: number } & LocalHappening;

/** Events kept for readers that come back; older ones are forgotten. */
const MAX_EVENTS = 10_000;

/** Everything that happened, for the page and for tests. */
export class EventLog {
  readonly #now: () => number;
  readonly #listeners = new Set<(event: LocalEvent) => void>();
  #events: LocalEvent[] = [];
  #lastId = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  get lastId(): number {
    return this.#lastId;
  }

  /** The id before the oldest event still kept. */
  get forgottenId(): number {
    return this.#lastId - this.#events.length;
  }

  append(happening: LocalHappening): void {
    this.#lastId += 1;
    const event: LocalEvent = { id: this.#lastId, at: this.#now(), ...happening };
    this.#events.push(event);
    if (this.#events.length > 2 * MAX_EVENTS) this.#events = this.#events.slice(-MAX_EVENTS);
    for (const listener of this.#listeners) listener(event);
  }

  /** Events younger than `id`, oldest first. */
  after(id: number): readonly LocalEvent[] {
    return this.#events.slice(Math.max(0, id - this.forgottenId));
  }

  /** Calls `listener` for every later event; returns how to stop. */
  subscribe(listener: (event: LocalEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
