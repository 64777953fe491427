import type { Fields } from "./fields.ts";
import type { PromptContent } from "./prompt.ts";

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
