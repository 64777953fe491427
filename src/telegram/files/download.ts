import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { get as httpGet, type IncomingMessage } from "node:http";
import { get as httpsGet } from "node:https";
import type { Clock } from "../../bridge/ports.ts";
import { FileError } from "../../bridge/files/file-error.ts";

/** Neither an answer nor a byte for this long: the connection is half open. */
const SILENCE_MS = 30_000;

/** Telegram's own words would name the address, and with it the bot token: only what happened is said. */
const DISK_FAULTS: ReadonlyMap<string, string> = new Map([
  ["ENOSPC", "there is no space left on the disk"],
  ["EDQUOT", "there is no space left on the disk"],
  ["EROFS", "the disk is read-only"],
  ["EACCES", "there is no permission to write it"],
  ["EPERM", "there is no permission to write it"],
  ["ELOOP", "a link is in its way"],
]);

export interface Download {
  readonly url: string;
  /** Where to; overwritten. Readable by this user alone. */
  readonly path: string;
  readonly clock: Clock;
}

/** Streams a file to the disk. Resolves to its size when it is all there, also after a power cut. Rejects with `FileError`. */
export async function download({ url, path, clock }: Download, signal: AbortSignal): Promise<number> {
  const watch = watchSilence(clock, signal);
  let hasBegun = false;
  try {
    const response = await request(url, watch.signal);
    hasBegun = true;
    return await save(response, path, watch);
  } catch (error) {
    // What an aborted connection says depends on how far it was.
    if (watch.isOver()) throw new FileError("broken", `nothing came for ${SILENCE_MS / 1000} s`);
    throw toFileError(error, hasBegun);
  } finally {
    watch.stop();
  }
}

function request(url: string, signal: AbortSignal): Promise<IncomingMessage> {
  const get = url.startsWith("https:") ? httpsGet : httpGet;
  return new Promise((resolve, reject) => {
    get(url, { signal }, resolve).on("error", reject);
  });
}

async function save(response: IncomingMessage, path: string, watch: SilenceWatch): Promise<number> {
  const { statusCode = 0 } = response;
  if (statusCode !== 200) {
    response.destroy();
    throw statusError(statusCode);
  }
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW;
  const file = await open(path, flags, 0o600);
  try {
    let size = 0;
    const chunks: AsyncIterable<Buffer> = response;
    for await (const chunk of chunks) {
      watch.heard();
      // From where the last one ended.
      await file.writeFile(chunk);
      size += chunk.length;
    }
    await file.sync();
    return size;
  } finally {
    await file.close();
  }
}

function statusError(status: number): FileError {
  const passes = status === 401 || status === 429 || status >= 500;
  return new FileError(passes ? "unavailable" : "broken", `Telegram answered ${status} instead of the file`);
}

function toFileError(error: unknown, hasBegun: boolean): FileError {
  if (error instanceof FileError) return error;
  const code = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "unknown";
  const onDisk = DISK_FAULTS.get(code);
  if (onDisk !== undefined) return new FileError("refused", onDisk);
  return hasBegun
    ? new FileError("broken", `the connection broke off (${code})`)
    : new FileError("unavailable", `no connection to Telegram (${code})`);
}

interface SilenceWatch {
  readonly signal: AbortSignal;
  /** Whether it was silent for too long. */
  isOver(): boolean;
  heard(): void;
  stop(): void;
}

function watchSilence(clock: Clock, outer: AbortSignal): SilenceWatch {
  const silence = new AbortController();
  const rearm = (): (() => void) => clock.setTimer(SILENCE_MS, () => silence.abort());
  let cancelTimer = rearm();
  return {
    signal: AbortSignal.any([outer, silence.signal]),
    isOver: () => silence.signal.aborted,
    heard: () => {
      cancelTimer();
      cancelTimer = rearm();
    },
    stop: () => cancelTimer(),
  };
}
