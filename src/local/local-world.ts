import { randomUUID } from "node:crypto";
import type { ApiUser, LocalMessage } from "./bot-api-types.ts";
import { LocalTelegramError } from "./local-telegram-error.ts";
import type { LocalCommand, LocalEvent } from "./world/event-log.ts";
import type { FaultInput, PlannedFault } from "./world/fault-plan.ts";
import type * as inputs from "./world/inputs.ts";
import type { BotAccess, LocalChat, LocalTopic } from "./world/local-chat.ts";
import type { LocalState } from "./world/local-state.ts";
import type { LoggedRequest } from "./world/request-log.ts";
import { OWNER } from "./world/seed.ts";
import * as actions from "./world/user-actions.ts";
import * as messages from "./world/user-messages.ts";
import { describeChats } from "./world/describe-chats.ts";

/** How long `waitFor` and `waitForEvent` wait unless told. */
const DEFAULT_WAIT_MS = 5000;

/** A chat as `/sim/state` shows it. */
interface ChatSnapshot {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly is_forum: boolean;
  readonly access: BotAccess;
  readonly migrated_to?: number;
  readonly members: readonly number[];
  readonly topics: readonly LocalTopic[];
  readonly last_message?: LocalMessage;
}

/** Everything a page needs to draw itself; `last_event` is where to resume the event stream. */
export interface WorldSnapshot {
  readonly boot: string;
  readonly last_event: number;
  readonly bot: ApiUser;
  readonly owner: number;
  readonly users: readonly ApiUser[];
  readonly chats: readonly ChatSnapshot[];
  readonly commands: readonly { readonly scope: string; readonly commands: readonly LocalCommand[] }[];
  readonly polling: boolean;
  /** Of the chat asked for. */
  readonly messages?: readonly LocalMessage[];
}

/** The people's side of a local Telegram: what users do, what they see, and which faults the bot meets. */
export class LocalWorld {
  /** For the server; tests use the functions below. */
  readonly state: LocalState;
  /** Different for every start. */
  readonly boot: string = randomUUID();
  readonly #watchers = new Set<() => void>();
  readonly #dropConnections: () => void;

  constructor(state: LocalState, dropConnections: () => void) {
    this.state = state;
    this.#dropConnections = dropConnections;
    state.events.subscribe(() => this.touch());
    state.updates.watchPolls(() => this.touch());
  }

  /** A user writes a text. */
  message(input: inputs.MessageInput): LocalMessage {
    return messages.writeAsUser(this.state, input);
  }

  /** A user changes an own text. */
  edit(input: inputs.EditInput): LocalMessage {
    return messages.editAsUser(this.state, input);
  }

  /** A user deletes a message; the bot is not told. */
  delete(input: inputs.DeleteInput): void {
    messages.deleteAsUser(this.state, input);
  }

  /** A user sends a file. */
  upload(input: inputs.UploadInput): LocalMessage {
    return messages.uploadAsUser(this.state, input);
  }

  /** A user presses a button; returns the query id that the `callback_answer` event will name. */
  press(input: inputs.PressInput): string {
    return actions.pressAsUser(this.state, input);
  }

  react(input: inputs.ReactionInput): void {
    actions.reactAsUser(this.state, input);
  }

  topic(input: inputs.TopicInput): LocalTopic {
    return actions.topicAsUser(this.state, input);
  }

  /** Deletes a topic with its messages; the bot is not told. */
  deleteTopic(input: inputs.TopicDeleteInput): void {
    actions.deleteTopicAsUser(this.state, input);
  }

  /** A user blocks or unblocks the bot, or a group removes it. */
  block(input: inputs.BlockInput): void {
    actions.changeAccess(this.state, input);
  }

  /** A group becomes a supergroup; returns its new id. */
  migrate(chat: number): number {
    return actions.migrateGroup(this.state, chat);
  }

  /** Visible messages of a chat, oldest first; of the owner's private chat by default. */
  messages(chat: number = OWNER.id): readonly LocalMessage[] {
    return messages.findChat(this.state, chat).messages;
  }

