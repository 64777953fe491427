import type { MessageText } from "../domain/message-text.ts";
import { code, join } from "./text-builder.ts";

/** The last lines of a run's messages: its project and the command that resumes its session, each as tappable code. */
export function footer(lines: { readonly context?: string; readonly resumeLine?: string }): MessageText | undefined {
  const parts = [lines.context, lines.resumeLine].filter((line) => line !== undefined).map((line) => code(line));
  return parts.length === 0 ? undefined : join(parts, "\n");
}
