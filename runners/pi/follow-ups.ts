import type { FollowUp } from "../../src/runner/runner.ts";
import type { ResponseLine } from "./lines.ts";
import type { Past } from "./past.ts";

/** What the user sends during a run: waits here for the moment at which it can be written, and then for pi's acknowledgement. */
export class FollowUps {
  readonly #past: Past;
  /** Not written yet: pi would refuse one that comes before the prompt's run has begun. */
  readonly #waiting: FollowUp[] = [];
  /** Written and not acknowledged yet, by the id of their prompt. */
  readonly #sent = new Map<string, FollowUp[]>();
  /** What pi said to prompts, by their id. */
  readonly #replies = new Map<string, boolean>();

  constructor(past: Past) {
    this.#past = past;
  }

  get areWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  /** One of a run that was taken up may have been written before. */
  add(followUp: FollowUp): void {
    const prompt = this.#past.followUps.get(followUp.id ?? "");
    if (prompt === undefined) this.#waiting.push(followUp);
    else if (!this.#replies.has(prompt)) this.sent(prompt, [followUp]);
    else if (this.#replies.get(prompt) === true) followUp.taken();
  }

  /** All that waits: it is to be written now, in one prompt. */
  takeWaiting(): readonly FollowUp[] {
    return this.#waiting.splice(0);
  }

  sent(prompt: string, followUps: readonly FollowUp[]): void {
    this.#sent.set(prompt, [...(this.#sent.get(prompt) ?? []), ...followUps]);
  }

  /** What pi refused stays with the one who sent it. */
  acknowledge({ id, command, ok }: ResponseLine): void {
    if (command !== "prompt") return;
    this.#replies.set(id, ok);
    if (ok) for (const followUp of this.#sent.get(id) ?? []) followUp.taken();
    this.#sent.delete(id);
  }
}