  /** Visible messages the bot wrote in a chat, oldest first. */
  botMessages(chat: number = OWNER.id): readonly LocalMessage[] {
    return this.messages(chat).filter((message) => message.from?.id === this.state.bot.id);
  }

  events(after = 0): readonly LocalEvent[] {
    return this.state.events.after(after);
  }

  get lastEventId(): number {
    return this.state.events.lastId;
  }

  /** Whether the bot has a poll open, waiting for updates. */
  get isPolled(): boolean {
    return this.state.updates.hasOpenPoll;
  }

  /** Calls of the Bot API, oldest first. */
  requests(filter: { method?: string; after?: number } = {}): readonly LoggedRequest[] {
    return this.state.requests.list(filter);
  }

  addFault(fault: FaultInput): PlannedFault {
    return this.state.faults.add(fault);
  }

  faults(): readonly PlannedFault[] {
    return this.state.faults.list();
  }

  clearFaults(): void {
    this.state.faults.clear();
  }

  /** Ends every open connection, polls included, as a restart of the real server would. Nothing is forgotten. */
  dropConnections(): void {
    this.#dropConnections();
  }

  /** Delivers the latest updates once more, as Telegram does when it missed their confirmation. Returns how many. */
  repeatUpdates(): number {
    return this.state.updates.repeat();
  }

  /** What the bot has not been told yet reaches it in the opposite order. Returns how many updates there are. */
  reverseUpdates(): number {
    return this.state.updates.reverse();
  }

  /** What is true now; with `chat` also that chat's messages. */
  snapshot(chat?: number): WorldSnapshot {
    const { state } = this;
    return {
      boot: this.boot,
      last_event: state.events.lastId,
      bot: state.bot,
      owner: OWNER.id,
      users: [...state.users.values()].filter((user) => !user.is_bot),
      chats: [...state.chats.values()].map(snapshotOf),
      commands: state.commands.all(),
      polling: state.updates.hasOpenPoll,
      ...(chat === undefined ? {} : { messages: this.messages(chat) }),
    };
  }

  /**
   * Resolves with the first value `check` returns that is neither undefined nor false. It is asked at once, after every event,
   * every answered call, and when a poll opens or ends. Rejects after `timeoutMs` with an error that shows what is visible in the chats.
   */
  waitFor<T>(check: (world: LocalWorld) => T | undefined | false, options: { timeoutMs?: number } = {}): Promise<T> {
    const { timeoutMs = DEFAULT_WAIT_MS } = options;
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        clearTimeout(timer);
        this.#watchers.delete(look);
      };
      const look = (): void => {
        try {
          const value = check(this);
          if (value === undefined || value === false) return;
          stop();
          resolve(value);
        } catch (error) {
          stop();
          reject(error);
        }
      };
      const timer = setTimeout(() => {
        stop();
        reject(
          new LocalTelegramError(`nothing matched within ${timeoutMs} ms; visible:\n${describeChats(this.state)}`),
        );
      }, timeoutMs);
      this.#watchers.add(look);
      look();
    });
  }

  /** `waitFor` over events: those after event `after` (default: only events to come). */
  waitForEvent<T>(
    match: (event: LocalEvent) => T | undefined | false,
    options: { after?: number; timeoutMs?: number } = {},
  ): Promise<T> {
    let seen = options.after ?? this.lastEventId;
    return this.waitFor(() => {
      for (const event of this.events(seen)) {
        seen = event.id;
        const value = match(event);
        if (value !== undefined && value !== false) return value;
      }
      return undefined;
    }, options);
  }

  /** Tells those who wait that something may have changed. */
  touch(): void {
    for (const look of this.#watchers) look();
  }
}

function snapshotOf(chat: LocalChat): ChatSnapshot {
  const last = chat.messages.at(-1);
  return {
    id: chat.id,
    type: chat.info.type,
    title: chat.info.title ?? chat.info.first_name ?? "",
    is_forum: chat.info.is_forum === true || chat.topics.size > 0,
    access: chat.access,
    ...(chat.migratedTo === undefined ? {} : { migrated_to: chat.migratedTo }),
    members: [...chat.members],
    topics: [...chat.topics.values()],
    ...(last === undefined ? {} : { last_message: last }),
  };
}
