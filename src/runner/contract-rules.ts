import {
  isSameSession,
  type ActionEvent,
  type CompletedEvent,
  type EngineId,
  type ResumeToken,
  type StartedEvent,
  type TakopiEvent,
} from "../domain/event.ts";

/**
 * What becomes of one event of a runner. `end` closes the run; `orderly` tells whether the runner came to its end by itself, so
 * that it may clean up behind it, or has to be stopped.
 */
export type Verdict =
  | { readonly kind: "pass"; readonly event: StartedEvent | ActionEvent }
  | { readonly kind: "drop" }
  | { readonly kind: "end"; readonly event: CompletedEvent; readonly orderly: boolean };

/** The rules of one run's events, without time, locks or processes. One instance per run. */
export class ContractRules {
  readonly #engine: EngineId;
  /** The session the run must be in: the requested one, or the one it started. */
  #session: ResumeToken | undefined;
  #hasStarted = false;
  #ignoredEvents = 0;

  constructor(engine: EngineId, requested: ResumeToken | undefined) {
    this.#engine = engine;
    this.#session = requested;
  }

  /** Takes anything: runners of users are plain JavaScript. */
  judge(event: unknown): Verdict {
    if (!isTakopiEvent(event) || event.engine !== this.#engine) return this.#ignore();
    switch (event.type) {
      case "started":
        return this.#judgeStarted(event);
      case "action":
        return { kind: "pass", event };
      case "completed":
        return this.#judgeCompleted(event);
    }
  }

  /** The end of a run that has no result of its own. */
  fail(error: string): Extract<Verdict, { kind: "end" }> {
    const resume = this.#session === undefined ? {} : { resume: this.#session };
    const event: CompletedEvent = { type: "completed", engine: this.#engine, ok: false, answer: "", error, ...resume };
    return { kind: "end", event, orderly: false };
  }

  #judgeStarted(event: StartedEvent): Verdict {
    if (!this.#allows(event.resume)) return this.fail(this.#wrongSession(event.resume));
    if (this.#hasStarted) return { kind: "drop" };
    this.#hasStarted = true;
    this.#session = event.resume;
    return { kind: "pass", event };
  }

  #judgeCompleted(event: CompletedEvent): Verdict {
    if (event.resume !== undefined && !this.#allows(event.resume)) {
      const failure = this.fail(this.#wrongSession(event.resume));
      return { kind: "end", event: { ...failure.event, answer: event.answer }, orderly: true };
    }
    const error = event.ok ? {} : { error: event.error ?? `${this.#engine} failed without saying why` };
    return { kind: "end", event: { ...event, ...error, ...this.#resumeOf(event) }, orderly: true };
  }

  /** A lost session is not offered for resuming again. */
  #resumeOf(event: CompletedEvent): { readonly resume?: ResumeToken } {
    if (this.#session === undefined || event.fault === "session_not_found") return {};
    return { resume: this.#session };
  }

  #allows(token: ResumeToken): boolean {
    if (token.engine !== this.#engine || token.value.trim() === "") return false;
    return this.#session === undefined || isSameSession(token, this.#session);
  }

  #wrongSession(token: ResumeToken): string {
    if (token.value.trim() === "")
      return `${this.#engine} named a session without a name. Start a new session with /new.`;
    const expected = this.#session === undefined ? "one of its own" : this.#session.value;
    return `${this.#engine} answered from session ${token.value} instead of ${expected}. Start a new session with /new.`;
  }

  /** One action for all of them: a flood of strange events must not become a flood of lines. */
  #ignore(): Verdict {
    this.#ignoredEvents += 1;
    const event: ActionEvent = {
      type: "action",
      engine: this.#engine,
      action: {
        id: "takopi.ignored-events",
        kind: "warning",
        title: `ignored events that are not of this run: ${this.#ignoredEvents}`,
        detail: {},
      },
      phase: "completed",
      ok: false,
      level: "warning",
    };
    return { kind: "pass", event };
  }
}

function isTakopiEvent(event: unknown): event is TakopiEvent {
  if (typeof event !== "object" || event === null || !("type" in event)) return false;
  return event.type === "started" || event.type === "action" || event.type === "completed";
}
