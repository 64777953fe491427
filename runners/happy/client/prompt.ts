import { randomUUID } from "node:crypto";
import type { Http } from "./http.ts";
import { postMessage } from "./messages.ts";
import type { OpenedSession } from "./records.ts";

/** What an agent may do without asking. Claude knows the first four, Codex and others the rest; each takes the others' as their nearest. */
export type PermissionMode =
  "default" | "acceptEdits" | "plan" | "bypassPermissions" | "read-only" | "safe-yolo" | "yolo";

export interface PromptOptions {
  /** Default `yolo`: nothing is asked. */
  readonly permissionMode?: PermissionMode | undefined;
  /** As the agent calls it; default: its own choice. */
  readonly model?: string | undefined;
  readonly effort?: string | undefined;
  readonly appendSystemPrompt?: string | undefined;
  /** A prompt with the id of one that was sent before is not sent again; default: a new id. */
  readonly localId?: string | undefined;
}

/** Resolves to the `seq` of the prompt. Throws `SessionNotFound` and `ConnectionError`. */
export async function postPrompt(
  http: Http,
  { session, cipher }: OpenedSession,
  { text, localId = randomUUID(), ...options }: PromptOptions & { readonly text: string },
): Promise<number> {
  const content = cipher.encrypt(promptContent(text, options));
  return await postMessage(http, { sessionId: session.id, content, localId });
}

function promptContent(text: string, options: PromptOptions): unknown {
  const { permissionMode = "yolo", model, effort, appendSystemPrompt } = options;
  return {
    role: "user",
    content: { type: "text", text },
    meta: {
      sentFrom: "takopi",
      permissionMode,
      ...(model !== undefined && { model }),
      ...(effort !== undefined && { effort }),
      ...(appendSystemPrompt !== undefined && { appendSystemPrompt }),
    },
  };
}
