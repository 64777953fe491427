import type { IncomingMessage } from "../../domain/incoming.ts";
import { threadKey } from "../../domain/thread.ts";
import type { Clock } from "../ports.ts";
import type { Receiving } from "../status/receiving.ts";

export interface AlbumDeps {
  readonly clock: Clock;
  /** How long nothing more of an album must have come. */
  readonly quietMs: number;
  readonly vitals: { receiving(): Pick<Receiving, "state"> };
}

/** `whole`: the parts in the order of their messages. `wait`: some may be missing; ask again when this resolves. */
export type Gathered =
  | { readonly kind: "whole"; readonly parts: readonly IncomingMessage[] }
  | { readonly kind: "wait"; readonly again: Promise<void> };

interface Gathering {
  readonly owner: string;
  readonly parts: Map<number, IncomingMessage>;
  readonly quiet: Promise<void>;
  readonly becomeQuiet: () => void;
  isQuiet: boolean;
  cancelTimer: () => void;
}

/** Telegram: an album has at most ten parts. */
const MAX_PARTS = 10;

/**
 * Holds the parts of albums, which arrive one by one and in any order, until nothing more comes. It only remembers: until the album has
 * had its effect its parts are unhandled in the inbox, and a new start of the program gathers them again.
 */
export class Albums {
  readonly #deps: AlbumDeps;
  readonly #open = new Map<string, Gathering>();
  readonly #heldBack = new Set<number>();

  constructor(deps: AlbumDeps) {
    this.#deps = deps;
  }

  /** Takes in a part, also one it has. */
  gather(part: IncomingMessage): Gathered {
    const gathering = this.#open.get(keyOf(part)) ?? this.#begin(part);
    if (!gathering.parts.has(part.messageId)) {
      gathering.parts.set(part.messageId, part);
      if (!gathering.isQuiet) this.#waitForMore(gathering);
    }
    if (!gathering.isQuiet) return { kind: "wait", again: gathering.quiet };
    return { kind: "whole", parts: [...gathering.parts.values()].toSorted((a, b) => a.messageId - b.messageId) };
  }

  isGathering(part: IncomingMessage): boolean {
    return this.#open.has(keyOf(part));
  }

  /** The album has had its effect. */
  close(part: IncomingMessage): void {
    this.#open.delete(keyOf(part));
  }

  /**
   * When something else that the same person wrote may be handled, so that it does not overtake the album before it; undefined: now. Asked
   * again, it may.
   */
  holdBack(message: IncomingMessage): Promise<void> | undefined {
    if (this.#heldBack.delete(message.updateId)) return undefined;
    const ahead = [...this.#open.values()].find(({ owner, isQuiet }) => owner === ownerOf(message) && !isQuiet);
    if (ahead === undefined) return undefined;
    this.#heldBack.add(message.updateId);
    const { clock, quietMs } = this.#deps;
    return new Promise((resolve) => {
      const cancelTimer = clock.setTimer(quietMs, resolve);
      void ahead.quiet.then(cancelTimer).then(resolve);
    });
  }

  #begin(part: IncomingMessage): Gathering {
    let becomeQuiet = (): void => {};
    const quiet = new Promise<void>((resolve) => (becomeQuiet = resolve));
    const owner = ownerOf(part);
    const gathering = { owner, parts: new Map(), quiet, becomeQuiet, isQuiet: false, cancelTimer: () => {} };
    this.#open.set(keyOf(part), gathering);
    return gathering;
  }

  #waitForMore(gathering: Gathering): void {
    gathering.cancelTimer();
    if (gathering.parts.size >= MAX_PARTS) return this.#end(gathering);
    gathering.cancelTimer = this.#deps.clock.setTimer(this.#deps.quietMs, () => {
      // While Telegram does not answer, silence says nothing about what is still to come.
      if (this.#deps.vitals.receiving().state === "well") this.#end(gathering);
      else this.#waitForMore(gathering);
    });
  }

  #end(gathering: Gathering): void {
    gathering.isQuiet = true;
    gathering.becomeQuiet();
  }
}

function keyOf(part: IncomingMessage): string {
  return `${ownerOf(part)} ${part.mediaGroupId}`;
}

function ownerOf({ thread, sender }: IncomingMessage): string {
  return `${threadKey(thread)} ${sender.id}`;
}
