import type { Fields } from "../../../src/runner/fields.ts";

export type TurnStatus = "completed" | "failed" | "cancelled";

/** Where in a session something was said, as far as its dialect tells. */
export interface Place {
  /** The turn it is part of. */
  readonly turn?: string;
  /** The sub-agent that said it; absent for the session itself. */
  readonly subagent?: string;
}

/** What a message of a session says. The dialects of all CLIs come down to these. */
export type TurnEvent =
  /** Somebody's prompt: ours, one from the app, or one typed at the machine. */
  | { readonly type: "prompt"; readonly text: string }
  | ({ readonly type: "turn_start" } & Place)
  | ({ readonly type: "turn_end"; readonly status: TurnStatus } & Place)
  | ({ readonly type: "text"; readonly text: string; readonly isThought: boolean } & Place)
  | ({
      readonly type: "tool_start";
      readonly call: string;
      readonly name: string;
      readonly input: Fields;
      readonly title?: string;
    } & Place)
  /** `isError` is absent where the dialect does not tell, as that of CLI 1.2.5. */
  | ({ readonly type: "tool_end"; readonly call: string; readonly output?: string; readonly isError?: boolean } & Place)
  | ({ readonly type: "subagent_start"; readonly title?: string } & Place)
  | ({ readonly type: "subagent_end" } & Place)
  | ({ readonly type: "file"; readonly name: string } & Place)
  /** Words of the program, not of the model, within a turn. */
  | ({ readonly type: "service"; readonly text: string } & Place)
  /** The same outside of turns: "Aborted by user", a launch that failed. */
  | { readonly type: "notice"; readonly text: string }
  /** Older CLIs: nothing more comes before the next prompt. */
  | { readonly type: "ready" }
  | { readonly type: "usage"; readonly usage: Fields }
  /** Understood, and of no interest. */
  | { readonly type: "quiet" }
  | { readonly type: "unknown"; readonly name: string };
