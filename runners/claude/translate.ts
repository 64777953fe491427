import type { ClaudeLine, LifecycleLine, RateLimitLine } from "./lines.ts";
import { settleLine, takeLine, type RunState, type Step } from "./state.ts";
import { remark, unchanged } from "../../src/runner/step.ts";
import { translateAssistant, translateUser } from "./translate-message.ts";
import { translateResult } from "./translate-result.ts";
import { translateSystem } from "./translate-system.ts";
import { countUnknown } from "./unknown.ts";

/** What one line of the CLI means for the run. Control lines are answered elsewhere and change nothing here. */
export function translate(state: RunState, line: ClaudeLine): Step {
  switch (line.type) {
    case "system":
      return translateSystem(state, line);
    case "assistant":
      return translateAssistant(state, line);
    case "user":
      return translateUser(state, line);
    case "result":
      return translateResult(state, line);
    case "rate_limit_event":
      return translateRateLimit(state, line);
    case "command_lifecycle":
      return unchanged(followPrompt(state, line));
    case "conversation_reset":
      return translateReset(state);
    case "control_request":
    case "control_cancel_request":
      return unchanged(state);
    case "other":
      return unchanged(countUnknown(state, line.name));
  }
}

/** A line that is not JSON. The CLI's own warnings may end up on its stdout. */
export function translateMalformed(state: RunState, line: string): Step {
  return remark(state, {
    kind: "warning",
    title: "claude printed a line that is not JSON",
    level: "warning",
    ok: false,
    detail: { line: line.slice(0, 500) },
  });
}

/** A line too long to be kept; `bytes` is its length. */
export function translateOversize(state: RunState, bytes: number): Step {
  const megabytes = (bytes / 1_000_000).toFixed(1);
  const title = `claude printed a line of ${megabytes} MB; it was skipped`;
  return remark(state, { kind: "warning", title, level: "warning", ok: false, detail: { bytes } });
}

function translateRateLimit(state: RunState, info: RateLimitLine): Step {
  const { limit: _past, ...rest } = state;
  if (info.status !== "rejected") return unchanged(rest);
  // In seconds; 0 and nonsense count as not said.
  const resetsAt = isTime(info.resetsAt) ? { resetsAt: info.resetsAt * 1000 } : {};
  const limit = info.rateLimitType === undefined ? "rate limit" : `${info.rateLimitType} limit`;
  const until = resetsAt.resetsAt === undefined ? "" : `, resets at ${new Date(resetsAt.resetsAt).toISOString()}`;
  return remark(
    { ...rest, limit: resetsAt },
    {
      kind: "warning",
      title: `${limit} reached${until}`,
      level: "warning",
      ok: false,
    },
  );
}

function isTime(seconds: number | undefined): seconds is number {
  return seconds !== undefined && seconds > 0 && seconds < 1e11;
}

function followPrompt(state: RunState, { uuid, state: phase }: LifecycleLine): RunState {
  if (phase === "started") return takeLine(state, uuid);
  if (phase === "completed") return settleLine(takeLine(state, uuid), uuid);
  return phase === "cancelled" ? settleLine(state, uuid) : state;
}

/** The run keeps its token: a run has one session, and the one before `/clear` still exists. */
function translateReset(state: RunState): Step {
  return remark(
    { ...state, hasCleared: true },
    {
      kind: "warning",
      title: "claude cleared its context into a session of its own; replies here continue the one before",
      level: "warning",
    },
  );
}
