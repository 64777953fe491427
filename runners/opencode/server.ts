import type { RunHost, SessionHost } from "../../src/runner/runner.ts";
import type { OutputLine } from "../../src/wire/lines.ts";
import type { Subprocess } from "../../src/wire/subprocess.ts";
import { serveLaunch, type ServeOptions } from "./arguments.ts";
import { exitFailure } from "./failure.ts";
import { startProgram, type Place } from "./start.ts";
import type { Failure } from "./state.ts";

/** A server of our own. The one who started it stops its child in the end. */
export interface Server {
  readonly child: Subprocess;
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  readonly password: string;
}

/** It listens after 1 to 2 s (1.18.33), on a busy machine after ten times that. */
const startMs = 120_000;

/** What it needs of the program around it: a run is told of the process. */
type ServerHost = SessionHost & Partial<Pick<RunHost, "processStarted">>;

/** One server for one run, or one question: it costs a second, and nothing of it stays behind. */
export async function startServer(
  place: Place,
  host: ServerHost,
  options: Omit<ServeOptions, "env" | "password">,
): Promise<Server | Failure> {
  if (host.signal.aborted) return { error: "cancelled" };
  const password = crypto.randomUUID();
  const launch = serveLaunch({ ...options, env: host.env, password });
  const child = await startProgram(launch, place, (process) => host.processStarted?.(process));
  if ("error" in child) return child;
  const url = await addressWithin(child, host.signal);
  if (url !== undefined && !host.signal.aborted) return { child, url, password };
  const exit = await child.stop();
  if (host.signal.aborted) return { error: "cancelled" };
  return exitFailure(exit, child.stderrTail());
}

async function addressWithin(child: Subprocess, signal: AbortSignal): Promise<string | undefined> {
  const given = AbortSignal.any([signal, AbortSignal.timeout(startMs)]);
  const over = new Promise<undefined>((resolve) => {
    given.addEventListener("abort", () => resolve(undefined), { once: true });
    if (given.aborted) resolve(undefined);
  });
  return await Promise.race([addressOf(child.lines), over]);
}

/** What it prints besides is read and dropped. */
async function addressOf(lines: AsyncIterable<OutputLine>): Promise<string | undefined> {
  for await (const line of lines) {
    const url = line.kind === "line" ? /listening on (http:\/\/127\.0\.0\.1:\d+)/u.exec(line.text)?.[1] : undefined;
    if (url !== undefined) return url;
  }
  return undefined;
}
