import { FORUM, GROUP, OWNER } from "../src/local/world/seed.ts";
import type { LocalMessage } from "../src/local/bot-api-types.ts";
import { LocalTelegramError } from "../src/local/local-telegram-error.ts";
import { type Attribution, type BotMessage, readJournal, tellsEnd, toBotMessage } from "./messages.ts";
import type { Rig } from "./rig.ts";
import {
  albumFiles,
  type Button,
  type Disturbance,
  isDisturbance,
  type PromptPlan,
  promptText,
  type Reached,
  type Scenario,
  type Step,
} from "./scenario.ts";
import { until } from "./until.ts";

/** What was waited for in vain this long can't happen any more: a fault prevented it. */
const REACH_MS = 8_000;
const CALL_MS = 6_000;
const TOPIC = 2;

const LABELS: Readonly<Record<Button, string>> = {
  cancel: "Cancel",
  drop: "Drop",
  resume: "Resume",
  approve: "Approve",
  deny: "Deny",
};

/** A prompt that was written. */
export interface Said {
  readonly chat: number;
  readonly topic?: number;
  readonly id: number;
  readonly isReply: boolean;
}

/** Carries out the steps of a scenario, and remembers what people did. */
export class Play {
  readonly rig: Rig;
  readonly scenario: Scenario;
  readonly said: Map<string, Said> = new Map();
  /** Prompts a person cancelled, dropped or resumed, or at least tried to, and how often. */
  readonly presses: Record<Button, Map<string, number>> = {
    cancel: new Map(),
    drop: new Map(),
    resume: new Map(),
    approve: new Map(),
    deny: new Map(),
  };
  /** Messages people took away, as `chat/id`. */
  readonly removed: Set<string> = new Set();
  /** What could not be done, for people who read a failed play. */
  readonly notes: string[] = [];
  isTopicDeleted = false;

  constructor(rig: Rig, scenario: Scenario) {
    this.rig = rig;
    this.scenario = scenario;
  }

  async run(): Promise<void> {
    this.rig.up();
    await until(() => this.rig.isReady, REACH_MS);
    for (const step of this.scenario.steps) {
      if (this.rig.isBroken) return;
      try {
        await (isDisturbance(step) ? this.#disturb(step) : this.#perform(step));
      } catch (error) {
        // What people can't do at that moment, such as writing where they blocked the bot.
        if (!(error instanceof LocalTelegramError)) throw error;
        this.notes.push(`${step.do}: ${error.message}`);
      }
    }
  }

  /** The bot's messages as they are now. */
  messages(): readonly BotMessage[] {
    const { state } = this.rig.world;
    const attribution = this.attribution();
    return [...state.chats.values()].flatMap((chat) =>
      this.rig.world.botMessages(chat.id).map((message) => toBotMessage(state, message, attribution)),
    );
  }

  attribution(): Attribution {
    const journal = readJournalOrNothing(this.rig.journal);
    return { plans: this.scenario.prompts, said: this.said, journal };
  }

  /** Presses a button of every message of the prompt that has it. False when there was none. */
  press(prompt: string, button: Button): boolean {
    const found = this.messages().filter(
      (message) => message.prompt === prompt && dataOf(message, button) !== undefined,
    );
    for (const message of found) this.pressOn(message, button);
    return found.length > 0;
  }

  /** Nobody can press what a group left behind when it moved: there the run is cancelled by word. */
  pressOn(message: BotMessage, button: Button): void {
    const data = dataOf(message, button);
    if (data === undefined) return;
    const { prompt = "" } = message;
    const { world } = this.rig;
    const movedTo = world.state.chats.get(message.chat)?.migratedTo;
    const counted = this.presses[movedTo === undefined ? button : "cancel"];
    counted.set(prompt, (counted.get(prompt) ?? 0) + 1);
    if (movedTo === undefined) world.press({ chat: message.chat, message: message.id, data });
    else world.message({ chat: movedTo, from: OWNER.id, text: "/cancel" });
  }

  async #perform(step: Exclude<Step, Disturbance>): Promise<void> {
    const { rig } = this;
    switch (step.do) {
      case "say":
        return this.#say(this.#plan(step.prompt));
      case "reach":
        return this.#reach(step.prompt, step.stage);
      case "release":
        return rig.traces.release(step.prompt);
      case "kill":
        return rig.end("kill");
      case "kill at call":
        return this.#killAtCall(step.method, step.delayMs);
      case "terminate":
        return rig.end("terminate");
      case "down":
        return rig.down();
      case "up":
        return rig.up();
      case "press":
        return this.#pressWhenThere(step.prompt, step.button, step.times);
    }
  }

