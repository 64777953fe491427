import { textAt, type Fields } from "../../../../src/runner/fields.ts";
import type { TurnEvent } from "../turn-event.ts";

/** What the program says about the session, in every version. */
export function decodeNotice(data: Fields): readonly TurnEvent[] {
  const type = textAt(data, "type") ?? "event";
  switch (type) {
    case "ready":
      return [{ type: "ready" }];
    case "message":
      return [{ type: "notice", text: textAt(data, "message") ?? "" }];
    // The session was handed to or taken from its terminal, which its state tells, too.
    case "switch":
    case "permission-mode-changed":
      return [{ type: "quiet" }];
    default:
      return [{ type: "unknown", name: `event/${type}` }];
  }
}
