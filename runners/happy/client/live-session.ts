import type { Listen } from "./backlog.ts";
import { callProgram, type Callee } from "./call-program.ts";
import type { Clock } from "./clock.ts";
import { ConnectionError, MachineOfflineError } from "./errors.ts";
import type { Http } from "./http.ts";
import type { HeldSocket } from "./link.ts";
import { fetchNewest } from "./messages.ts";
import { openPromptSeq } from "./open-turn.ts";
import type { Patience } from "./patience.ts";
import { postPrompt, type PromptOptions } from "./prompt.ts";
import type { OpenedSession, Session } from "./records.ts";
import type { SessionRecord } from "./schema.ts";
import type { SessionEvent } from "./session-event.ts";
import { SessionFeed } from "./session-feed.ts";
import type { TurnOutcome } from "./turn-verdict.ts";
import { TurnWatch } from "./turn-watch.ts";

export interface LiveSessionOptions {
  readonly http: Http;
  readonly held: HeldSocket;
  readonly listen: Listen;
  readonly opened: OpenedSession;
  readonly refetch: () => Promise<SessionRecord>;
  readonly clock: Clock;
  readonly patience: Patience;
  readonly onEvent: (event: SessionEvent) => void;
}

/** The answer to something the session's program asks. */
export interface PermissionAnswer {
  /** Of the request. */
  readonly id: string;
  readonly approved: boolean;
  /** Read by the model when it was not approved. */
  readonly reason?: string;
  /** The permission mode from now on. */
  readonly mode?: PromptOptions["permissionMode"];
  /** What is not asked again in this session: `Edit`, `Bash(ls -l)`, `Bash(npm test:*)`. For Claude. */
  readonly allowTools?: readonly string[];
  /** For Codex and others: `approved_for_session`, or `denied` in place of an abort. */
  readonly decision?: "approved" | "approved_for_session" | "denied" | "abort";
  /** Changes to what the tool is called with; `{ answers: { question: label } }` answers questions. */
  readonly updatedInput?: Readonly<Record<string, unknown>>;
}

export interface TurnWaitOptions {
  /** When the wait is given up, in milliseconds; default: never. */
  readonly timeoutMs?: number | undefined;
}

/** A turn that was begun. */
export interface Turn {
  /** The prompt's place among the messages. */
  readonly seq: number;
  /** Never rejects; never resolves once the live session is closed. */
  readonly outcome: Promise<TurnOutcome>;
}

/** A session that is followed: its events are told, and it takes prompts, answers and aborts. Whoever opens it closes it. */
export class LiveSession {
  readonly session: Session;
  readonly #options: LiveSessionOptions;
  readonly #feed: SessionFeed;
  #watch: TurnWatch | undefined;
  /** What holds until there is something newer. */
  readonly #known = new Map<string, SessionEvent>();

  constructor(options: LiveSessionOptions) {
    const { opened, http, listen, refetch } = options;
    this.session = opened.session;
    this.#options = options;
    this.#feed = new SessionFeed({ http, opened, refetch, listen, onEvent: (event) => this.#receive(event) });
  }

  /**
   * Sends a prompt; resolves when the server has it. From then on the messages after it are told. Throws `SessionNotFound`,
   * `EncryptionError` and `ConnectionError`.
   */
  async prompt(text: string, options: PromptOptions & TurnWaitOptions = {}): Promise<Turn> {
    const { http, opened } = this.#options;
    const watch = this.#watchTurn(options);
    const seq = await postPrompt(http, opened, { ...options, text });
    return this.#begin(watch, seq);
  }

  /** Waits for the turn that answers the message `afterSeq`; the messages after it are told. */
  follow(afterSeq: number, options: TurnWaitOptions = {}): Turn {
    return this.#begin(this.#watchTurn(options), afterSeq);
  }

  /** The place of the last prompt where no word says that its turn has ended. Throws `SessionNotFound` and `ConnectionError`. */
  async openPrompt(): Promise<number | undefined> {
    const { http, opened } = this.#options;
    return openPromptSeq(await fetchNewest(http, this.session.id), opened.cipher);
  }

  /** Resolves when the program has the answer, also when it no longer waits for one. Throws `MachineOfflineError`, `ConnectionError`. */
  async answer(answer: PermissionAnswer): Promise<void> {
    await this.#call("permission", answer);
  }

  /** Interrupts the turn, if there is one. Throws `MachineOfflineError` when the program is not there, and `ConnectionError`. */
  async abort(): Promise<void> {
    await this.#call("abort", {});
  }

  /**
   * Whether the session's program is there: it is told the answer to a question that it did not ask, which it passes over. One that
   * does not say so in time, or nobody, is not. Throws `ConnectionError` while there is no connection.
   */
  async isThere(timeoutMs: number = this.#options.patience.probeMs): Promise<boolean> {
    try {
      await this.#call("permission", { id: "takopi-is-anybody-there", approved: false }, timeoutMs);
      return true;
    } catch (error) {
      const isSilent = error instanceof ConnectionError && this.#options.held.socket.isConnected;
      if (error instanceof MachineOfflineError || isSilent) return false;
      throw error;
    }
  }

  close(): void {
    this.#watch?.close();
    this.#feed.close();
    this.#options.held.release();
  }

  #receive(event: SessionEvent): void {
    if (event.type === "state" || event.type === "failed") this.#known.set(event.type, event);
    this.#options.onEvent(event);
    this.#watch?.receive(event);
  }

  #begin(watch: TurnWatch, seq: number): Turn {
    this.#feed.begin(seq);
    watch.begin();
    return { seq, outcome: watch.outcome };
  }

  #watchTurn({ timeoutMs }: TurnWaitOptions): TurnWatch {
    const { clock, patience } = this.#options;
    this.#watch?.close();
    this.#watch = new TurnWatch({
      clock,
      patience,
      timeoutMs,
      isActive: this.session.active,
      catchUp: () => this.#feed.catchUp(),
      probe: () => this.isThere(),
    });
    for (const event of this.#known.values()) this.#watch.receive(event);
    return this.#watch;
  }

  async #call(method: string, params: unknown, timeoutMs: number = this.#options.patience.callMs): Promise<unknown> {
    const { opened, held } = this.#options;
    const callee: Callee = {
      scope: this.session.id,
      cipher: opened.cipher,
      label: `the program of session ${this.session.id}`,
    };
    return await callProgram(held.socket, callee, { method, params, timeoutMs });
  }
}
