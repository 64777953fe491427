import type { ApiUser } from "../bot-api-types.ts";
import { CommandBook } from "./command-book.ts";
import { EventLog } from "./event-log.ts";
import { FaultPlan } from "./fault-plan.ts";
import { FileStore } from "./file-store.ts";
import { FloodGate } from "./flood-gate.ts";
import { LocalChat } from "./local-chat.ts";
import { PressLedger } from "./press-ledger.ts";
import { RequestLog } from "./request-log.ts";
import { CHANNEL, FORUM, FORUM_TOPICS, GROUP, MEMBER, OWNER, STRANGER } from "./seed.ts";
import { UpdateQueue } from "./update-queue.ts";

/** Everything one local Telegram knows. HTTP is elsewhere; so is what changes it. */
export interface LocalState {
  readonly now: () => number;
  readonly bot: ApiUser;
  readonly users: ReadonlyMap<number, ApiUser>;
  readonly chats: Map<number, LocalChat>;
  readonly events: EventLog;
  readonly updates: UpdateQueue;
  readonly presses: PressLedger;
  readonly files: FileStore;
  readonly commands: CommandBook;
  readonly faults: FaultPlan;
  readonly requests: RequestLog;
  /** Absent when limits are off. */
  readonly flood?: FloodGate;
}

export interface StateOptions {
  readonly now: () => number;
  readonly bot: ApiUser;
  /** Message, update, press and file ids are above this. */
  readonly firstId: number;
  readonly floodLimits: boolean;
  /** Have a private chat each, like the seeded ones. */
  readonly extraUsers: readonly ApiUser[];
}

export function createState({ now, bot, firstId, floodLimits, extraUsers }: StateOptions): LocalState {
  const people = [OWNER, STRANGER, MEMBER, ...extraUsers];
  const state: LocalState = {
    now,
    bot,
    users: new Map([bot, ...people].map((user) => [user.id, user])),
    chats: new Map(),
    events: new EventLog(now),
    updates: new UpdateQueue(firstId + 1),
    presses: new PressLedger(firstId),
    files: new FileStore(firstId),
    commands: new CommandBook(),
    faults: new FaultPlan(),
    requests: new RequestLog(now),
    ...(floodLimits ? { flood: new FloodGate() } : {}),
  };
  for (const user of people) addPrivateChat(state, user, firstId);
  addSharedChats(state, firstId);
  return state;
}

function addPrivateChat(state: LocalState, user: ApiUser, lastId: number): void {
  const info = { id: user.id, type: "private" as const, first_name: user.first_name };
  const access = user === OWNER ? "member" : "not_started";
  state.chats.set(user.id, new LocalChat(info, { members: [user.id], access, lastId }));
}

function addSharedChats(state: LocalState, lastId: number): void {
  for (const info of [GROUP, FORUM, CHANNEL]) {
    state.chats.set(info.id, new LocalChat(info, { members: [OWNER.id, MEMBER.id], access: "member", lastId }));
  }
  addTopics(state);
}

// The seeded topics keep their small ids, so that what is bound to a topic stays bound when the server starts again.
function addTopics(state: LocalState): void {
  const forum = state.chats.get(FORUM.id);
  for (const { id, name } of FORUM_TOPICS) {
    forum?.topics.set(id, { id, name, closed: false });
    forum?.put({
      message_id: id,
      date: Math.floor(state.now() / 1000),
      chat: FORUM,
      from: OWNER,
      message_thread_id: id,
      is_topic_message: true,
      forum_topic_created: { name, icon_color: 7322096 },
    });
  }
}
