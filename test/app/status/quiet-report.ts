import type { StatusReport } from "../../../src/app/status/status-report.ts";

/** What a bot says of itself that is well and has nothing to do: this process. */
export const quietReport: StatusReport = {
  format: 1,
  version: "0.1.0",
  pid: process.pid,
  startedAt: 1,
  uptimeMs: 1,
  bot: "b",
  config: "c",
  isWell: true,
  problems: [],
  telegram: { state: "well", silentMs: 0 },
  running: [],
  queued: [],
  held: 0,
  decisions: [],
  outbox: { waiting: 0 },
  journalBytes: 0,
  rssBytes: 0,
  engines: [],
};
