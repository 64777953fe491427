import { once } from "node:events";
import { PassThrough } from "node:stream";
import type { HappiEngines, HappiHost } from "../../src/happi/happi-host.ts";
import { openPipes } from "../../src/happi/pipes.ts";
import { serve } from "../../src/happi/serve.ts";
import type { RunId } from "../../src/domain/run.ts";
import type { ProcessIdentity } from "../../src/domain/process.ts";
import { type Runner } from "../../src/runner/runner.ts";
import { runRequest } from "../factories.ts";
import { readEvents, type SeenEvent } from "./conformance.ts";

export interface ClientOptions {
  readonly runner?: Runner;
  readonly engines?: Partial<HappiEngines>;
  readonly host?: Partial<HappiHost>;
  /** How many bytes the output takes while nobody reads. */
  readonly outputBytes?: number;
}

/** The runtime in this process, and the two ends of it that a client has. */
export class Client {
  readonly input: PassThrough = new PassThrough();
  readonly output: PassThrough;
  readonly finished: Promise<void>;
  readonly warnings: string[] = [];
  readonly processes: (ProcessIdentity & { readonly runId: RunId })[] = [];
  readonly #stopper = new AbortController();
  #stdout = "";

  constructor(options: ClientOptions = {}) {
    this.output = new PassThrough({ highWaterMark: options.outputBytes ?? 1 << 20, encoding: "utf8" });
    const { signal } = this.#stopper;
    const host: HappiHost = {
      version: "1.2.3",
      cwd: process.cwd(),
      env: {},
      signal,
      engines: async () => ({ ...enginesWith(options.runner), ...options.engines }),
      newRunId: () => runRequest().runId,
      processStarted: (started, runId) => this.processes.push({ ...started, runId }),
      cover: (text) => text.replaceAll("SECRET", "••••••"),
      warn: (message) => this.warnings.push(message),
      ...options.host,
    };
    this.finished = serve(openPipes(this.input, this.output, signal), host);
  }

  send(...envelopes: readonly unknown[]): this {
    for (const envelope of envelopes) this.input.write(`${JSON.stringify(envelope)}\n`);
    return this;
  }

  /** A run of the scripted engine. */
  run(argument: unknown, more: Readonly<Record<string, unknown>> = {}): this {
    return this.send({ v: "happi/1.0", id: "r", cmd: "scripted.run", args: [argument], ...more });
  }

  /** Reads from now on, and resolves with the first event that fits. */
  async reads(fits: (event: SeenEvent) => boolean): Promise<SeenEvent> {
    for (;;) {
      this.#stdout += String(this.output.read() ?? "");
      const complete = this.#stdout.slice(0, this.#stdout.lastIndexOf("\n") + 1);
      const found = readEvents(complete).find(fits);
      if (found !== undefined) return found;
      await once(this.output, "readable");
    }
  }

  /** Closes the input and resolves with everything that was written. */
  async ends(): Promise<string> {
    this.input.end();
    this.output.on("data", (text: string) => (this.#stdout += text));
    await this.finished;
    this.output.end();
    await once(this.output, "end");
    return this.#stdout;
  }

  async events(): Promise<readonly SeenEvent[]> {
    return readEvents(await this.ends());
  }

  stop(): void {
    this.#stopper.abort();
  }
}

function enginesWith(runner: Runner | undefined): HappiEngines {
  return {
    ids: ["broken", "scripted"],
    runner: (id) => (id === "scripted" ? runner : undefined),
    whyUnavailable: (id) => `${id} was not found`,
    environment: () => ({ PATH: "/bin" }),
    isAllowed: () => false,
  };
}
