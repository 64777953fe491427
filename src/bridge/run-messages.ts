import type { CompletedEvent } from "../domain/event.ts";
import type { MessageText } from "../domain/message-text.ts";
import type { Run, RunId } from "../domain/run.ts";
import { header, type ProgressLabel, view } from "../progress/view.ts";
import type { ProgressState } from "../progress/progress.ts";
import { finalMessages } from "../render/final-message.ts";
import { footer } from "../render/footer.ts";
import { progressMessage } from "../render/progress-message.ts";
import { formatContextLine } from "../routing/context-line.ts";
import type { ResumeCodec } from "../runner/runner.ts";
import type { Keyboard } from "./chat-port.ts";
import type { NewOutboxRow } from "./store-port.ts";
import type { CardContent } from "./progress-card.ts";
import { runButton } from "./run-button.ts";
import { coverContent } from "./secret-cover.ts";
import type { BridgeSettings } from "./settings.ts";

/** One run as its messages show it. */
export interface ShownRun {
  readonly run: Run;
  readonly progress: ProgressState;
  readonly elapsedMs: number;
  readonly settings: BridgeSettings;
  /** Absent when the engine is no longer configured. */
  readonly codec?: ResumeCodec;
}

/** What a progress message has beside the run's own state. */
export interface CardExtras {
  readonly keyboard: Keyboard;
  /** One line below the header. */
  readonly note?: string;
}

export function cancelKeyboard(runId: RunId): Keyboard {
  return [[runButton(runId, "cancel", "Cancel")]];
}

export function resumeKeyboard(runId: RunId): Keyboard {
  return [[runButton(runId, "resume", "Resume")]];
}

/** Offered instead of running something the user may not want any more. */
export function offerKeyboard(runId: RunId): Keyboard {
  return [[runButton(runId, "run", "Run"), runButton(runId, "discard", "Discard")]];
}

/** The progress message in one of its states. */
export function runCard(shown: ShownRun, label: ProgressLabel, { keyboard, note }: CardExtras): CardContent {
  const { run, progress, elapsedMs } = shown;
  const seen = view(progress, { label, elapsedMs, cwd: run.cwd });
  const lines = [...(note === undefined ? [] : [[{ text: note, code: false }]]), ...seen.lines];
  const content = progressMessage({ ...seen, lines }, runFooter(shown));
  return { content, keyboard };
}

/** What is left of the progress message where it is kept below the final: its header alone. */
export function collapsedCard(shown: ShownRun, label: ProgressLabel): CardContent {
  const { progress, elapsedMs } = shown;
  return { content: progressMessage({ header: header(progress, { label, elapsedMs }), lines: [] }), keyboard: [] };
}

/** The final message, in as many parts as it needs; the first part makes a sound. */
export function finalRows(
  shown: ShownRun,
  ending: { readonly label: ProgressLabel; readonly completed: CompletedEvent; readonly notices: readonly string[] },
): readonly NewOutboxRow[] {
  const { run, progress, elapsedMs, settings } = shown;
  const { answer, error } = ending.completed;
  const { secrets } = settings;
  const coveredCount = secrets.secretsIn([answer, error ?? ""].join("\n")).length;
  const ends = runFooter(shown, coveredCount);
  const messages = finalMessages({
    header: header(progress, { label: ending.label, elapsedMs }),
    answer: secrets.cover(answer),
    notices: ending.notices,
    maxParts: settings.maxFinalParts,
    // Once more after the Markdown is gone: `sk-**ant**-…` is a secret only then.
    cover: (content) => coverContent(secrets, content),
    ...(error !== undefined && { error: secrets.cover(error) }),
    ...(ends !== undefined && { footer: ends }),
  });
  const base = { thread: run.thread, runId: run.id, role: "final" } as const;
  const replyTo = run.promptMessageId;
  const parts = messages.parts.map((content, index): NewOutboxRow => {
    const silent = !settings.finalNotify || index > 0;
    return { ...base, operation: { type: "send", content, replyTo, silent, urgency: "final" } };
  });
  if (messages.file === undefined) return parts;
  const { name, text } = messages.file;
  return [...parts, { ...base, operation: { type: "document", fileName: name, text, replyTo, silent: true } }];
}

/** The resume line may be hidden only where the chat continues its session without it. */
function runFooter({ run, progress, settings, codec }: ShownRun, coveredCount = 0): MessageText | undefined {
  const context = formatContextLine(run.context);
  const isHidden = !settings.showResumeLine && settings.sessionMode === "chat";
  const resumeLine = progress.resume && !isHidden ? codec?.formatResume(progress.resume) : undefined;
  return footer({
    coveredCount,
    ...(context !== undefined && { context }),
    ...(resumeLine !== undefined && { resumeLine }),
  });
}
