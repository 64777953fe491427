import { textAt, type Fields } from "../../../src/runner/fields.ts";
import type { Clock } from "./clock.ts";
import { SessionNotFound } from "./errors.ts";
import type { Patience } from "./patience.ts";
import type { SessionEvent } from "./session-event.ts";
import { judgeTurn, type TurnOutcome } from "./turn-verdict.ts";
import { beginTurn, reduceTurn, type TurnSignal, type TurnState } from "./turn.ts";

export interface TurnWatchOptions {
  readonly clock: Clock;
  readonly patience: Patience;
  /** When the turn is given up, in milliseconds from now; default: never. */
  readonly timeoutMs?: number | undefined;
  /** Whether the server takes the session's program for running; one that does not may be there all the same. */
  readonly isActive: boolean;
  /** Resolves when every message that exists has been told; rejects when the server can't be asked. */
  readonly catchUp: () => Promise<void>;
  /** Asks the session's program whether it is there; rejects when that can't be found out. */
  readonly probe: () => Promise<boolean>;
}

/** After a failed attempt to see all messages, and how many of them are made. */
const catchUpAgainMs = 2_000;
const maxCatchUps = 5;

/** Waits for the end of one turn. Made before the prompt is sent, so that nothing is missed, and begun when the prompt has arrived. */
export class TurnWatch {
  readonly outcome: Promise<TurnOutcome>;
  readonly #options: TurnWatchOptions;
  readonly #deadline: number | undefined;
  #resolve: (outcome: TurnOutcome) => void = () => {};
  #state: TurnState;
  #hasBegun = false;
  #isOver = false;
  #isConnected = true;
  /** The last sign of life of the session. */
  #lifeAt: number;
  /** When it was reported as stopped, or its machine as offline. */
  #offlineAt: number | undefined;
  #isAsking = false;
  #catchUps = 0;
  #cancelTimer: () => void = () => {};

  constructor(options: TurnWatchOptions) {
    const now = options.clock.now();
    this.#options = options;
    this.#deadline = options.timeoutMs === undefined ? undefined : now + options.timeoutMs;
    this.#state = beginTurn(now);
    this.#lifeAt = now;
    if (!options.isActive) this.#offlineAt = now;
    this.outcome = new Promise((resolve) => (this.#resolve = resolve));
  }

  /** The prompt has arrived, and the messages after it are told. Before that nothing can have ended. */
  begin(): void {
    this.#hasBegun = true;
    this.#look();
  }

  /** Messages must be of this turn alone: those after the prompt. */
  receive(event: SessionEvent): void {
    if (this.#isOver) return;
    this.#noteLife(event);
    for (const signal of signalsOf(event)) this.#apply(signal);
    this.#look();
  }

  /** Nobody waits any more. */
  close(): void {
    this.#isOver = true;
    this.#cancelTimer();
  }

  #noteLife(event: SessionEvent): void {
    const now = this.#options.clock.now();
    if (event.type === "machine") this.#offlineAt = event.isActive ? undefined : now;
    else if (event.type !== "failed") this.#lifeAt = now;
    if (event.type === "connection") this.#isConnected = event.isUp;
  }

  #apply(signal: TurnSignal): void {
    this.#state = reduceTurn(this.#state, signal, this.#options.clock.now());
  }

  #look(): void {
    if (this.#isOver || !this.#hasBegun) return;
    const { clock, patience } = this.#options;
    const now = clock.now();
    if (this.#deadline !== undefined && now >= this.#deadline) this.#apply({ type: "gone", why: "timeout" });
    const verdict = judgeTurn(this.#state, now, patience);
    switch (verdict.kind) {
      case "over":
        this.close();
        this.#resolve(verdict.outcome);
        return;
      case "catch_up":
        this.#ask(this.#catchUp());
        return;
      case "open":
        if (now >= this.#probeAt()) this.#ask(this.#probe());
        else this.#lookAt(Math.min(verdict.lookAgainAt ?? Infinity, this.#probeAt(), this.#deadline ?? Infinity));
    }
  }

  #lookAt(time: number): void {
    this.#cancelTimer();
    if (time === Infinity) return;
    const { clock } = this.#options;
    this.#cancelTimer = clock.after(Math.max(time - clock.now(), 0), () => this.#look());
  }

  /** A broken connection tells nothing about the session. */
  #probeAt(): number {
    if (!this.#isConnected || this.#isAsking) return Infinity;
    const { silenceMs, offlineMs } = this.#options.patience;
    const offline = this.#offlineAt === undefined ? Infinity : Math.max(this.#offlineAt, this.#lifeAt) + offlineMs;
    return Math.min(this.#lifeAt + silenceMs, offline);
  }

  /** One question at a time. What comes meanwhile is seen when it is answered, except the end itself. */
  #ask(question: Promise<void>): void {
    if (this.#isAsking) return;
    this.#isAsking = true;
    this.#lookAt(this.#deadline ?? Infinity);
    void question.finally(() => {
      this.#isAsking = false;
      this.#look();
    });
  }

  async #catchUp(): Promise<void> {
    const { clock, catchUp } = this.#options;
    this.#catchUps += 1;
    try {
      await catchUp();
    } catch (error) {
      const canSucceed = !(error instanceof SessionNotFound) && this.#catchUps < maxCatchUps;
      if (canSucceed) return await new Promise((resolve) => clock.after(catchUpAgainMs, resolve));
    }
    this.#catchUps = 0;
    this.#apply({ type: "caught_up" });
  }

  async #probe(): Promise<void> {
    try {
      if (await this.#options.probe()) this.#offlineAt = undefined;
      else this.#apply({ type: "gone", why: "unreachable" });
    } catch {
      // Not found out: asked again after the next silence.
    }
    this.#lifeAt = this.#options.clock.now();
  }
}

function signalsOf(event: SessionEvent): readonly TurnSignal[] {
  switch (event.type) {
    case "message":
      return event.says.map((said) => ({ type: "said", event: said }));
    case "activity":
      return [{ type: "activity", isActive: event.isActive, isThinking: event.isThinking }];
    case "notice":
      return doneSignal(event.kind);
    case "state": {
      const { pending, isControlledByUser } = event.state;
      return [{ type: "state", pending: pending.length, isControlledByUser }];
    }
    case "metadata":
      return archivedSignal(event.metadata);
    case "deleted":
      return [{ type: "gone", why: "deleted" }];
    case "failed":
      return [{ type: "gone", why: "disconnected" }];
    case "unreadable":
    case "usage":
    case "machine":
    case "connection":
      return [];
  }
}

function doneSignal(kind: string): readonly TurnSignal[] {
  return kind === "done" ? [{ type: "done" }] : [];
}

function archivedSignal(metadata: Fields): readonly TurnSignal[] {
  return textAt(metadata, "lifecycleState") === "archived" ? [{ type: "gone", why: "stopped" }] : [];
}
