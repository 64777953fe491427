import { beginning } from "../domain/clipped.ts";
import type { FileChange } from "../domain/event.ts";
import { formatElapsed } from "./elapsed.ts";
import type { ActionProgress, ActionStatus, ProgressState } from "./progress.ts";
import { relativePath, relativizePaths } from "./relative-paths.ts";

/** First word of the header. */
export type ProgressLabel =
  "starting" | "queued" | "working" | "waiting for you" | "done" | "error" | "cancelled" | "interrupted";

/** A stretch of an action line; `code` is to be set in a fixed-width face. */
export interface LinePart {
  readonly text: string;
  readonly code: boolean;
}

/** What a progress message shows: one header and up to five action lines. */
export interface ProgressView {
  readonly header: string;
  readonly lines: readonly (readonly LinePart[])[];
}

export interface ViewOptions {
  readonly label: ProgressLabel;
  readonly elapsedMs: number;
  /** Paths under this directory are shown relative to it. */
  readonly cwd: string;
}

const SHOWN_ACTIONS = 5;
const SHOWN_CHANGES = 3;
const MAX_TITLE_CHARS = 300;
const ICONS: Readonly<Record<ActionStatus, string>> = { open: "▸", updated: "↻", done: "✓", failed: "✗" };

/** What to show of a run at one moment. */
export function view(state: ProgressState, options: ViewOptions): ProgressView {
  return {
    header: header(state, options),
    lines: state.actions.slice(-SHOWN_ACTIONS).map((entry) => actionLine(entry, options.cwd)),
  };
}

/** `working · claude · 1m 04s · step 7`; the step count is left out while there is none. */
export function header(state: ProgressState, options: Pick<ViewOptions, "label" | "elapsedMs">): string {
  const parts = [options.label, state.engine, formatElapsed(options.elapsedMs)];
  if (state.steps > 0) parts.push(`step ${state.steps}`);
  return parts.join(" · ");
}

function actionLine(entry: ActionProgress, cwd: string): readonly LinePart[] {
  const exitCode = entry.action.detail.exitCode ?? 0;
  const isFinished = entry.status === "done" || entry.status === "failed";
  const suffix = isFinished && exitCode !== 0 ? [words(` (exit ${exitCode})`)] : [];
  return [words(`${ICONS[entry.status]} `), ...titleParts(entry, cwd), ...suffix];
}

function titleParts({ action }: ActionProgress, cwd: string): readonly LinePart[] {
  const title = shorten(relativizePaths(action.title, cwd));
  switch (action.kind) {
    case "command":
      return [code(title)];
    case "tool":
      return [words("tool: "), ...inlineCode(title)];
    case "web_search":
      return [words("searched: "), ...inlineCode(title)];
    case "subagent":
      return [words("subagent: "), ...inlineCode(title)];
    case "file_change":
      return [words("files: "), ...changeParts(action.detail.changes ?? [], title, cwd)];
    case "note":
    case "warning":
    case "turn":
    case "telemetry":
      return inlineCode(title);
    // An engine added by the user may invent kinds the types do not know; they read as notes.
    default:
      return inlineCode(title);
  }
}

function changeParts(changes: readonly FileChange[], title: string, cwd: string): readonly LinePart[] {
  if (changes.length === 0) return [/[/\\.]/.test(title) ? code(title) : words(title)];
  const shown = changes
    .slice(0, SHOWN_CHANGES)
    .flatMap((change, index) => [
      words(`${index === 0 ? "" : ", "}${change.kind} `),
      code(shorten(relativePath(change.path, cwd))),
    ]);
  const hidden = changes.length - SHOWN_CHANGES;
  return hidden > 0 ? [...shown, words(` …(${hidden} more)`)] : shown;
}

/** Titles may mark code with single backticks, as in "read: `src/a.ts`". */
function inlineCode(title: string): readonly LinePart[] {
  const pieces = title.split("`");
  if (pieces.length % 2 === 0) return [words(title)];
  return pieces.map((text, index) => ({ text, code: index % 2 === 1 })).filter((part) => part.text !== "");
}

/** One line of at most 300 characters, cut at a word where there is one. */
function shorten(title: string): string {
  const line = title.replace(/\s+/g, " ").trim();
  if (line.length <= MAX_TITLE_CHARS) return line;
  const cut = beginning(line, MAX_TITLE_CHARS - 1);
  const lastSpace = cut.lastIndexOf(" ");
  return `${lastSpace > MAX_TITLE_CHARS / 2 ? cut.slice(0, lastSpace) : cut}…`;
}

function words(text: string): LinePart {
  return { text, code: false };
}

function code(text: string): LinePart {
  return { text, code: true };
}
