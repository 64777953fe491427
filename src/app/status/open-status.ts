import { statSync } from "node:fs";
import { readyEngines } from "../../bridge/known-engines.ts";
import type { EngineSource, Log } from "../../bridge/ports.ts";
import { type StatusDeps, workStatus } from "../../bridge/status/status.ts";
import { problemsOf, type Vitals } from "../../bridge/status/vitals.ts";
import { databasePath } from "../../config/file-paths.ts";
import { type HealthReport, openHealth } from "./health.ts";
import type { StatusPlace } from "./status-address.ts";
import { REPORT_FORMAT, type StatusReport } from "./status-report.ts";
import { serveStatus } from "./status-server.ts";

export interface StatusSources extends StatusDeps, StatusPlace {
  readonly log: Log;
  readonly vitals: Vitals;
  readonly engines: EngineSource;
  readonly me: { readonly username: string };
  readonly version: string;
  /** The configuration file. */
  readonly configPath: string;
  readonly health: { readonly file?: string; readonly port?: number };
}

/** Lets other programs of this machine ask how the bot is: `takopi status`, and supervisors. Throws `StartError`. */
export async function openStatus(sources: StatusSources): Promise<{ close(): void }> {
  const { log, clock } = sources;
  const health = await openHealth({ ...sources.health, clock, log, report: () => healthReport(sources) });
  const server = await serveStatus(sources, { report: () => statusReport(sources), log });
  return {
    close: () => {
      health.close();
      server?.close();
    },
  };
}

function statusReport(sources: StatusSources): StatusReport {
  const { clock, vitals, engines, me, version, configPath, dir } = sources;
  const work = workStatus(sources);
  const telegram = vitals.receiving();
  const problems = problemsOf(telegram, work.outbox);
  const lastError = vitals.lastError();
  return {
    format: REPORT_FORMAT,
    version,
    pid: process.pid,
    startedAt: vitals.startedAt,
    uptimeMs: clock.now() - vitals.startedAt,
    bot: me.username,
    config: configPath,
    isWell: problems.length === 0,
    problems,
    telegram,
    ...work,
    ...(lastError && { lastError }),
    journalBytes: bytesOf(databasePath(dir)) + bytesOf(`${databasePath(dir)}-wal`),
    rssBytes: process.memoryUsage.rss(),
    engines: readyEngines(engines),
  };
}

function healthReport({ vitals, store, clock }: StatusSources): HealthReport {
  const receiving = vitals.receiving();
  const { waiting, oldestAt } = store.outboxBacklog();
  const now = clock.now();
  const problems = problemsOf(receiving, { waiting, ...(oldestAt !== undefined && { oldestMs: now - oldestAt }) });
  const isStarting = receiving.lastAnswerAt === undefined;
  const status = problems.length > 0 ? "unwell" : isStarting ? "starting" : "ok";
  return { status, problems, pid: process.pid, at: new Date(now).toISOString() };
}

function bytesOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
