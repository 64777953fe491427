import { countUnknown } from "../../src/runner/unknown-types.ts";
import type { AgentLine, PiLine } from "./lines.ts";
import { mayEnd, type RunState, type Step } from "./state.ts";
import { remark, unchanged, warning } from "../../src/runner/step.ts";
import { translateAssistant } from "./translate-assistant.ts";
import { translateCompaction, translateRetry } from "./translate-pause.ts";
import { translateResponse } from "./translate-response.ts";
import { beginSession } from "./translate-session.ts";
import { translateTool } from "./translate-tool.ts";

/** What one line of pi means for the run. Dialogs are answered elsewhere and change nothing here. */
export function translate(state: RunState, line: PiLine): Step {
  switch (line.type) {
    case "session":
      return beginSession(state, { id: line.id });
    case "agent":
      return unchanged(followAgent(state, line));
    case "assistant":
      return translateAssistant(state, line);
    case "tool":
      return translateTool(state, line);
    case "retry":
      return translateRetry(state, line);
    case "compaction":
      return translateCompaction(state, line);
    case "response":
      return translateResponse(state, line);
    case "notice":
      return remark(state, { title: line.text, level: line.level });
    case "dialog":
    case "quiet":
      return unchanged(state);
    case "other":
      return unchanged(countUnknown(state, line.name));
  }
}

/** A line that is not JSON. */
export function translateMalformed(state: RunState, line: string): Step {
  return warning(state, "pi printed a line that is not JSON", { line: line.slice(0, 500) });
}

/** A line too long to be kept; `bytes` is its length. */
export function translateOversize(state: RunState, bytes: number): Step {
  return warning(state, `pi printed a line of ${(bytes / 1_000_000).toFixed(1)} MB; it was skipped`, { bytes });
}

function followAgent(state: RunState, line: AgentLine): RunState {
  switch (line.phase) {
    case "started":
      return { ...state, activity: "working", isUnsure: false };
    case "ended":
      if (line.willRetry === undefined) return mayEnd(state);
      return line.willRetry ? state : { ...state, activity: "ending" };
    case "settled":
      return { ...state, activity: "idle", isUnsure: false };
  }
}
