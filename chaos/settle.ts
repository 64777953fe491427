import { setTimeout as pause } from "node:timers/promises";
import { OWNER } from "../src/local/world/seed.ts";
import { type BotMessage, isUnfinished, readJournal } from "./messages.ts";
import type { Play } from "./play.ts";
import { until } from "./until.ts";

/** An engine that closed its output may not be told from one that thinks: then a person loses patience. */
const PATIENCE_MS = 10_000;
/** A long 429, a call that is never answered and its repetition fit into it. */
const SETTLE_MS = 90_000;
const LOOK_EVERY_MS = 150;
/** It was pressed before; the run needs its time to end. */
const PRESS_AGAIN_MS = 4_000;
const STRAY_MS = 8_000;

/** How a play came to rest. */
export interface Rest {
  /** What was left to do when the time was over. */
  readonly unsettled?: string;
  /** Progress messages whose ids the bot never learned, which its Cancel button took away. */
  readonly strays: number;
}

/** Heals everything, lets every engine end, and waits until the bot has done all it has to do. */
export async function settle(play: Play): Promise<Rest> {
  const { rig } = play;
  rig.world.clearFaults();
  for (const place of [{ user: OWNER.id }, { chat: rig.groupId }]) rig.world.block({ ...place, blocked: false });
  rig.up();
  const unsettled = await rest(play);
  return { ...(unsettled !== undefined && { unsettled }), strays: await removeStrays(play) };
}

async function rest(play: Play): Promise<string | undefined> {
  const pressed = new Map<string, number>();
  const begunAt = performance.now();
  let quietLooks = 0;
  for (;;) {
    help(play, { pressed, isImpatient: performance.now() - begunAt > PATIENCE_MS });
    const open = whatIsOpen(play);
    quietLooks = open === "" ? quietLooks + 1 : 0;
    if (quietLooks === 3) return undefined;
    if (performance.now() > begunAt + SETTLE_MS || play.rig.isBroken) return open;
    await pause(LOOK_EVERY_MS);
  }
}

/** What people and programs do sooner or later: go on, approve, and cancel what hangs. */
function help(
  play: Play,
  { pressed, isImpatient }: { readonly pressed: Map<string, number>; readonly isImpatient: boolean },
): void {
  for (const name of play.said.keys()) play.rig.traces.release(name);
  const hanging = new Set(
    play.scenario.prompts
      .filter(({ verb }) => verb === "hang" || (verb === "close" && isImpatient))
      .map(({ name }) => name),
  );
  for (const message of play.messages()) {
    const key = `${message.chat}/${message.id}`;
    if (performance.now() - (pressed.get(key) ?? -Infinity) < PRESS_AGAIN_MS) continue;
    const labels = message.buttons.map(({ label }) => label);
    const isHanging = message.prompt !== undefined && hanging.has(message.prompt);
    const button = labels.includes("Approve")
      ? "approve"
      : isHanging && labels.includes("Cancel")
        ? "cancel"
        : undefined;
    if (button === undefined) continue;
    pressed.set(key, performance.now());
    play.pressOn(message, button);
  }
}

/** Empty when the bot has nothing to do any more. */
function whatIsOpen(play: Play): string {
  const { rig } = play;
  if (!rig.isReady || !rig.world.isPolled) return "the bot does not poll";
  const alive = rig.traces.remaining();
  const isMidCall = rig.world.requests().some(({ method, answeredAt, at }) => {
    return method !== "getUpdates" && answeredAt === undefined && at > (rig.lives.at(-1)?.startedAt ?? 0);
  });
  const known = openCards(play).filter(({ isKnown }) => isKnown);
  return [
    ...readJournal(rig.journal).openWork,
    ...(alive.length > 0 ? [`processes ${alive.join(", ")}`] : []),
    ...(isMidCall ? ["a call is under way"] : []),
    ...known.map(({ id, text }) => `message ${id} shows "${text.split("\n")[0]}"`),
  ].join("; ");
}

function openCards(play: Play): readonly BotMessage[] {
  const { state } = play.rig.world;
  return play.messages().filter((message) => isUnfinished(message) && !hasMoved(message.chat));

  /** What a group leaves behind when it becomes a supergroup nobody can change. */
  function hasMoved(chat: number): boolean {
    return state.chats.get(chat)?.migratedTo !== undefined;
  }
}

/**
 * The bot died, or the connection did, between the server's taking a progress message and its telling the id: Telegram offers no way to
 * learn of it later. Its Cancel button must take it away.
 */
async function removeStrays(play: Play): Promise<number> {
  const strays = openCards(play).filter(({ isKnown }) => !isKnown);
  for (const stray of strays)
    play.pressOn(stray, stray.buttons.some(({ label }) => label === "Drop") ? "drop" : "cancel");
  await until(() => openCards(play).every(({ isKnown }) => isKnown), STRAY_MS);
  return strays.length;
}
