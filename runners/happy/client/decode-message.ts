import { fieldsAt, textAt, type Fields } from "../../../src/runner/fields.ts";
import { decodeAcp } from "./dialects/acp.ts";
import { decodeCodex } from "./dialects/codex.ts";
import { decodeNotice } from "./dialects/notice.ts";
import { decodeOutput } from "./dialects/output.ts";
import { decodeSession } from "./dialects/session.ts";
import type { TurnEvent } from "./turn-event.ts";

/** What a decrypted message says, in whatever dialect. Never empty: what is not known here is `unknown`. */
export function decodeMessage(content: Fields): readonly TurnEvent[] {
  const inner = fieldsAt(content, "content");
  const role = textAt(content, "role") ?? "message";
  switch (role) {
    case "user":
      return [{ type: "prompt", text: textAt(inner, "text") ?? "" }];
    case "session":
      return decodeSession(inner);
    case "agent":
      return decodeAgent(inner);
    default:
      return [{ type: "unknown", name: role }];
  }
}

function decodeAgent(content: Fields): readonly TurnEvent[] {
  const type = textAt(content, "type") ?? "agent";
  const data = fieldsAt(content, "data");
  switch (type) {
    case "event":
      return decodeNotice(data);
    case "output":
      return decodeOutput(data);
    case "codex":
      return decodeCodex(data);
    case "acp":
      return decodeAcp(data);
    default:
      return [{ type: "unknown", name: type }];
  }
}