  async #disturb(step: Disturbance): Promise<void> {
    const { world } = this.rig;
    switch (step.do) {
      case "fault":
        return void world.addFault(step.fault);
      case "refused":
        return this.#refused();
      case "second poller":
        return this.#pollToo(step.polls);
      case "repeat updates":
        return void world.repeatUpdates();
      case "reverse updates":
        return void world.reverseUpdates();
      case "delete prompt":
        return this.#deletePrompt(step.prompt);
      case "delete topic":
        return this.#deleteTopic();
      case "migrate":
        return void world.migrate(GROUP.id);
      case "block":
        return world.block(
          step.place === "private"
            ? { user: OWNER.id, blocked: step.blocked }
            : { chat: this.rig.groupId, blocked: step.blocked },
        );
      case "drop connections":
        return world.dropConnections();
    }
  }

  #plan(name: string): PromptPlan {
    const plan = this.scenario.prompts.find((candidate) => candidate.name === name);
    if (plan === undefined) throw new Error(`there is no prompt ${name}`);
    return plan;
  }

  #say(plan: PromptPlan): void {
    const chat = this.#chatOf(plan);
    const replyTo = this.#replyTarget(plan, chat);
    const inTopic = plan.place === "topic" && !this.isTopicDeleted;
    const where = { chat, ...(replyTo !== undefined && { reply_to: replyTo }), ...(inTopic && { thread: TOPIC }) };
    const { message_id: id } = this.#send(plan, where);
    this.said.set(plan.name, { chat, id, isReply: replyTo !== undefined, ...(inTopic && { topic: TOPIC }) });
  }

  /** Of an album, the part with the caption: the last but one. */
  #send(plan: PromptPlan, where: { chat: number; reply_to?: number; thread?: number }): LocalMessage {
    const { world } = this.rig;
    const names = albumFiles(plan);
    const parts = names.map((name, index) =>
      world.upload({
        ...where,
        kind: "document",
        name,
        bytes: Buffer.from(name),
        media_group_id: plan.name,
        ...(index === names.length - 2 && { caption: promptText(plan) }),
      }),
    );
    return parts.at(-2) ?? world.message({ ...where, text: promptText(plan) });
  }

  #chatOf({ place }: PromptPlan): number {
    if (place === "private") return OWNER.id;
    return place === "group" ? this.rig.groupId : FORUM.id;
  }

  #replyTarget({ replyTo }: PromptPlan, chat: number): number | undefined {
    if (replyTo === undefined) return undefined;
    const finals = this.messages().filter(
      (message) => message.prompt === replyTo.prompt && message.chat === chat && message.isKnown && tellsEnd(message),
    );
    const prompt = this.said.get(replyTo.prompt);
    const target = (replyTo.message === "final" ? finals.at(-1)?.id : undefined) ?? prompt?.id;
    return target !== undefined && this.rig.world.state.chats.get(chat)?.find(target) !== undefined
      ? target
      : undefined;
  }

  async #reach(prompt: string, stage: Reached): Promise<void> {
    const reached = await until(() => this.#isAt(prompt, stage), REACH_MS);
    if (!reached) this.notes.push(`${prompt} was never ${stage}`);
  }

  #isAt(prompt: string, stage: Reached): boolean {
    if (stage === "started" && this.rig.traces.hasSign(`${prompt}.started`)) return true;
    if (stage === "ended" && this.#hasEnded(prompt)) return true;
    if (stage === "gone") return this.#isGone(prompt);
    const own = this.messages().filter((message) => message.prompt === prompt && message.isKnown);
    if (stage === "carded" && own.length > 0) return true;
    return own.some(tellsEnd);
  }

  /** Those that ask, hang or never let go of their process are not waited for. */
  #hasEnded(prompt: string): boolean {
    if (this.rig.traces.hasSign(`${prompt}.result`)) return true;
    return ["ask", "hang", "close"].includes(this.#plan(prompt).verb) || this.#isGone(prompt);
  }

  #isGone(prompt: string): boolean {
    const { traces } = this.rig;
    const text = promptText(this.#plan(prompt));
    const pids = traces.started().flatMap((started) => (started.prompt === text ? [started.pid] : []));
    const alive = new Set(traces.remaining());
    return pids.length > 0 && !pids.some((pid) => alive.has(pid));
  }

  async #killAtCall(method: string, delayMs: number): Promise<void> {
    const { world } = this.rig;
    const after = this.rig.lastCall;
    if (delayMs > 0) world.addFault({ method, kind: "delay", delay_ms: delayMs });
    // What makes it call: the engines go on.
    for (const { name } of this.scenario.prompts) if (this.said.has(name)) this.rig.traces.release(name);
    const isCalled = await until(() => world.requests({ method, after }).length > 0, CALL_MS);
    if (!isCalled) this.notes.push(`${method} was never called`);
    await this.rig.end("kill");
  }

  async #pressWhenThere(prompt: string, button: Button, times: number): Promise<void> {
    const isThere = await until(
      () => this.messages().some((message) => message.prompt === prompt && dataOf(message, button) !== undefined),
      REACH_MS,
    );
    if (!isThere) this.notes.push(`${prompt} had no button ${LABELS[button]}`);
    for (let count = 0; count < times; count += 1) this.press(prompt, button);
  }

  async #refused(): Promise<void> {
    const after = this.rig.lastCall;
    const isRefused = await until(
      () => this.rig.world.requests({ after }).some(({ status }) => status === 403),
      CALL_MS,
    );
    if (!isRefused) this.notes.push("nothing was refused");
  }

  /** Another program with the same token. */
  async #pollToo(polls: number): Promise<void> {
    const { url, token } = this.rig.telegram;
    for (let count = 0; count < polls; count += 1) {
      await until(() => this.rig.world.isPolled, REACH_MS);
      await fetch(`${url}/bot${token}/getUpdates?timeout=0`);
    }
  }

  #deletePrompt(name: string): void {
    const said = this.said.get(name);
    if (said === undefined) return;
    this.removed.add(`${said.chat}/${said.id}`);
    this.rig.world.delete({ chat: said.chat, message: said.id });
  }

  #deleteTopic(): void {
    for (const message of this.rig.world.messages(FORUM.id))
      if (message.message_thread_id === TOPIC) this.removed.add(`${FORUM.id}/${message.message_id}`);
    this.rig.world.deleteTopic({ chat: FORUM.id, thread: TOPIC });
    this.isTopicDeleted = true;
  }
}

function dataOf({ buttons }: BotMessage, button: Button): string | undefined {
  return buttons.find(({ label }) => label === LABELS[button])?.data;
}

/** Before the first start there is none. */
function readJournalOrNothing(path: string): ReadonlyMap<string, string> {
  try {
    return readJournal(path).messages;
  } catch {
    return new Map();
  }
}
