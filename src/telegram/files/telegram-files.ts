import { rm } from "node:fs/promises";
import { join } from "node:path";
import { type Api, GrammyError } from "grammy";
import type { Clock, FileRequest, Files } from "../../bridge/ports.ts";
import { FileError } from "../../bridge/files/file-error.ts";
import { faultOf } from "../call-fault.ts";
import { pause, withDeadline } from "../deadline.ts";
import { isDenied } from "./deny-globs.ts";
import { download } from "./download.ts";
import { moveInto, openUploads } from "./uploads-folder.ts";

export interface TelegramFilesOptions {
  readonly api: Api;
  readonly token: string;
  /** Root of the Bot API server, without a slash at the end. */
  readonly apiRoot: string;
  readonly clock: Clock;
  /** Relative to a run's directory. */
  readonly uploadsDir: string;
  /** Patterns of paths that are never written. */
  readonly denyGlobs: readonly string[];
}

const CALL_MS = 30_000;

/** Files from Telegram, into the folder for them in a run's directory: under a temporary name first, so that what has its name is whole. */
export function createTelegramFiles(options: TelegramFilesOptions): Files {
  return { fetch: (request, signal) => fetchFile(options, request, signal) };
}

async function fetchFile(options: TelegramFilesOptions, request: FileRequest, signal: AbortSignal): Promise<string> {
  const { file, key } = request;
  const folder = prepare(options, request);
  const { path, size } = await locate(options, file.fileId, signal);
  const unfinished = join(folder, `.${key}.part`);
  const url = `${options.apiRoot}/file/bot${options.token}/${encodeURI(path)}`;
  try {
    const received = await download({ url, path: unfinished, clock: options.clock }, signal);
    if (size !== undefined && received !== size) {
      throw new FileError("broken", `only ${received} of ${size} bytes came`);
    }
    return moveInto(folder, unfinished, file.name);
  } finally {
    await rm(unfinished, { force: true });
  }
}

function prepare({ uploadsDir, denyGlobs }: TelegramFilesOptions, { file, cwd }: FileRequest): string {
  if (isDenied(join(uploadsDir, file.name), denyGlobs)) {
    throw new FileError("refused", "files of this name are not accepted (deny_globs)");
  }
  try {
    return openUploads(cwd, uploadsDir);
  } catch (error) {
    if (error instanceof FileError) throw error;
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    throw new FileError("refused", `the folder ${uploadsDir} can't be made in ${cwd} (${code})`);
  }
}

interface Place {
  readonly path: string;
  readonly size: number | undefined;
}

/** Where the file can be downloaded for the next hour. */
async function locate({ api, clock }: TelegramFilesOptions, fileId: string, signal: AbortSignal): Promise<Place> {
  try {
    const found = await withDeadline({ clock, ms: CALL_MS, signal }, (callSignal) => api.getFile(fileId, callSignal));
    if (found.file_path === undefined) throw new FileError("broken", "Telegram did not say where it is");
    return { path: found.file_path, size: found.file_size };
  } catch (error) {
    if (error instanceof FileError) throw error;
    if (error instanceof GrammyError && error.error_code === 429) {
      await pause(clock, (error.parameters.retry_after ?? 1) * 1000, signal);
    }
    throw toFileError(error);
  }
}

function toFileError(error: unknown): FileError {
  const fault = faultOf(error);
  if (fault.kind !== "failed") return new FileError("refused", "Telegram does not give it to the bot");
  if (fault.fault === "unavailable" || fault.fault === "uncertain") return new FileError("unavailable", fault.message);
  if (/file is too big/i.test(fault.message)) {
    return new FileError("refused", "it is bigger than the 20 MB that Telegram gives to bots");
  }
  return /temporarily unavailable/i.test(fault.message)
    ? new FileError("broken", "Telegram does not have it any more, or not now")
    : new FileError("refused", fault.message);
}
