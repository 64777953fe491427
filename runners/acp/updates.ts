import type { FileChange } from "../../src/domain/event.ts";
import type { Fields } from "../../src/runner/fields.ts";
import type { TextChange } from "../../src/runner/unified-diff.ts";

/** A tool call, or what changed of one: an absent key is unchanged, a list that is there replaces the one before. */
export interface ToolPatch {
  readonly id: string;
  readonly title?: string;
  readonly name?: string;
  /** One of the protocol's kinds: read, edit, delete, move, search, execute, think, fetch, switch_mode, other. */
  readonly kind?: string;
  readonly status?: string;
  readonly input?: Fields;
  /** The text among its content. */
  readonly text?: string;
  /** The diffs among its content. */
  readonly changes?: readonly FileChange[];
  /** The files of these diffs, before and after. */
  readonly texts?: readonly TextChange[];
  readonly paths?: readonly string[];
  readonly exitCode?: number;
  /** What the tool returned, as text. */
  readonly returned?: string;
  /** Adds to the output of a terminal. */
  readonly moreOutput?: string;
  /** The returned value itself tells of a failure, whatever the status says. */
  readonly hasFailed?: true;
}

export interface PlanEntry {
  readonly content: string;
  readonly status: string;
}

/** A part of a message. `text` is empty for content that is none. */
export interface Chunk {
  readonly text: string;
  readonly messageId?: string;
  readonly usage?: Fields;
}

/** What a `session/update` says. */
export type Update =
  | ({ readonly type: "message" } & Chunk)
  | ({ readonly type: "thought" } & Chunk)
  /** Words of the user: history being replayed, or an echo of the prompt. */
  | { readonly type: "user_message" }
  | { readonly type: "tool"; readonly patch: ToolPatch }
  | { readonly type: "plan"; readonly entries: readonly PlanEntry[] }
  | { readonly type: "usage"; readonly usage: Fields }
  /** The agent went to another mode. */
  | { readonly type: "mode"; readonly mode: string }
  /** Understood, and nothing for a chat. */
  | { readonly type: "quiet" }
  | { readonly type: "unknown"; readonly name: string };
