import { fieldsAt, flagAt, isFields, textAt, type Fields } from "../../../src/runner/fields.ts";

/** Something the session's program asks, and waits for. */
export interface PendingRequest {
  /** What it is answered by. */
  readonly id: string;
  readonly tool: string;
  readonly input: Fields;
  /** The call it is about; that of a sub-agent has another id than the request. */
  readonly call: string;
}

/** What of a session's `agentState` matters to others. */
export interface SessionState {
  /** Somebody works in the session's own terminal: prompts wait until they hand it over. */
  readonly isControlledByUser: boolean;
  /** In the order they came. */
  readonly pending: readonly PendingRequest[];
  /** Requests that are no longer open. */
  readonly completed: readonly CompletedRequest[];
}

export interface CompletedRequest {
  readonly id: string;
  /** `approved`, `denied` or `canceled`. */
  readonly status: string;
  readonly call: string;
}

export function decodeState(state: Fields | null): SessionState {
  const fields = state ?? {};
  return {
    isControlledByUser: flagAt(fields, "controlledByUser"),
    pending: entriesOf(fields, "requests").map(([id, request]) => ({
      id,
      tool: textAt(request, "tool") ?? "tool",
      input: fieldsAt(request, "arguments"),
      call: textAt(request, "toolUseId") ?? id,
    })),
    completed: entriesOf(fields, "completedRequests").map(([id, request]) => ({
      id,
      status: textAt(request, "status") ?? "",
      call: textAt(request, "toolUseId") ?? id,
    })),
  };
}

function entriesOf(fields: Fields, key: string): readonly (readonly [string, Fields])[] {
  return Object.entries(fieldsAt(fields, key)).flatMap(([id, value]) =>
    isFields(value) ? [[id, value] as const] : [],
  );
}
