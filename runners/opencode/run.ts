import type { TakopiEvent } from "../../src/domain/event.ts";
import type { RunHost, RunRequest } from "../../src/runner/runner.ts";
import type { RunnerOptions } from "./options.ts";
import { runPrinted } from "./printed-run.ts";
import { runServed } from "./served-run.ts";

/** One prompt for OpenCode, in the mode of the configuration. */
export function runOpencode(request: RunRequest, host: RunHost, options: RunnerOptions): AsyncIterable<TakopiEvent> {
  return options.config.mode === "serve" ? runServed(request, host, options) : runPrinted(request, host, options);
}
