import { describe, expect, it } from "vitest";
import type { LocalMessage } from "../../../src/local/bot-api-types.ts";
import { startLocalTelegram } from "../../../src/local/local-telegram.ts";
import type { WorldSnapshot } from "../../../src/local/local-world.ts";
import type { LocalEvent, LocalHappening } from "../../../src/local/world/event-log.ts";
import { importPageModule } from "./page-module.ts";

interface PageState {
  readonly lastEvent: number;
  readonly open?: { readonly chat: number; readonly thread?: number };
  readonly unread: Readonly<Record<string, number>>;
  readonly typing: Readonly<Record<string, number>>;
}

type Change =
  | { readonly type: "snapshot"; readonly snapshot: WorldSnapshot; readonly chat?: number }
  | { readonly type: "opened"; readonly open: { readonly chat: number; readonly thread?: number } }
  | { readonly type: "viewed"; readonly viewer: number }
  | { readonly type: "forgotten" }
  | { readonly type: "event"; readonly event: LocalEvent };

interface StateModule {
  readonly initialState: PageState;
  readonly reduce: (state: PageState, change: Change) => PageState;
  readonly shownMessages: (state: PageState) => readonly LocalMessage[];
  readonly visibleChats: (state: PageState) => readonly { readonly id: number }[];
}

const { initialState, reduce, shownMessages, visibleChats } = await importPageModule<StateModule>("state.js");

const OWNER = 1001;
const FORUM = -1001000005002;
const chat = { id: OWNER, type: "private" as const };
const botUser = { id: 7, is_bot: true, first_name: "Takopi" };

function textMessage(id: number, text: string, more: Partial<LocalMessage> = {}): LocalMessage {
  return { message_id: id, date: 1, chat, from: botUser, text, ...more };
}

function event(id: number, happening: LocalHappening): Change {
  return { type: "event", event: { id, at: 1000, ...happening } };
}

const telegram = await startLocalTelegram();
const empty = telegram.world.snapshot(OWNER);
await telegram.close();

function after(...changes: readonly Change[]): PageState {
  const start: Change = { type: "snapshot", snapshot: { ...empty, last_event: 10 }, chat: OWNER };
  return [start, ...changes].reduce(reduce, initialState);
}

function textsOf(state: PageState): readonly (string | undefined)[] {
  return shownMessages(state).map(({ text }) => text);
}

describe("the state of the chat page", () => {
  it("opens the owner's private chat first", () => {
    expect(after().open).toEqual({ chat: OWNER });
  });

  it("keeps messages in the order of their ids, replaces edited and drops deleted ones", () => {
    const state = after(
      event(11, { type: "message", chat: OWNER, message: textMessage(5, "five") }),
      event(12, { type: "message", chat: OWNER, message: textMessage(4, "four") }),
      event(13, { type: "message", chat: OWNER, message: textMessage(6, "six") }),
      event(14, { type: "edit", chat: OWNER, message: textMessage(5, "five, edited") }),
      event(15, { type: "delete", chat: OWNER, message_id: 6 }),
    );
    expect(textsOf(state)).toEqual(["four", "five, edited"]);
    expect(state.lastEvent).toBe(15);
  });

  it("passes over events a snapshot already holds", () => {
    const state = after(event(9, { type: "message", chat: OWNER, message: textMessage(3, "old") }));
    expect(textsOf(state)).toEqual([]);
  });

  it("shows of a forum only the topic that is open", () => {
    const snapshot = {
      ...empty,
      last_event: 11,
      messages: [textMessage(2, "A", { message_thread_id: 2 }), textMessage(9, "general")],
    };
    const loaded = after(
      { type: "snapshot", snapshot, chat: FORUM },
      { type: "opened", open: { chat: FORUM, thread: 2 } },
    );
    expect(textsOf(loaded)).toEqual(["A"]);
    expect(textsOf(reduce(loaded, { type: "opened", open: { chat: FORUM } }))).toEqual(["general"]);
  });

  it("counts what arrives elsewhere as unread until it is opened", () => {
    const message = textMessage(20, "hi", { message_thread_id: 2 });
    const news = after(event(11, { type: "message", chat: FORUM, message }));
    expect(news.unread).toEqual({ [`${FORUM}/2`]: 1 });
    expect(reduce(news, { type: "opened", open: { chat: FORUM, thread: 2 } }).unread).toEqual({});
  });

  it("lets the bot type until its message is there", () => {
    const typing = after(event(11, { type: "action", chat: OWNER, action: "typing" }));
    expect(typing.typing).toEqual({ [OWNER]: 6000 });
    const message = textMessage(5, "done");
    expect(reduce(typing, event(12, { type: "message", chat: OWNER, message })).typing).toEqual({});
  });

  it("shows a stranger nothing but the stranger's own chat", () => {
    expect(visibleChats(after({ type: "viewed", viewer: 2002 })).map(({ id }) => id)).toEqual([2002]);
    expect(visibleChats(after()).length).toBeGreaterThan(3);
  });

  it("keeps the screen after a restart of the server until its snapshot comes, then leaves a topic that is gone", () => {
    const before = after(
      event(11, { type: "message", chat: OWNER, message: textMessage(5, "five") }),
      { type: "forgotten" },
      event(1, { type: "message", chat: OWNER, message: textMessage(1, "too early") }),
    );
    expect(textsOf(before)).toEqual(["five"]);
    const elsewhere = after(
      { type: "opened", open: { chat: FORUM, thread: 99 } },
      { type: "snapshot", snapshot: empty },
    );
    expect(elsewhere.open).toEqual({ chat: FORUM });
  });
});
