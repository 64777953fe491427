import type { Log } from "../../src/bridge/ports.ts";

interface LogEntry {
  readonly level: keyof Log;
  readonly message: string;
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** Keeps what was logged. */
export class RecordingLog implements Log {
  readonly entries: LogEntry[] = [];

  debug(message: string, fields?: Readonly<Record<string, unknown>>): void {
    this.#add({ level: "debug", message, ...(fields && { fields }) });
  }

  info(message: string, fields?: Readonly<Record<string, unknown>>): void {
    this.#add({ level: "info", message, ...(fields && { fields }) });
  }

  warn(message: string, fields?: Readonly<Record<string, unknown>>): void {
    this.#add({ level: "warn", message, ...(fields && { fields }) });
  }

  error(message: string, fields?: Readonly<Record<string, unknown>>): void {
    this.#add({ level: "error", message, ...(fields && { fields }) });
  }

  messages(level: keyof Log): readonly string[] {
    return this.entries.filter((entry) => entry.level === level).map((entry) => entry.message);
  }

  #add(entry: LogEntry): void {
    this.entries.push(entry);
  }
}
