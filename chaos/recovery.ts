import type { LocalEvent } from "../src/local/world/event-log.ts";
import { isUnfinished } from "./messages.ts";
import type { Rig } from "./rig.ts";

/** How long a new process of the bot took, in milliseconds from its start. */
export interface Recovery {
  /** Until it asked for updates. */
  readonly firstPollMs: number;
  /** Until the last progress message of a run that was cut short told the truth; absent where there was none. */
  readonly correctedMs?: number;
}

/** The recoveries of the processes that followed on a SIGKILL and lived until they polled. */
export function recoveriesOf(rig: Rig): readonly Recovery[] {
  return rig.lives.flatMap((record, index) => {
    const before = rig.lives[index - 1]?.end;
    if (before === undefined || before.cause === "terminate") return [];
    const [poll] = rig.world.requests({ method: "getUpdates", after: record.firstCall });
    if (poll === undefined || poll.at > (record.end?.at ?? Infinity)) return [];
    const correctedMs = correctedAfter(rig, {
      diedAt: before.at,
      startedAt: record.startedAt,
      endedAt: record.end?.at,
    });
    return [{ firstPollMs: poll.at - record.startedAt, ...(correctedMs !== undefined && { correctedMs }) }];
  });
}

interface Span {
  readonly diedAt: number;
  readonly startedAt: number;
  readonly endedAt: number | undefined;
}

/** Cards that showed work when the bot died, and when the last of them was changed. */
function correctedAfter({ world }: Rig, { diedAt, startedAt, endedAt = Infinity }: Span): number | undefined {
  const changes = world.events().flatMap(toChange);
  const shown = new Map<string, string>();
  for (const { key, at, text } of changes) if (at <= diedAt) shown.set(key, text);
  const times = [...shown].flatMap(([key, text]) => {
    if (!isUnfinished({ text }) || text.startsWith("queued")) return [];
    const change = changes.find((candidate) => candidate.key === key && candidate.at > startedAt);
    return change === undefined || change.at > endedAt ? [] : [change.at - startedAt];
  });
  return times.length === 0 ? undefined : Math.max(...times);
}

interface Change {
  readonly key: string;
  readonly at: number;
  /** Empty when the message was taken away. */
  readonly text: string;
}

function toChange(event: LocalEvent): readonly Change[] {
  const { at } = event;
  if (event.type === "delete") return [{ key: `${event.chat}/${event.message_id}`, at, text: "" }];
  if (event.type !== "message" && event.type !== "edit") return [];
  return [{ key: `${event.chat}/${event.message.message_id}`, at, text: event.message.text ?? "" }];
}
