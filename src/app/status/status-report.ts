import { z } from "zod";
import type { Receiving } from "../../bridge/status/receiving.ts";
import type { PendingDecision, RunStatus, WorkStatus } from "../../bridge/status/status.ts";
import type { NotedError } from "../../bridge/status/vitals.ts";

/** Of the answer of `takopi status --json`; becomes 2 when a key changes its meaning or goes away. */
export const REPORT_FORMAT = 1;

type ReportedRun = Omit<RunStatus, "id" | "label"> & { readonly id: string; readonly label: string };

/** How a running bot is, as it says so itself. Times are milliseconds, points in time since 1970. */
export interface StatusReport extends Pick<WorkStatus, "held" | "outbox"> {
  readonly format: typeof REPORT_FORMAT;
  readonly version: string;
  readonly pid: number;
  readonly startedAt: number;
  readonly uptimeMs: number;
  /** The bot's name in Telegram. */
  readonly bot: string;
  /** The configuration file. */
  readonly config: string;
  readonly isWell: boolean;
  /** What somebody should look at; empty when it is well. */
  readonly problems: readonly string[];
  readonly telegram: Receiving;
  readonly running: readonly ReportedRun[];
  readonly queued: readonly ReportedRun[];
  readonly decisions: readonly (Omit<PendingDecision, "runId" | "kind"> & {
    readonly runId: string;
    readonly kind: string;
  })[];
  readonly lastError?: NotedError;
  /** The database with its log. */
  readonly journalBytes: number;
  readonly rssBytes: number;
  /** Those that can run. */
  readonly engines: readonly string[];
}

const ms = z.number();

const run = z.object({
  id: z.string(),
  engine: z.string(),
  project: z.string().exactOptional(),
  branch: z.string().exactOptional(),
  session: z.string().exactOptional(),
  label: z.string(),
  elapsedMs: ms,
  steps: z.number(),
  silentMs: ms.exactOptional(),
  startedBy: z.string(),
  thread: z.string(),
});

export const reportSchema: z.ZodType<StatusReport> = z.object({
  format: z.literal(REPORT_FORMAT),
  version: z.string(),
  pid: z.number(),
  startedAt: ms,
  uptimeMs: ms,
  bot: z.string(),
  config: z.string(),
  isWell: z.boolean(),
  problems: z.array(z.string()),
  telegram: z.object({
    state: z.enum(["starting", "well", "waiting", "deaf"]),
    silentMs: ms,
    lastAnswerAt: ms.exactOptional(),
    reason: z.string().exactOptional(),
    lastOutage: z.object({ from: ms, to: ms }).exactOptional(),
  }),
  running: z.array(run),
  queued: z.array(run),
  held: z.number(),
  decisions: z.array(
    z.object({ runId: z.string(), kind: z.string(), tool: z.string().exactOptional(), waitingMs: ms }),
  ),
  outbox: z.object({ waiting: z.number(), oldestMs: ms.exactOptional() }),
  lastError: z.object({ at: ms, message: z.string() }).exactOptional(),
  journalBytes: z.number(),
  rssBytes: z.number(),
  engines: z.array(z.string()),
});

/** What a client asks, as one line of JSON. */
export const requestSchema: z.ZodType<{ readonly ask: "status" }> = z.object({ ask: z.literal("status") });
