import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import { dirname } from "node:path";
import type { Clock, Log } from "../../bridge/ports.ts";
import { StartError } from "../start-error.ts";

/** What supervisors are told. Nothing in it is secret. */
export interface HealthReport {
  readonly status: "ok" | "starting" | "unwell";
  readonly problems: readonly string[];
  readonly pid: number;
  /** ISO 8601. */
  readonly at: string;
}

export interface HealthOptions {
  /** Written anew every ten seconds while all is well. Absolute. */
  readonly file?: string;
  /** On 127.0.0.1. */
  readonly port?: number;
  readonly report: () => HealthReport;
  readonly clock: Clock;
  readonly log: Log;
}

export interface HealthOutlets {
  close(): void;
}

const WRITE_EVERY_MS = 10_000;

/** Tells supervisors how the bot is, by a file that must stay young and by `GET /health`. Throws `StartError` when the port is taken. */
export async function openHealth(options: HealthOptions): Promise<HealthOutlets> {
  const server = options.port === undefined ? undefined : await serveHealth(options, options.port);
  const stopWriting = options.file === undefined ? () => {} : keepWriting(options, options.file);
  return {
    close: () => {
      stopWriting();
      server?.close();
      server?.closeAllConnections();
    },
  };
}

async function serveHealth({ report }: HealthOptions, port: number): Promise<Server> {
  const server = createServer((request, response) => {
    request.resume();
    if (request.method !== "GET" && request.method !== "HEAD") return send(response, 405, { problem: "only GET" });
    if (request.url?.split("?")[0] !== "/health") return send(response, 404, { problem: "only /health is here" });
    const health = report();
    send(response, health.status === "ok" ? 200 : 503, health);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => {
      const problem = `health.port ${port} can't be used (${error.message}): choose another one, or take the key out`;
      reject(new StartError(problem, { cause: error }));
    });
    server.listen(port, "127.0.0.1", resolve);
  });
  server.unref();
  return server;
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(`${JSON.stringify(body)}\n`);
}

/** Returns how to stop it; the file is then removed. */
function keepWriting({ report, clock, log }: HealthOptions, file: string): () => void {
  let cancel = (): void => {};
  let hasFailed = false;
  const write = (): void => {
    cancel = clock.setTimer(WRITE_EVERY_MS, write);
    const health = report();
    if (health.status !== "ok") return;
    try {
      replaceFile(file, `${JSON.stringify(health)}\n`);
      hasFailed = false;
    } catch (error) {
      if (!hasFailed) log.error("the health file can't be written", { file, error });
      hasFailed = true;
    }
  };
  write();
  return () => {
    cancel();
    removeFile(file);
  };
}

function removeFile(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // It grows old, which says the same.
  }
}

/** In one step, so that nobody reads half of it. It need not survive a power cut. */
function replaceFile(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const temporary = `${file}.${process.pid}.tmp`;
  writeFileSync(temporary, text, { mode: 0o600 });
  renameSync(temporary, file);
}
