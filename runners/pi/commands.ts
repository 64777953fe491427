import type { Fields } from "../../src/runner/fields.ts";
import type { PromptContent } from "./prompt.ts";

/**
 * The id of a command of ours, which pi repeats in its reply. That of a prompt also names the follow-ups in it: after a restart it says
 * what pi has of them.
 */
export function commandId(number: number, followUps: readonly string[] = []): string {
  return [`takopi-${number}`, ...followUps.map(encodeURIComponent)].join(" ");
}

/** The ids of the follow-ups in a prompt, by the prompt's id. */
export function followUpsOf(id: string): readonly string[] {
  return id.split(" ").slice(1).map(decodeURIComponent);
}

/** Asks for the session's id, and whether pi is at work. */
export function getState(id: string): string {
  return encode({ id, type: "get_state" });
}

/** Begins a run, or goes into the one that is running, before its next call of the model. */
export function prompt(id: string, { text, images }: PromptContent): string {
  const withImages = images.length === 0 ? {} : { images };
  return encode({ id, type: "prompt", message: text, ...withImages, streamingBehavior: "steer" });
}

/** Ends the run. Queued messages would start another one, so they go first; 0.73.1 does not know how, and says so. */
export function abort(): string {
  return encode({ id: "clear", type: "clear_queue" }) + encode({ id: "abort", type: "abort" });
}

/** The answer to a dialog of an extension. */
export function dialogResponse(id: string, answer: Fields): string {
  return encode({ type: "extension_ui_response", id, ...answer });
}

function encode(command: Fields): string {
  return `${JSON.stringify(command)}\n`;
}
