import { BotApiFailure } from "../bot-api-failure.ts";

/** The kinds of updates this server makes. */
export type UpdateKind =
  | "message"
  | "edited_message"
  | "channel_post"
  | "edited_channel_post"
  | "callback_query"
  | "my_chat_member"
  | "message_reaction";

/** An update as `getUpdates` returns it: `update_id` and one key named like its kind. */
export type ApiUpdate = { readonly update_id: number } & Readonly<Partial<Record<UpdateKind, unknown>>>;

export interface PollRequest {
  readonly offset?: number;
  /** 1-100. */
  readonly limit: number;
  readonly timeoutMs: number;
  /** Absent keeps the list of the poll before; empty means the default set. */
  readonly allowed?: readonly string[];
  /** Aborted when the client hung up. */
  readonly signal: AbortSignal;
}

// Telegram: everything but these is delivered to a bot that never named its kinds.
const NOT_BY_DEFAULT: readonly string[] = ["chat_member", "message_reaction", "message_reaction_count"];

/** Confirmed updates that are kept, so that they can be delivered again. */
const MAX_CONFIRMED = 20;

/** Updates waiting for the bot, and the one poll that may be open for them. */
export class UpdateQueue {
  #pending: ApiUpdate[] = [];
  #confirmed: ApiUpdate[] = [];
  #allowed: readonly string[] = [];
  #open: OpenPoll | undefined;
  #nextId: number;
  #pollChanged: () => void = () => {};

  constructor(firstId: number) {
    this.#nextId = firstId;
  }

  get pendingCount(): number {
    return this.#pending.length;
  }

  /** Whether the bot is waiting for updates right now. */
  get hasOpenPoll(): boolean {
    return this.#open !== undefined;
  }

  /** Calls `listener` when a poll opens or ends. */
  watchPolls(listener: () => void): void {
    this.#pollChanged = listener;
  }

  /** Queues an update unless the bot does not want its kind. Returns its id, or undefined when nobody will get it. */
  push(kind: UpdateKind, payload: unknown): number | undefined {
    const wanted = this.#allowed.length === 0 ? !NOT_BY_DEFAULT.includes(kind) : this.#allowed.includes(kind);
    if (!wanted) return undefined;
    const update_id = this.#nextId;
    this.#nextId += 1;
    this.#pending.push({ update_id, [kind]: payload });
    this.#open?.deliver();
    return update_id;
  }

  /** Answers at once when something is pending, else when something comes or the time is over. */
  async poll(request: PollRequest): Promise<readonly ApiUpdate[]> {
    this.#open?.conflict();
    if (request.allowed !== undefined) this.#allowed = request.allowed;
    this.#confirm(request.offset);
    const take = (): readonly ApiUpdate[] => this.#pending.slice(0, request.limit);
    if (this.#pending.length > 0 || request.timeoutMs === 0) return take();
    return new Promise((resolve, reject) => {
      const close = (): void => {
        clearTimeout(timer);
        request.signal.removeEventListener("abort", finish);
        if (this.#open === poll) this.#open = undefined;
        this.#pollChanged();
      };
      const finish = (): void => {
        close();
        resolve(request.signal.aborted ? [] : take());
      };
      const poll: OpenPoll = {
        deliver: finish,
        conflict: () => {
          close();
          reject(conflict());
        },
      };
      const timer = setTimeout(finish, request.timeoutMs);
      request.signal.addEventListener("abort", finish, { once: true });
      this.#open = poll;
      this.#pollChanged();
    });
  }

  /** Forgets what is pending. */
  clear(): void {
    this.#pending = [];
  }

  /** Delivers the latest confirmed updates once more, under their old ids. Returns how many. */
  repeat(): number {
    const repeated = this.#confirmed;
    this.#confirmed = [];
    this.#pending = [...repeated, ...this.#pending];
    if (repeated.length > 0) this.#open?.deliver();
    return repeated.length;
  }

  /** Turns round what the pending updates tell; their ids go on ascending. Returns how many there are. */
  reverse(): number {
    const contents = this.#pending.map(({ update_id: _id, ...content }) => content);
    this.#pending = this.#pending.map(({ update_id }, index) => ({ update_id, ...contents.at(-1 - index) }));
    return this.#pending.length;
  }

  // A negative offset keeps only the last updates; a positive one confirms everything before it.
  #confirm(offset = 0): void {
    if (offset < 0) this.#pending = this.#pending.slice(offset);
    if (offset <= 0) return;
    const confirmed = this.#pending.filter((update) => update.update_id < offset);
    this.#confirmed = [...this.#confirmed, ...confirmed].slice(-MAX_CONFIRMED);
    this.#pending = this.#pending.filter((update) => update.update_id >= offset);
  }
}

interface OpenPoll {
  deliver(): void;
  conflict(): void;
}

function conflict(): BotApiFailure {
  return new BotApiFailure(
    409,
    "terminated by other getUpdates request; make sure that only one bot instance is running",
  );
}
