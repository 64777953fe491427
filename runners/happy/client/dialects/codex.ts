import { textAt, type Fields } from "../../../../src/runner/fields.ts";
import type { TurnEvent } from "../turn-event.ts";
import { toolEnd, toolStart } from "./tool-call.ts";

/** What older CLIs send for Codex. */
export function decodeCodex(data: Fields): readonly TurnEvent[] {
  const type = textAt(data, "type") ?? "codex";
  return [decoders.get(type)?.(data) ?? { type: "unknown", name: `codex/${type}` }];
}

const decoders: ReadonlyMap<string, (data: Fields) => TurnEvent> = new Map<string, (data: Fields) => TurnEvent>([
  ["message", (data) => ({ type: "text", text: textAt(data, "message") ?? "", isThought: false })],
  ["reasoning", (data) => ({ type: "text", text: textAt(data, "message") ?? "", isThought: true })],
  ["reasoning-delta", () => ({ type: "quiet" })],
  ["tool-call", toolStart],
  ["tool-call-result", toolEnd],
  ["token_count", (usage) => ({ type: "usage", usage })],
]);
