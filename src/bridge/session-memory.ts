import type { EngineId, ResumeToken } from "../domain/event.ts";
import type { Run, Sender } from "../domain/run.ts";
import { type Thread, threadKey } from "../domain/thread.ts";
import type { SessionOwner, Store } from "./store-port.ts";
import type { BridgeSettings } from "./settings.ts";

/** Which session a chat goes on with by itself, where `session_mode = "chat"`. */
export class SessionMemory {
  readonly #store: Store;
  readonly #isOn: boolean;

  constructor(store: Store, settings: Pick<BridgeSettings, "sessionMode">) {
    this.#store = store;
    this.#isOn = settings.sessionMode === "chat";
  }

  get isOn(): boolean {
    return this.#isOn;
  }

  /** Later prompts of the run's owner continue `token`, unless they have said /new since the run was accepted. */
  remember(run: Run, token: ResumeToken): void {
    const owner = ownerOf(run.thread, run.sender);
    if (this.#isOn && run.createdAt > this.#resetAt(owner)) this.#store.rememberSession(owner, token);
  }

  /** The session to go on with, or the run that is about to name it; undefined begins a new one. */
  recall(thread: Thread, sender: Sender, engine: EngineId): ResumeToken | Run | undefined {
    if (!this.#isOn) return undefined;
    const owner = ownerOf(thread, sender);
    const resetAt = this.#resetAt(owner);
    const ahead = this.#store
      .runsInState(["running", "queued", "held"], thread)
      .findLast((run) => run.engine === engine && run.createdAt > resetAt && isOwnedBy(run, owner));
    return ahead ?? this.#store.recallSession(owner, engine);
  }

  /** The next prompt continues `token`, whatever else is under way. `now` is the time of the choice. */
  choose(choice: { thread: Thread; sender: Sender; token: ResumeToken; now: number }): void {
    this.reset(choice.thread, choice.sender, choice.now);
    this.#store.rememberSession(ownerOf(choice.thread, choice.sender), choice.token);
  }

  /** The next prompt begins a new session. `now` is the time of /new. */
  reset(thread: Thread, sender: Sender, now: number): void {
    const owner = ownerOf(thread, sender);
    this.#store.forgetSessions(owner);
    this.#store.setFact(resetFact(owner), String(now));
  }

  #resetAt(owner: SessionOwner): number {
    return Number(this.#store.getFact(resetFact(owner)) ?? 0);
  }
}

/** A private chat and a topic have one session for everybody in it; in a group each sender has their own. */
function ownerOf(thread: Thread, sender: Sender): SessionOwner {
  const isShared = thread.chatId > 0 || thread.topicId !== undefined;
  return isShared ? { thread } : { thread, senderId: sender.id };
}

function isOwnedBy(run: Run, owner: SessionOwner): boolean {
  return owner.senderId === undefined || run.sender.id === owner.senderId;
}

function resetFact(owner: SessionOwner): string {
  return `new:${threadKey(owner.thread)}:${owner.senderId ?? "all"}`;
}
