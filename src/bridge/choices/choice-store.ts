import type { ResumeToken } from "../../domain/event.ts";
import type { RunContext, RunId } from "../../domain/run.ts";
import type { Thread } from "../../domain/thread.ts";

/** What a chat prefers. The engine decides which of the values of the other two apply. */
export type PreferenceName = "engine" | `model:${string}` | `effort:${string}`;

/** What a button stands for, kept in the journal because a button itself carries 64 bytes at most. */
export type Offer =
  | { readonly kind: "preference"; readonly name: PreferenceName; readonly value?: string }
  | {
      readonly kind: "session";
      readonly token: ResumeToken;
      readonly title: string;
      readonly context: RunContext;
      readonly cwd: string;
      /** A program had it open when it was listed, so that continuing it needs a second word. */
      readonly isOpen: boolean;
      readonly prompt?: string;
    }
  | {
      readonly kind: "prompt";
      readonly runId: RunId;
      readonly prompt: string;
      /** It approves the plan of a run that was to plan first: the next one must not plan again. */
      readonly endsPlan?: boolean;
      /** It waits in the queue until then, in milliseconds since 1970. */
      readonly notBefore?: number;
    }
  /** The message goes away, and nothing else happens. */
  | { readonly kind: "leave" }
  | { readonly kind: "cancel"; readonly runId: RunId };

/** An offer with the name in its button: 12 characters of `[0-9a-z]`, not to be guessed, and good only under its own message. */
export interface OfferRow {
  readonly id: string;
  readonly thread: Thread;
  readonly offer: Offer;
  readonly madeAt: number;
  /** It holds only once, and that once is over. */
  readonly isTaken: boolean;
  /** Who asked for it; absent where it is for everybody who may decide. */
  readonly askedBy?: number;
  /** The message with its button; absent until that was sent. */
  readonly messageId?: number;
}

/** What was offered in chats and what they chose. */
export interface ChoiceStore {
  makeOffers(offers: readonly Omit<OfferRow, "isTaken" | "messageId">[]): void;
  findOffer(id: string): OfferRow | undefined;
  /** Marks an offer that holds only once. */
  takeOffer(id: string): void;
  /** Marks an offer with all others under its message, which loses its buttons. */
  takeOffersWith(id: string): void;
  /** What this very thread chose, not what it inherits. */
  preference(thread: Thread, name: PreferenceName): string | undefined;
  /** Without a value the choice is forgotten. */
  setPreference(thread: Thread, name: PreferenceName, value?: string): void;
}
