import { GROUP } from "../src/local/world/seed.ts";
import { describeChats } from "../src/local/world/describe-chats.ts";
import type { LocalEvent } from "../src/local/world/event-log.ts";
import type { Overlap, Started } from "./engine-traces.ts";
import { type BotMessage, toBotMessage } from "./messages.ts";
import type { Play, Said } from "./play.ts";
import type { Button, Scenario } from "./scenario.ts";
import type { Rest } from "./settle.ts";

/** How one process of the bot came to its end; absent: it did not. */
export interface LifeEnd {
  readonly cause: "kill" | "terminate" | "fail point" | "itself";
  readonly code: number | null;
  /** Before that nothing was accepted, and a signal may end it at once. */
  readonly hasPolled: boolean;
  readonly failPoint?: string;
  readonly journalFault?: string;
}

/** Everything the oracle looks at: what people did and see, what the engines got, how the bot ended. */
export interface Evidence {
  readonly scenario: Scenario;
  readonly said: ReadonlyMap<string, Said>;
  readonly presses: Readonly<Record<Button, ReadonlyMap<string, number>>>;
  /** Messages of the bot as they are now. */
  readonly messages: readonly BotMessage[];
  /** Messages of the bot as they were sent, less those it took away itself. */
  readonly posted: readonly BotMessage[];
  /** Messages people took away, as `chat/id`. */
  readonly removed: ReadonlySet<string>;
  readonly isTopicDeleted: boolean;
  /** The group's new id. */
  readonly groupId: number;
  readonly started: readonly Pick<Started, "at" | "pid" | "session" | "prompt" | "files">[];
  /** Prompts an engine gave its whole result for. */
  readonly ended: readonly string[];
  readonly overlaps: readonly Overlap[];
  readonly alive: readonly number[];
  readonly ends: readonly LifeEnd[];
  /** Sends whose answer the bot did not get although it lived. */
  readonly lostAnswers: number;
  readonly rest: Rest;
  readonly log: string;
  /** The chats as text. */
  readonly chats: string;
}

const ANSWER_LOST: ReadonlySet<string> = new Set(["cut-before", "cut-after", "hang", "502-html", "delay"]);

/** Takes everything down before the rig is closed. */
export function gather(play: Play, rest: Rest): Evidence {
  const { rig, scenario, said, presses, removed, isTopicDeleted } = play;
  const ends = rig.lives.flatMap(({ end, life }) =>
    end === undefined
      ? []
      : [
          {
            cause: end.cause,
            code: end.exit.code,
            hasPolled: end.hasPolled,
            ...life,
          },
        ],
  );
  return {
    scenario,
    said,
    presses,
    messages: play.messages(),
    posted: posted(play),
    removed,
    isTopicDeleted,
    groupId: rig.groupId,
    started: rig.traces.started(),
    ended: rig.traces.ended().map(({ prompt }) => prompt),
    overlaps: rig.traces.overlaps(),
    alive: rig.traces.remaining(),
    ends,
    lostAnswers: rig.world
      .requests()
      .filter(({ method, fault = "" }) => /^send(Message|Document)$/.test(method) && ANSWER_LOST.has(fault)).length,
    rest,
    log: rig.log(),
    chats: describeChats(rig.world.state),
  };
}

function posted(play: Play): readonly BotMessage[] {
  const { world } = play.rig;
  const events = world.events();
  const attribution = play.attribution();
  const gone = new Set(
    events.flatMap((event) => (event.type === "delete" ? [`${event.chat}/${event.message_id}`] : [])),
  );
  return events
    .flatMap((event) => (isOfBot(event, world.state.bot.id) ? [event.message] : []))
    .filter(({ chat, message_id: id }) => !gone.has(`${chat.id}/${id}`) || play.removed.has(`${chat.id}/${id}`))
    .map((message) => toBotMessage(world.state, message, attribution));
}

function isOfBot(event: LocalEvent, bot: number): event is Extract<LocalEvent, { type: "message" }> {
  return event.type === "message" && event.message.from?.id === bot;
}

/** The chat a place goes by now. */
export function currentChat(chat: number, { groupId }: Pick<Evidence, "groupId">): number {
  return chat === GROUP.id ? groupId : chat;
}
