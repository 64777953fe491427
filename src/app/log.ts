import { Writable } from "node:stream";
import { pino } from "pino";
import type { Log } from "../bridge/ports.ts";
import { redact, redactValue } from "./secrets/redact.ts";

type LogLevel = "debug" | "info" | "warn" | "error";
type LogFormat = "pretty" | "json";

export interface LogOptions {
  readonly level: LogLevel;
  readonly format: LogFormat;
  /** Lines go there as JSON too. Created readable by its owner only. */
  readonly file?: string;
  /** Values that must not appear, beside everything that looks like a secret. */
  readonly secrets?: readonly string[];
  /** Default: standard error. */
  readonly write?: (line: string) => void;
}

const LEVELS: readonly LogLevel[] = ["debug", "info", "warn", "error"];

/** Above debug the log says what happened, not what people wrote. */
const PRIVATE_FIELDS: ReadonlySet<string> = new Set(["prompt", "answer"]);

/** A log on standard error, every field of it redacted. */
export function createLog(options: LogOptions): Log {
  const secrets = options.secrets ?? [];
  const logger = pino(
    { level: options.level, base: null, formatters: { level: (label) => ({ level: label }) } },
    pino.multistream(streamsOf(options)),
  );
  const at =
    (level: LogLevel): Log[LogLevel] =>
    (message, fields = {}) => {
      if (!logger.isLevelEnabled(level)) return;
      const shown = level === "debug" ? fields : withoutPrivate(fields);
      logger[level](redactValue(shown, secrets), redact(message, secrets));
    };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

/** What `TAKOPI_LOG_LEVEL`, `TAKOPI_LOG_FORMAT` and `TAKOPI_LOG_FILE` ask for. Values that mean nothing count as not set. */
export function logOptionsFromEnv(env: Readonly<Record<string, string | undefined>>): LogOptions {
  const file = env["TAKOPI_LOG_FILE"];
  const wanted = env["TAKOPI_LOG_LEVEL"]?.toLowerCase().replace("warning", "warn");
  return {
    level: LEVELS.find((level) => level === wanted) ?? "info",
    format: env["TAKOPI_LOG_FORMAT"]?.toLowerCase() === "json" ? "json" : "pretty",
    ...(file !== undefined && file !== "" && { file }),
  };
}

function streamsOf({ level, format, file, write }: LogOptions): pino.StreamEntry[] {
  const stderr = write ?? ((line: string): void => void process.stderr.write(line));
  const onLine = format === "json" ? stderr : (line: string): void => stderr(prettyLine(line));
  const streams: pino.StreamEntry[] = [{ level, stream: lineStream(onLine) }];
  // Synchronous: the last lines before a crash are the ones that matter.
  if (file !== undefined)
    streams.push({ level, stream: pino.destination({ dest: file, sync: true, mkdir: true, mode: 0o600 }) });
  return streams;
}

function lineStream(onLine: (line: string) => void): Writable {
  return new Writable({
    decodeStrings: false,
    write(chunk: unknown, _encoding, done): void {
      onLine(String(chunk));
      done();
    },
  });
}

/** `12:03:04 warn  the message  key=value`, and the stack of an error on lines of its own. */
function prettyLine(json: string): string {
  const parsed: unknown = JSON.parse(json);
  const entries = typeof parsed === "object" && parsed !== null ? Object.entries(parsed) : [];
  const { level, time, msg, ...fields } = Object.fromEntries<unknown>(entries);
  const clock = new Date(Number(time)).toTimeString().slice(0, 8);
  const shown = Object.entries(fields).map(([key, value]) => `${key}=${prettyValue(value)}`);
  return `${[clock, String(level).padEnd(5), String(msg), ...shown].join(" ")}${stackOf(fields)}\n`;
}

function prettyValue(value: unknown): string {
  if (typeof value === "object" && value !== null && "message" in value) return JSON.stringify(value.message);
  return typeof value === "string" && /^[^\s"]+$/.test(value) ? value : JSON.stringify(value);
}

function stackOf(fields: Readonly<Record<string, unknown>>): string {
  return Object.values(fields)
    .map((value) => (typeof value === "object" && value !== null && "stack" in value ? `\n${String(value.stack)}` : ""))
    .join("");
}

function withoutPrivate(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !PRIVATE_FIELDS.has(name)));
}
