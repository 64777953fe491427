import { once } from "node:events";
import { fstatSync } from "node:fs";
import type { Readable, Writable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import type { Log } from "../bridge/ports.ts";
import type { LoadedConfig } from "../config/load-config.ts";
import type { HappiHost } from "../happi/happi-host.ts";
import { openPipes } from "../happi/pipes.ts";
import { serve } from "../happi/serve.ts";
import { watchParent } from "../happi/watch-parent.ts";
import { type TreeRoot, watchTrees } from "../wire/process-tree.ts";
import { enginesOf } from "./engines/engine-source.ts";
import { disposeEngines, type Engines } from "./engines/engines.ts";
import { happiEngines } from "./engines/happi-engines.ts";
import { newRunId } from "./random-keys.ts";
import { redact } from "./secrets/redact.ts";

/** A configuration, and the log its warnings went to. */
export interface LoadedHappi {
  readonly loaded: LoadedConfig;
  readonly log: Log;
}

export interface HappiRequest {
  /** Asked when a request names an engine: `echo` works without a configuration. What it throws is told to the client. */
  readonly load: () => Promise<LoadedHappi>;
  /** Of this program. */
  readonly version: string;
  /** Where runs without a directory of their own work. Absolute. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly input: Readable;
  readonly output: Writable;
}

export interface RunningHappi {
  /** Resolves when the input has ended and everything was answered, or nobody reads the answers any more, and no engine is left. */
  readonly finished: Promise<void>;
  /** Ends what runs, and says so to the client. Within 10 s. */
  stop(): Promise<void>;
}

/** Together under the 10 s that a stopped program has. */
const END_RUN_MS = 6_000;
const END_PROCESSES_MS = 1_500;

/** This program as a HAPPI runtime on two pipes. Has no journal and no chat: whoever reads the events has everything. */
export async function serveHappi(request: HappiRequest): Promise<RunningHappi> {
  const { input, output } = request;
  const stopper = new AbortController();
  const parts = new HappiParts(request, stopper.signal);
  const pipes = openPipes(input, output, stopper.signal);
  const served = serve(pipes, parts.host).then(async () => await parts.dispose());
  const stopped = once(stopper.signal, "abort").then(async () => await endInTime(served, parts));
  const unwatch = watchClient(output, () => stopper.abort());
  const finished = Promise.race([served, stopped]).finally(unwatch);
  const stop = async (): Promise<void> => {
    stopper.abort();
    await finished;
  };
  return { finished, stop };
}

/** What hears neither its engine's own interrupt nor SIGTERM is killed. */
async function endInTime(served: Promise<void>, parts: HappiParts): Promise<void> {
  await within(END_RUN_MS, served);
  await parts.killProcesses();
  await within(END_PROCESSES_MS, served);
}

async function within(limitMs: number, work: Promise<void>): Promise<void> {
  const timer = new AbortController();
  await Promise.race([work, delay(limitMs, undefined, { signal: timer.signal }).catch(() => {})]);
  timer.abort();
}

/**
 * A hangup, or the end of who started this program, ends it too: an engine must not work on for nobody. Only one that writes to a file
 * outlives who started it.
 */
function watchClient(output: Writable, onGone: () => void): () => void {
  process.on("SIGHUP", onGone);
  const unwatch = isFile(output) ? () => {} : watchParent(onGone);
  return () => {
    process.off("SIGHUP", onGone);
    unwatch();
  };
}

function isFile(output: Writable): boolean {
  return "fd" in output && typeof output.fd === "number" && fstatSync(output.fd).isFile();
}

/** What is made when the first engine is asked for, and what must be ended. */
class HappiParts {
  readonly host: HappiHost;
  readonly #request: HappiRequest;
  #engines: Engines | undefined;
  #log: Log | undefined;
  #token = "";
  #roots: readonly TreeRoot[] = [];
  #loading: ReturnType<HappiHost["engines"]> | undefined;

  constructor(request: HappiRequest, signal: AbortSignal) {
    const { version, cwd, env } = request;
    this.#request = request;
    this.host = {
      version,
      cwd,
      env,
      signal,
      engines: () => this.#enginesOnce(),
      newRunId,
      processStarted: ({ pid, startMark }, runId) => {
        const others = this.#roots.filter((root) => root.runId === runId);
        this.#roots = [...others, { pid, startMark, runId, ownsGroup: false }];
      },
      cover: (text) => this.#cover(text),
      warn: (message) => this.#log?.warn(message),
    };
  }

  async dispose(): Promise<void> {
    if (this.#engines !== undefined) await disposeEngines(this.#engines);
  }

  /** What is left of the latest run, without asking any more. */
  async killProcesses(): Promise<void> {
    if (this.#roots.length > 0) await watchTrees(this.#roots).end(0);
  }

  /** An engine may read the file that holds the token; a client may be a chat. */
  #cover(text: string): string {
    return this.#token === "" ? text : text.replaceAll(this.#token, "•".repeat(this.#token.length));
  }

  /** Tried again after a failure: the file may have been corrected. */
  #enginesOnce(): ReturnType<HappiHost["engines"]> {
    this.#loading ??= this.#loadEngines().catch((error: unknown) => {
      this.#loading = undefined;
      const message = error instanceof Error ? error.message : String(error);
      throw new Error(redact(message, []), { cause: error });
    });
    return this.#loading;
  }

  async #loadEngines(): ReturnType<HappiHost["engines"]> {
    const { loaded, log } = await this.#request.load();
    this.#log = log;
    this.#token = loaded.config.transports.telegram.bot_token;
    this.#engines = await enginesOf(loaded, this.#request.env);
    return happiEngines(this.#engines, loaded, this.#request.env);
  }
}
